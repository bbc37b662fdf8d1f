//! Files of the index against a list of what is in them.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::cache::PageCache;
use super::cursor::{Cursor, ListCursor, intersect, intersect_windows};
use super::file::{Source, TextFile, TextName};
use super::merge::merge;
use super::table::Table;
use super::write::TextWriter;
use crate::spool::disk::Disk;
use crate::spool::sim_disk::SimDisk;

const ROWS: u32 = 5000;

type Model = BTreeMap<Vec<u8>, Vec<u32>>;

/// A word that may be rare or in every second row.
fn word(random: &mut fastrand::Rng) -> Vec<u8> {
    let number = random.u32(..60_000) >> random.u32(..17);
    let script = ["w", "слово", "词"][random.usize(..3)];
    format!("{script}{number}").into_bytes()
}

/// Rows of random words: their table, and their list.
fn rows(random: &mut fastrand::Rng, rows: Range<u32>, model: &mut Model) -> Table {
    let mut table = Table::new(rows.start);
    for row in rows {
        for _ in 0..random.usize(..12) {
            let word = word(random);
            table.add(&word);
            let known = model.entry(word).or_default();
            if known.last() != Some(&row) {
                known.push(row);
            }
        }
        table.end_row();
    }
    table
}

fn write(disk: &dyn Disk, part: Option<u32>, table: &Table) -> TextFile {
    let name = TextName { directory_id: 5, segment: 3, part };
    let mut writer = TextWriter::new(disk, name, table.rows()).expect("room");
    table.each_sorted(|term, places| writer.add(term, places)).expect("room");
    writer.finish().expect("room")
}

fn places(file: &TextFile, cache: &PageCache, term: &[u8]) -> Vec<u32> {
    let mut source = Source::cached(cache);
    let Some(found) = file.find(&mut source, term).expect("whole") else { return Vec::new() };
    let mut cursors: Vec<Box<dyn Cursor + '_>> =
        vec![Box::new(ListCursor::new(file, source, found).expect("whole"))];
    let mut out = Vec::new();
    let next = intersect(&mut cursors, 0, usize::MAX, &mut u64::MAX.clone(), &mut out);
    assert_eq!(next.expect("whole"), None);
    assert_eq!(out.len(), found.count() as usize);
    out
}

fn expected(model: &Model, term: &[u8]) -> Vec<u32> {
    let rows = model.get(term).map_or(&[][..], |rows| &rows[..]);
    rows.iter().rev().map(|row| ROWS - 1 - row).collect()
}

#[test]
fn a_file_made_of_parts_has_every_word_with_its_rows() {
    let disk = SimDisk::new(1);
    let mut random = fastrand::Rng::with_seed(1);
    let mut model = Model::new();
    let parts: Vec<TextFile> = [0..1, 1..700, 700..2500, 2500..2500, 2500..ROWS]
        .into_iter()
        .map(|range| write(&disk, Some(range.start), &rows(&mut random, range, &mut model)))
        .collect();
    let name = TextName { directory_id: 5, segment: 3, part: None };
    let inputs: Vec<&TextFile> = parts.iter().collect();
    let mut stopped = TextWriter::new(&disk, name.clone(), 0..ROWS).expect("room");
    let outcome = merge(&inputs, &mut stopped, &|| true);
    assert!(outcome.is_err_and(|error| error.kind() == std::io::ErrorKind::Interrupted));
    let mut writer = TextWriter::new(&disk, name.clone(), 0..ROWS).expect("room");
    merge(&inputs, &mut writer, &|| false).expect("whole");
    let written = writer.finish().expect("room");
    assert!(written.footer().levels >= 1 && written.footer().words as usize == model.len());
    let disk = disk.crash();
    let opened = TextFile::open(&disk, &name).expect("durable");
    let cache = PageCache::new(0);
    for term in model.keys() {
        assert_eq!(places(&opened, &cache, term), expected(&model, term));
    }
    for term in [&b""[..], b"a", b"w", b"w1x", b"\xff\xff", "词".as_bytes()] {
        assert_eq!(places(&opened, &cache, term), expected(&model, term), "{term:?}");
    }
    assert!(!disk.list().expect("alive").iter().any(|file| file.starts_with("tmp-")));
}

