//! Arbitrary octets as a file of the index: reading and merging it explains or succeeds, and never panics.
//!
//! The body of the fuzz target `text_index`, here so that its corpus also runs as a plain test. Checksums
//! are made right, or nothing behind them would ever be reached.

use std::sync::Arc;

use super::cache::PageCache;
use super::cursor::{Cursor, ListCursor, intersect};
use super::file::{FOOTER_BYTES, Footer, Source, TextFile, TextName};
use super::merge::merge;
use super::page::{PAGE_BYTES, PAGE_DATA, PageWriter, page_at};
use super::phrase::Words;
use super::table::Table;
use super::tokens::{Scratch, terms};
use super::write::TextWriter;
use crate::spool::disk::Disk;
use crate::spool::sim_disk::SimDisk;
use crate::spool::stamp::STAMP_BYTES;

/// Steps of each search.
const STEPS: u64 = 2000;

/// Octets of a footer that the input chooses, and the octets it takes to do so.
const NUMBERS: usize = 8;

fn name(part: Option<u32>) -> TextName {
    TextName { directory_id: 1, segment: 2, part }
}

/// Reads a file whose footer and pages are these octets.
pub fn read_pages(octets: &[u8]) {
    let Some((numbers, pages)) = octets.split_first_chunk::<NUMBERS>() else { return };
    let disk = SimDisk::new(1);
    let Ok(file) = disk.create(&name(None).file()) else { return };
    let mut writer = PageWriter::new(Arc::clone(&file), name(None).salt());
    for page in pages.chunks(PAGE_DATA).take(64) {
        let _room = writer.put(page).and_then(|()| writer.finish_page());
    }
    let _room = writer.write();
    let [posting_pages, leaves, levels, rows @ ..] = *numbers;
    let footer = Footer {
        rows: u32::from_le_bytes([rows[0], rows[1], rows[2], rows[3]]),
        words: u32::from(leaves),
        posting_pages: posting_pages.into(),
        leaves: leaves.into(),
        pages: writer.pages(),
        levels: levels.into(),
        posting_bytes: u64::from(posting_pages) * PAGE_DATA as u64,
        ..Footer::default()
    };
    let _room = file.write_at(&name(None).stamp().encode(), 0);
    let _room = file.write_at(&footer.encode(name(None).salt()), page_at(writer.pages()));
    look(&disk, octets);
}

/// Reads a file that was changed in places: each four octets are one change, where it is (three octets) and
/// what is written there.
pub fn read_changed(octets: &[u8]) {
    let disk = SimDisk::new(1);
    let mut table = Table::new(0);
    for row in 0..600_u32 {
        terms(&format!("your code {row} 验证码 {}", row % 7), &mut Scratch::default(), |term| {
            table.add(term);
        });
        table.end_row();
    }
    let Ok(mut writer) = TextWriter::new(&disk, name(None), table.rows()) else { return };
    let added = table.each_sorted(|term, places| writer.add(term, places));
    if added.and_then(|()| writer.finish()).is_err() {
        return;
    }
    let file = name(None).file();
    disk.damage(&file, |file| {
        for change in octets.as_chunks::<4>().0 {
            let at = u32::from_le_bytes([change[0], change[1], change[2], 0]) as usize;
            let length = file.len();
            file[STAMP_BYTES + at % (length - STAMP_BYTES)] ^= change[3];
        }
    });
    seal_again(&disk, &file);
    look(&disk, octets);
}

/// Makes the checksums of a changed file right.
fn seal_again(disk: &SimDisk, file: &str) {
    let octets = disk.contents(file).unwrap_or_default();
    let Some(end) = octets.len().checked_sub(FOOTER_BYTES) else { return };
    let Ok(handle) = disk.open(file) else { return };
    let mut writer = PageWriter::new(handle, name(None).salt());
    for page in octets[STAMP_BYTES..end].chunks_exact(PAGE_BYTES) {
        let _room = writer.put(&page[..PAGE_DATA]);
    }
    let _room = writer.write();
}

/// Searches the file for words of an input, and merges it.
fn look(disk: &SimDisk, octets: &[u8]) {
    let Ok(file) = TextFile::open(disk, &name(None)) else { return };
    let cache = PageCache::new(0);
    let mut words: Vec<Vec<u8>> = octets.chunks(7).take(20).map(<[u8]>::to_vec).collect();
    words.extend([&b"your"[..], b"code", b"3", b"599", "验证".as_bytes()].map(<[u8]>::to_vec));
    let mut cursors: Vec<Box<dyn Cursor + '_>> = Vec::new();
    for word in &words {
        let mut source = Source::cached(&cache);
        let Ok(Some(found)) = file.find(&mut source, word) else { continue };
        if let Ok(cursor) = ListCursor::new(&file, source, found) {
            cursors.push(Box::new(cursor));
        }
    }
    let mut out = Vec::new();
    let _explained = intersect(&mut cursors, 0, 1000, &mut STEPS.clone(), &mut out);
    for cursor in &mut cursors {
        let one = std::slice::from_mut(cursor);
        let _explained = intersect(one, u32::MAX / 2, 1000, &mut STEPS.clone(), &mut out);
    }
    if let Ok(mut writer) = TextWriter::new(disk, name(Some(0)), file.rows()) {
        let _explained = merge(&[&file], &mut writer, &|| false).and_then(|()| writer.finish());
    }
}

/// Cuts any text into words, and finds its phrases in it again.
pub fn cut_text(octets: &[u8]) {
    let text = String::from_utf8_lossy(octets);
    let mut scratch = Scratch::default();
    let mut have: Vec<Vec<u8>> = Vec::new();
    terms(&text, &mut scratch, |term| have.push(term.to_vec()));
    let letters: Vec<char> = text.chars().collect();
    let first = usize::from(octets.first().copied().unwrap_or(0)) % letters.len().max(1);
    let phrase: String = letters.iter().skip(first).take(40).collect();
    if let Some(words) = Words::of(&phrase).filter(|words| words.follow_in(&text)) {
        let missing = words.terms().find(|term| !have.iter().any(|known| known == term));
        assert!(missing.is_none(), "{phrase:?} is in the text and {missing:?} is not");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_corpus_of_the_fuzz_target_is_read_or_explained() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/corpus/text_index");
        let inputs = std::fs::read_dir(folder).expect("a corpus");
        let run = |input: std::fs::DirEntry| {
            let octets = std::fs::read(input.path()).expect("a file");
            read_pages(&octets);
            read_changed(&octets);
            cut_text(&octets);
        };
        assert!(inputs.map(|input| run(input.expect("a file"))).count() > 5);
    }

    #[test]
    fn files_of_any_octets_are_read_or_explained() {
        let mut random = fastrand::Rng::with_seed(7);
        for _ in 0..300 {
            let mut octets: Vec<u8> =
                (0..random.usize(..9000)).map(|_| random.u8(..) >> random.u8(..8)).collect();
            read_changed(&octets[..octets.len().min(random.usize(..40))]);
            if let Some(numbers) = octets.first_chunk_mut::<NUMBERS>() {
                numbers[..3].iter_mut().for_each(|number| *number %= 3);
            }
            read_pages(&octets);
            cut_text(&octets);
        }
    }
}
