//! Checkpoints: how far the indexes are durable, so that a restart reads only the log after that.
//!
//! Two files, `checkpoint-a` and `checkpoint-b`, are written in turn; the newer whole one counts.
//! Layout: a stamp whose number is the checkpoint's sequence, `facts length u32, pages u32`, the
//! facts (see [`Facts`]), the changed pages of states (`page u64, 4 KiB`), `crc32c u32` of it all.
//! The order is what makes it safe: (1) everything that is only ever appended is made durable; (2)
//! the checkpoint is made durable: this is the moment it counts; (3) its pages are written to the
//! state files and made durable. A crash before (2) leaves the old checkpoint with files that hold
//! more than it knows, which is written over; a crash after (2) has the pages written again.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::columns::{self, Columns};
use super::counts::{AccountCounts, BlockCounts};
use super::index::{Index, Span};
use super::states::{PAGE_BYTES, States};
use super::store::Ledger;
use crate::base::clock::Timestamp;
use crate::base::id::MessageOrd;
use crate::message::octets::Reader;
use crate::spool::disk::{Disk, DiskFile, read_exact_at};
use crate::spool::error::OpenError;
use crate::spool::lsn::Lsn;
use crate::spool::stamp::{STAMP_BYTES, Stamp, version_of};
use crate::spool::unpoisoned;

const NAMES: [&str; 2] = ["checkpoint-a", "checkpoint-b"];
const KIND: [u8; 8] = *b"checkpt\0";

/// Octets of a changed page with its number.
const PAGE_RECORD_BYTES: usize = 8 + PAGE_BYTES;

/// Pages written at a time.
const PAGES_PER_WRITE: usize = 128;

/// Rows of the tail written at a time.
const TAIL_ROWS: usize = 64 << 10;

/// What a checkpoint says, beside the pages.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Facts {
    pub(super) replay_from: Lsn,
    pub(super) next_ord: MessageOrd,
    pub(super) segment_messages: u32,
    pub(super) run_entries: u32,
    pub(super) links_per_file: u32,
    pub(super) links: u64,
    pub(super) carrier_ids: u64,
    pub(super) segments_sealed: u64,
    pub(super) carrier_id_runs: u64,
    pub(super) strays: u64,
    /// Of all segments and the tail.
    pub(super) spans: Vec<Span>,
    /// Of all segments with states.
    pub(super) blocks: Vec<Vec<BlockCounts>>,
    pub(super) accounts: Vec<AccountCounts>,
    pub(super) notices: Vec<u64>,
}

/// Makes checkpoints.
#[derive(Debug)]
pub(super) struct Checkpointer {
    sequence: u64,
    replay_from: Lsn,
    /// The segment whose columns are being written, and how many rows are.
    segment: usize,
    rows: usize,
    file: Option<Arc<dyn DiskFile>>,
    unsynced: Vec<Arc<dyn DiskFile>>,
    new_names: bool,
}

impl Checkpointer {
    /// Continues behind a checkpoint of this sequence, with `tail` the file of the tail's columns.
    pub(super) const fn new(
        sequence: u64,
        replay_from: Lsn,
        segment: usize,
        rows: usize,
        tail: Option<Arc<dyn DiskFile>>,
    ) -> Self {
        let unsynced = Vec::new();
        Self { sequence, replay_from, segment, rows, file: tail, unsynced, new_names: false }
    }

    /// Where a restart would begin to read the log.
    pub(super) const fn replay_from(&self) -> Lsn {
        self.replay_from
    }

    /// Whether enough has changed since the last one.
    pub(super) fn is_due(&self, ledger: &Ledger) -> bool {
        let config = &ledger.config;
        if ledger.indexed().since(self.replay_from) >= config.checkpoint_log_bytes {
            return true;
        }
        let index = ledger.read();
        index.states.changed_pages() >= config.dirty_pages_max
            || index.states.resident() > config.resident_segments as usize + 2
    }

    /// Writes the columns of segments that have become full, so that the sealer may take them.
    pub(super) fn write_full_segments(&mut self, ledger: &Ledger) -> io::Result<()> {
        loop {
            let full = ledger.read().segments.get(self.segment).and_then(|s| s.columns.clone());
            let Some(columns) = full else { return Ok(()) };
            let rows = ledger.config.geometry().rows();
            let file = self.write_rows(ledger, &columns, rows)?;
            let mut index = unpoisoned::write(&ledger.index);
            if let Some(segment) = index.segments.get_mut(self.segment) {
                segment.file = Some(file);
            }
            drop(index);
            self.segment += 1;
            self.rows = 0;
            self.file = None;
        }
    }

