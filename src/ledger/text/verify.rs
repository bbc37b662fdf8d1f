//! Reading a file of the index whole, to see whether it is as it was written.

use std::io;

pub(in crate::ledger) use super::body::message_terms as each_term;
use super::file::{Found, Source, TextFile, TextName};
use super::late;
use super::node::Node;
use super::postings::decode;
pub(in crate::ledger) use super::tokens::Scratch;
use super::tokens::TERM_BYTES_MAX;
use crate::spool::disk::{Disk, read_small};
use crate::spool::error::OpenError;

/// What a file of the index is of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::ledger) struct TextPart {
    /// Which segment.
    pub(in crate::ledger) segment: u32,
    /// Its first row and the one behind its last.
    pub(in crate::ledger) rows: (u32, u32),
    /// Whether it has the name of a whole segment's.
    pub(in crate::ledger) whole: bool,
    /// Words in it.
    pub(in crate::ledger) words: u32,
}

/// The hash of a word as the index keeps it: of its first octets.
pub(in crate::ledger) fn term_hash(term: &[u8]) -> u64 {
    let term = term.get(..TERM_BYTES_MAX).unwrap_or(term);
    term.iter().fold(0xcbf2_9ce4_8422_2325, |hash: u64, octet| {
        (hash ^ u64::from(*octet)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Reads every page of a file and calls a function with each word's hash and the rows that have it; `None`
/// if it has not the name of such a file.
///
/// # Errors
/// The file, or one of its pages, is not as it was written.
pub(in crate::ledger) fn read(
    disk: &dyn Disk,
    directory_id: u64,
    file: &str,
    each: &mut dyn FnMut(&TextPart, u64, &[u32]),
) -> Result<Option<TextPart>, OpenError> {
    let Some(name) = TextName::parse(file, directory_id) else { return Ok(None) };
    let text = TextFile::open(disk, &name)?;
    let (part, words) = (part(&name, &text), text.footer().words);
    let failed = |error: io::Error| OpenError::damaged(file, &error.to_string());
    let mut source = Source::plain();
    for page in 0..text.footer().pages {
        text.touch(&mut source, page).map_err(failed)?;
    }
    let found =
        terms(&text, &mut |term, rows| each(&part, term_hash(term), rows)).map_err(failed)?;
    if found != words {
        return Err(OpenError::damaged(file, &format!("it has {found} words, and says {words}")));
    }
    Ok(Some(part))
}

/// Calls a function with every word in its order and its rows; how many there are.
fn terms(text: &TextFile, each: &mut dyn FnMut(&[u8], &[u32])) -> io::Result<u32> {
    let (mut leaves, mut lists) = (Source::plain(), Source::plain());
    let (mut last, mut found) = (Vec::new(), 0);
    let (mut octets, mut places) = (Vec::new(), Vec::new());
    let mut at = 0;
    while let Some((number, page)) = text.leaf(&mut leaves, at)? {
        let damaged = || text.damaged_page(number);
        let mut node = Node::new(&page, true).ok_or_else(damaged)?;
        while node.goes_on() {
            let item = node.next().ok_or_else(damaged)?;
            if found > 0 && last.as_slice() >= node.term() {
                return Err(damaged());
            }
            last.clear();
            last.extend_from_slice(node.term());
            places.clear();
            match text.found(item, number)? {
                Found::One(place) => places.push(place),
                Found::List { count, at, bytes } => {
                    octets.clear();
                    text.read(&mut lists, at, bytes as usize, &mut octets)?;
                    let rows = text.footer().rows;
                    let decoded = decode(&octets, count, rows, &mut places);
                    decoded.ok_or_else(|| text.damaged_at(at))?;
                }
            }
            let newest = text.rows().end - 1;
            places.iter_mut().for_each(|place| *place = newest - *place);
            each(&last, &places);
            found += 1;
        }
        at += 1;
    }
    Ok(found)
}

/// The messages in the list of those that were replaced; `None` if there is no such file.
///
/// # Errors
/// It cannot be read, or is not as it was written.
pub(in crate::ledger) fn late(
    disk: &dyn Disk,
    directory_id: u64,
) -> Result<Option<Vec<u64>>, OpenError> {
    match read_small(disk, late::FILE, late::FILE_BYTES_MAX) {
        Ok(octets) => match late::decode(&octets, directory_id) {
            Some(ords) => Ok(Some(ords.into_iter().collect())),
            None => Err(OpenError::damaged(late::FILE, "it is cut short or changed")),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(OpenError::io(late::FILE, error)),
    }
}

/// What that file is called.
pub(in crate::ledger) const LATE_FILE: &str = late::FILE;

/// What a file of the index is of, by its footer; `None` if it has not the name of one.
///
/// # Errors
/// Its footer is not as it was written.
pub(in crate::ledger) fn part_of(
    disk: &dyn Disk,
    directory_id: u64,
    file: &str,
) -> Result<Option<TextPart>, OpenError> {
    let Some(name) = TextName::parse(file, directory_id) else { return Ok(None) };
    TextFile::open(disk, &name).map(|text| Some(part(&name, &text)))
}

fn part(name: &TextName, text: &TextFile) -> TextPart {
    TextPart {
        segment: name.segment,
        rows: (text.rows().start, text.rows().end),
        whole: text.is_whole(),
        words: text.footer().words,
    }
}