#[test]
fn several_words_are_found_together_a_page_at_a_time() {
    let disk = SimDisk::new(1);
    let mut random = fastrand::Rng::with_seed(2);
    let mut model = Model::new();
    let table = rows(&mut random, 0..ROWS, &mut model);
    let file = write(&disk, None, &table);
    let cache = PageCache::new(1 << 20);
    let terms: Vec<&Vec<u8>> = model.keys().collect();
    let mut found_any = 0;
    for round in 0..400 {
        let some: Vec<&Vec<u8>> = (0..random.usize(1..4))
            .map(|_| match random.bool() {
                true => terms[random.usize(..terms.len())],
                false => terms.iter().copied().max_by_key(|_| random.u32(..)).expect("some"),
            })
            .collect();
        let mut lists = some.iter().map(|term| expected(&model, term));
        let first = lists.next().expect("one");
        let rest: Vec<Vec<u32>> = lists.collect();
        let in_all = first.into_iter().filter(|at| rest.iter().all(|list| list.contains(at)));
        let expected: Vec<u32> = in_all.collect();
        found_any += usize::from(expected.len() > 3);
        let (mut out, mut from) = (Vec::new(), Some(0));
        while let Some(place) = from {
            let mut cursors: Vec<Box<dyn Cursor + '_>> = Vec::new();
            for term in &some {
                let mut source = Source::cached(&cache);
                if round % 2 == 0 {
                    cursors.push(Box::new(table.cursor(term).expect("known")));
                    continue;
                }
                let found = file.find(&mut source, term).expect("whole").expect("known");
                cursors.push(Box::new(ListCursor::new(&file, source, found).expect("whole")));
            }
            let (max, mut steps) = (random.usize(1..50), random.u64(5..300));
            let before = out.len();
            from = intersect(&mut cursors, place, max, &mut steps, &mut out).expect("whole");
            assert!(out.len() - before <= max);
            assert!(from.is_none_or(|next| next > place || steps == 0));
        }
        assert_eq!(out, expected, "{some:?}");
    }
    assert!(found_any > 10);
}

#[test]
fn a_file_cut_anywhere_is_refused() {
    let disk = SimDisk::new(1);
    let table = rows(&mut fastrand::Rng::with_seed(3), 0..40, &mut Model::new());
    write(&disk, None, &table);
    let name = TextName { directory_id: 5, segment: 3, part: None };
    let whole = disk.contents(&name.file()).expect("there");
    for length in (0..whole.len()).rev().step_by(37).chain([0, 1, 63, 64, 65]) {
        disk.damage(&name.file(), |octets| *octets = whole[..length].to_vec());
        assert!(TextFile::open(&disk, &name).is_err(), "cut at {length}");
    }
}

#[test]
fn a_changed_octet_is_an_error_or_changes_nothing() {
    let disk = SimDisk::new(1);
    let mut random = fastrand::Rng::with_seed(4);
    let mut model = Model::new();
    write(&disk, None, &rows(&mut random, 0..ROWS, &mut model));
    let name = TextName { directory_id: 5, segment: 3, part: None };
    let whole = disk.contents(&name.file()).expect("there");
    let terms: Vec<&Vec<u8>> = model.keys().collect();
    let mut refused = 0;
    for _ in 0..200 {
        let mut changed = whole.clone();
        changed[random.usize(..whole.len())] ^= 1 << random.u8(..8);
        disk.damage(&name.file(), |octets| octets.clone_from(&changed));
        let Ok(file) = TextFile::open(&disk, &name) else {
            refused += 1;
            continue;
        };
        let cache = Arc::new(PageCache::new(0));
        for _ in 0..40 {
            let term = terms[random.usize(..terms.len())];
            let mut source = Source::cached(&cache);
            let outcome = file.find(&mut source, term);
            let outcome = outcome.and_then(|found| {
                ListCursor::new(&file, source, found.expect("known"))?.at_least(0)
            });
            match outcome {
                Ok(place) => assert_eq!(place, expected(&model, term).first().copied()),
                Err(error) => {
                    assert!(error.to_string().starts_with("text-00000003 is damaged: page "));
                    refused += 1;
                }
            }
        }
    }
    assert!(refused > 20, "{refused}");
}

#[test]
fn long_lists_read_together_have_what_leaping_through_them_finds() {
    let disk = SimDisk::new(4);
    let mut random = fastrand::Rng::with_seed(4);
    let end = 100_000;
    let mut table = Table::new(0);
    for _ in 0..end {
        for (word, share) in [("dense", 3), ("some", 40), ("few", 300), ("rare", 9000)] {
            if random.u32(..share) == 0 {
                table.add(word.as_bytes());
            }
        }
        table.end_row();
    }
    let file = write(&disk, None, &table);
    let cache = PageCache::new(1 << 20);
    let cursors = |terms: &[&str]| -> Vec<Box<dyn Cursor + '_>> {
        let list = |term: &&str| {
            let found = file.find(&mut Source::cached(&cache), term.as_bytes());
            let found = found.expect("whole").expect("there");
            let cursor = ListCursor::new(&file, Source::cached(&cache), found).expect("whole");
            Box::new(cursor) as Box<dyn Cursor + '_>
        };
        terms.iter().map(list).collect()
    };
    for terms in [&["some", "dense"][..], &["few", "some", "dense"], &["rare", "few"], &["rare"]] {
        let (mut leapt, mut read) = (Vec::new(), Vec::new());
        let all = intersect(&mut cursors(terms), 0, usize::MAX, &mut u64::MAX.clone(), &mut leapt);
        assert_eq!(all.expect("whole"), None);
        let mut from = Some(0);
        while let Some(place) = from {
            let mut steps = random.u64(1..2000);
            let (max, before) = (random.usize(1..500), read.len());
            let next =
                intersect_windows(&mut cursors(terms), (place, end), max, &mut steps, &mut read);
            from = next.expect("whole");
            assert!(read.len() - before <= max && from.is_none_or(|next| next > place));
        }
        assert_eq!(read, leapt, "{terms:?}");
    }
}
