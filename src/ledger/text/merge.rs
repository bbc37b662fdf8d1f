//! Several files of neighbouring rows made into one.
//!
//! Their words come in order from all of them, and since each has rows of its own the lists follow one
//! another: the newest file's first. Memory is a page of each file and one list.

use std::io;

use super::file::{Found, Source, TextFile};
use super::node::Node;
use super::page::Page;
use super::postings::decode;
use super::write::TextWriter;

/// A file as it is merged.
struct Input<'a> {
    file: &'a TextFile,
    /// Rows that are newer than all of the file's.
    newer_rows: u32,
    source: Source<'a>,
    leaf: u32,
    /// The words of a leaf that are left, the last one first.
    words: Vec<(Box<[u8]>, Found)>,
}

/// Words between two looks at whether to stop.
const WORDS_AT_A_TIME: usize = 1024;

/// Puts the words of files into a new one. The files follow one another, the oldest rows first. Fails with
/// `Interrupted` once `stopping` says so.
pub(super) fn merge(
    files: &[&TextFile],
    out: &mut TextWriter<'_>,
    stopping: &dyn Fn() -> bool,
) -> io::Result<()> {
    let end = files.last().map_or(0, |file| file.rows().end);
    let mut inputs: Vec<Input<'_>> =
        files.iter().rev().map(|file| Input::new(file, end - file.rows().end)).collect();
    for input in &mut inputs {
        input.fill()?;
    }
    let mut places = Vec::new();
    for turn in 0_usize.. {
        if turn.is_multiple_of(WORDS_AT_A_TIME) && stopping() {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let next = inputs.iter().filter_map(|input| input.words.last().map(|word| &word.0)).min();
        let Some(term) = next.cloned() else { break };
        places.clear();
        for input in &mut inputs {
            if input.words.last().is_some_and(|word| word.0 == term) {
                input.take(&mut places)?;
            }
        }
        out.add(&term, &places)?;
    }
    Ok(())
}

impl<'a> Input<'a> {
    const fn new(file: &'a TextFile, newer_rows: u32) -> Self {
        Self { file, newer_rows, source: Source::plain(), leaf: 0, words: Vec::new() }
    }

    /// Reads the next leaf if no words are left.
    fn fill(&mut self) -> io::Result<()> {
        if !self.words.is_empty() {
            return Ok(());
        }
        let mut leaves = Source::plain();
        let Some((number, page)) = self.file.leaf(&mut leaves, self.leaf)? else { return Ok(()) };
        self.leaf += 1;
        self.words = words(self.file, number, &page)?;
        self.words.reverse();
        Ok(())
    }

    /// Takes the next word off and adds its places.
    fn take(&mut self, places: &mut Vec<u32>) -> io::Result<()> {
        let Some((_, found)) = self.words.pop() else { return Ok(()) };
        let first = places.len();
        match found {
            Found::One(place) => places.push(place),
            Found::List { count, at, bytes } => {
                let mut octets = Vec::with_capacity(bytes as usize);
                self.file.read(&mut self.source, at, bytes as usize, &mut octets)?;
                let rows = self.file.footer().rows;
                let decoded = decode(&octets, count, rows, places);
                decoded.ok_or_else(|| self.file.damaged_at(at))?;
            }
        }
        places[first..].iter_mut().for_each(|place| *place += self.newer_rows);
        self.fill()
    }
}

/// The words of a leaf in their order.
fn words(file: &TextFile, number: u32, page: &Page) -> io::Result<Vec<(Box<[u8]>, Found)>> {
    let damaged = || file.damaged_page(number);
    let mut node = Node::new(page, true).ok_or_else(damaged)?;
    let mut words: Vec<(Box<[u8]>, Found)> = Vec::new();
    while node.goes_on() {
        let item = node.next().ok_or_else(damaged)?;
        if words.last().is_some_and(|before| *before.0 >= *node.term()) {
            return Err(damaged());
        }
        words.push((node.term().into(), file.found(item, number)?));
    }
    Ok(words)
}