    /// Writes the rows of the tail that are new, some at a time so that readers get their turn.
    fn write_tail(&mut self, ledger: &Ledger) -> io::Result<()> {
        loop {
            let index = ledger.read();
            let upto = index.tail.rows().min(self.rows + TAIL_ROWS);
            if upto == self.rows {
                return Ok(());
            }
            self.write_rows(ledger, &index.tail, upto)?;
        }
    }

    fn write_rows(
        &mut self,
        ledger: &Ledger,
        columns: &Columns,
        upto: usize,
    ) -> io::Result<Arc<dyn DiskFile>> {
        let geometry = ledger.config.geometry();
        let file = match &self.file {
            Some(file) => Arc::clone(file),
            None => {
                let file = ledger.disk.create(&columns::file_name(self.segment))?;
                file.allocate(columns::file_bytes(geometry))?;
                let stamp = columns::stamp(ledger.identity.directory_id, self.segment);
                file.write_at(&stamp.encode(), 0)?;
                self.new_names = true;
                self.file = Some(Arc::clone(&file));
                file
            }
        };
        columns.write(&*file, geometry, self.rows..upto)?;
        self.rows = upto;
        if !self.unsynced.last().is_some_and(|last| Arc::ptr_eq(last, &file)) {
            self.unsynced.push(Arc::clone(&file));
        }
        Ok(file)
    }

    /// Makes a checkpoint of everything indexed.
    pub(super) fn write(&mut self, ledger: &Ledger) -> io::Result<()> {
        self.write_full_segments(ledger)?;
        self.write_tail(ledger)?;
        self.sync_appended(ledger)?;
        let (facts, pages) = {
            let index = ledger.read();
            (Facts::of(&index, ledger), index.states.dirty_pages())
        };
        self.commit(ledger, &facts, &pages)?;
        self.replay_from = facts.replay_from;
        ledger.progress.checkpoint.store(facts.replay_from.0, Ordering::SeqCst);
        write_pages(ledger, &pages)?;
        let mut index = unpoisoned::write(&ledger.index);
        index.states.evict(ledger.config.resident_segments as usize);
        index.correlations.remove_sealed(facts.carrier_id_runs)
    }

    /// (1) Everything that is only ever appended.
    fn sync_appended(&mut self, ledger: &Ledger) -> io::Result<()> {
        let mut files = std::mem::take(&mut self.unsynced);
        let mut new_names = std::mem::take(&mut self.new_names);
        {
            let mut index = unpoisoned::write(&ledger.index);
            let Index { links, correlations, .. } = &mut *index;
            for entries in [&mut links.entries, &mut correlations.entries] {
                entries.write()?;
                files.extend(entries.take_unsynced());
                new_names |= std::mem::take(&mut entries.new_names);
            }
        }
        files.iter().try_for_each(|file| file.sync_data())?;
        if new_names {
            ledger.disk.sync_dir()?;
        }
        Ok(())
    }

    /// (2) The checkpoint itself.
    fn commit(&mut self, ledger: &Ledger, facts: &Facts, pages: &[u64]) -> io::Result<()> {
        let sequence = self.sequence + 1;
        let name = NAMES[(sequence % 2) as usize];
        let (file, created) = match ledger.disk.open(name) {
            Ok(file) => (file, false),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                (ledger.disk.create(name)?, true)
            }
            Err(error) => return Err(error),
        };
        let mut octets = stamp(ledger.identity.directory_id, sequence).encode().to_vec();
        let encoded = facts.encode();
        octets.extend_from_slice(&(encoded.len() as u32).to_le_bytes());
        octets.extend_from_slice(&(pages.len() as u32).to_le_bytes());
        octets.extend_from_slice(&encoded);
        let (mut at, mut crc) = (0, 0);
        for part in pages.chunks(PAGES_PER_WRITE) {
            let index = ledger.read();
            for page in part {
                octets.extend_from_slice(&page.to_le_bytes());
                index.states.encode_page(*page, &mut octets);
            }
            drop(index);
            crc = crc32c::crc32c_append(crc, &octets);
            file.write_at(&octets, at)?;
            at += octets.len() as u64;
            octets.clear();
        }
        crc = crc32c::crc32c_append(crc, &octets);
        octets.extend_from_slice(&crc.to_le_bytes());
        file.write_at(&octets, at)?;
        file.sync_data()?;
        if created {
            ledger.disk.sync_dir()?;
        }
        self.sequence = sequence;
        Ok(())
    }
}

/// (3) The pages of a durable checkpoint go to their files.
fn write_pages(ledger: &Ledger, pages: &[u64]) -> io::Result<()> {
    let mut octets = Vec::with_capacity(PAGE_BYTES);
    for part in pages.chunks(PAGES_PER_WRITE) {
        let mut index = unpoisoned::write(&ledger.index);
        for page in part {
            octets.clear();
            index.states.encode_page(*page, &mut octets);
            index.states.write_page(*page, &octets)?;
        }
    }
    let (files, new_names) = unpoisoned::write(&ledger.index).states.take_unsynced()?;
    files.iter().try_for_each(|file| file.sync_data())?;
    if new_names {
        ledger.disk.sync_dir()?;
    }
    unpoisoned::write(&ledger.index).states.clean();
    Ok(())
}

fn stamp(directory_id: u64, sequence: u64) -> Stamp {
    Stamp { kind: KIND, directory_id, number: sequence }
}

/// A checkpoint that was found whole.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) sequence: u64,
    pub(super) facts: Facts,
    file: Arc<dyn DiskFile>,
    pages_at: u64,
    pages: u64,
}

/// The newest whole checkpoint; `None` if there is none, and the log is read from its beginning.
pub(super) fn load(disk: &dyn Disk, directory_id: u64) -> Result<Option<Loaded>, OpenError> {
    let mut newest: Option<Loaded> = None;
    for name in NAMES {
        let file = match disk.open(name) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(OpenError::io(name, error)),
        };
        let loaded = load_one(file, name, directory_id)?;
        let newer = |old: &Loaded| loaded.as_ref().is_some_and(|new| new.sequence > old.sequence);
        if newest.as_ref().is_none_or(newer) {
            newest = loaded.or(newest);
        }
    }
    Ok(newest)
}

/// `None` if the file was torn.
fn load_one(
    file: Arc<dyn DiskFile>,
    name: &str,
    directory_id: u64,
) -> Result<Option<Loaded>, OpenError> {
    let failed = |error| OpenError::io(name, error);
    let length = file.len_bytes().map_err(failed)?;
    let mut head = [0; STAMP_BYTES + 8];
    if length < head.len() as u64 {
        return Ok(None);
    }
    read_exact_at(&*file, &mut head, 0).map_err(failed)?;
    let word = |at: usize| u32::from_le_bytes([0, 1, 2, 3].map(|i| head[at + i]));
    let sequence = u64::from(word(32)) | u64::from(word(36)) << 32;
    if let Some(octets) = head.first_chunk::<STAMP_BYTES>() {
        match version_of(octets, name) {
            Err(OpenError::Damaged { .. }) => return Ok(None),
            outcome => outcome?,
        }
    }
    if head[..STAMP_BYTES] != stamp(directory_id, sequence).encode() {
        return Ok(None);
    }
    let (facts_bytes, pages) = (u64::from(word(STAMP_BYTES)), u64::from(word(STAMP_BYTES + 4)));
    let pages_at = head.len() as u64 + facts_bytes;
    let end = pages_at + pages * PAGE_RECORD_BYTES as u64;
    if end + 4 > length || !crc_matches(&*file, end).map_err(failed)? {
        return Ok(None);
    }
    let mut octets = vec![0; facts_bytes as usize];
    read_exact_at(&*file, &mut octets, head.len() as u64).map_err(failed)?;
    let facts = Facts::decode(&octets)
        .ok_or_else(|| OpenError::damaged(name, "its facts do not read, though unchanged"))?;
    Ok(Some(Loaded { sequence, facts, file, pages_at, pages }))
}

fn crc_matches(file: &dyn DiskFile, end: u64) -> io::Result<bool> {
    let mut octets = vec![0; (1 << 20).min(end as usize)];
    let (mut at, mut crc) = (0, 0);
    while at < end {
        let count = octets.len().min((end - at) as usize);
        read_exact_at(file, &mut octets[..count], at)?;
        crc = crc32c::crc32c_append(crc, &octets[..count]);
        at += count as u64;
    }
    let mut expected = [0; 4];
    read_exact_at(file, &mut expected, end)?;
    Ok(crc.to_le_bytes() == expected)
}

impl Loaded {
    /// (3) once more, in case the crash came before it was done.
    pub(super) fn redo(&self, states: &mut States) -> io::Result<()> {
        let mut record = [0; PAGE_RECORD_BYTES];
        for number in 0..self.pages {
            let at = self.pages_at + number * PAGE_RECORD_BYTES as u64;
            read_exact_at(&*self.file, &mut record, at)?;
            let Some((page, octets)) = record.split_first_chunk::<8>() else { continue };
            states.write_page(u64::from_le_bytes(*page), octets)?;
        }
        let (files, new_names) = states.take_unsynced()?;
        files.iter().try_for_each(|file| file.sync_data())?;
        if new_names {
            states.sync_names()?;
        }
        states.clean();
        Ok(())
    }
}

impl Facts {
    fn of(index: &Index, ledger: &Ledger) -> Self {
        let sealed = index.segments.iter().take_while(|segment| segment.numbers.is_some());
        Self {
            replay_from: ledger.indexed(),
            next_ord: index.next_ord,
            segment_messages: ledger.config.segment_messages,
            run_entries: ledger.config.run_entries,
            links_per_file: ledger.config.links_per_file,
            links: index.links.entries.count(),
            carrier_ids: index.correlations.entries.count(),
            segments_sealed: sealed.count() as u64,
            carrier_id_runs: index.correlations.runs.len() as u64,
            strays: index.strays,
            spans: (0..=index.segments.len()).map(|at| index.span_of(at)).collect(),
            blocks: (0..index.states.segments())
                .map(|at| index.states.blocks(at).to_vec())
                .collect(),
            accounts: index.accounts.clone(),
            notices: index.notices.iter().copied().collect(),
        }
    }

    fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let long = |value: u64, out: &mut Vec<u8>| out.extend_from_slice(&value.to_le_bytes());
        let numbers = [
            self.replay_from.0,
            self.next_ord.0,
            u64::from(self.segment_messages),
            u64::from(self.run_entries),
            u64::from(self.links_per_file),
            self.links,
            self.carrier_ids,
            self.segments_sealed,
            self.carrier_id_runs,
            self.strays,
        ];
        numbers.into_iter().for_each(|value| long(value, &mut out));
        long(self.spans.len() as u64, &mut out);
        for span in &self.spans {
            long(span.first.0, &mut out);
            long(span.last.0, &mut out);
        }
        long(self.blocks.len() as u64, &mut out);
        for blocks in &self.blocks {
            long(blocks.len() as u64, &mut out);
            blocks.iter().for_each(|block| block.encode(&mut out));
        }
        long(self.accounts.len() as u64, &mut out);
        self.accounts.iter().for_each(|account| account.encode(&mut out));
        long(self.notices.len() as u64, &mut out);
        self.notices.iter().for_each(|&notice| long(notice, &mut out));
        out
    }

    fn decode(octets: &[u8]) -> Option<Self> {
        let mut reader = Reader(octets);
        let mut numbers = [0; 10];
        for number in &mut numbers {
            *number = reader.u64()?;
        }
        let [replay_from, next_ord, segment, run, per_file, links, ids, sealed, runs, strays] =
            numbers;
        let spans = many(&mut reader, |reader| {
            Some(Span { first: Timestamp(reader.u64()?), last: Timestamp(reader.u64()?) })
        })?;
        let blocks = many(&mut reader, |reader| many(reader, BlockCounts::decode))?;
        let accounts = many(&mut reader, AccountCounts::decode)?;
        let notices = many(&mut reader, Reader::u64)?;
        Some(Self {
            replay_from: Lsn(replay_from),
            next_ord: MessageOrd(next_ord),
            segment_messages: u32::try_from(segment).ok()?,
            run_entries: u32::try_from(run).ok()?,
            links_per_file: u32::try_from(per_file).ok()?,
            links,
            carrier_ids: ids,
            segments_sealed: sealed,
            carrier_id_runs: runs,
            strays,
            spans,
            blocks,
            accounts,
            notices,
        })
    }
}

/// A count, and that many items.
fn many<'a, T>(
    reader: &mut Reader<'a>,
    mut item: impl FnMut(&mut Reader<'a>) -> Option<T>,
) -> Option<Vec<T>> {
    let count = reader.u64()?;
    // Never more memory than the octets could stand for.
    (count <= reader.0.len() as u64).then_some(())?;
    (0..count).map(|_| item(reader)).collect()
}
