//! Checkpoints: how far the indexes are durable, so that a restart reads only the log after that.
//!
//! Two files, `checkpoint-a` and `checkpoint-b`, are written in turn; the newer whole one counts.
//! Layout: a stamp whose number is the checkpoint's sequence, `facts length u32, pages u32`, the
//! facts (see `facts`), the changed pages of states (`page u64, 4 KiB`), `crc32c u32` of it all.
//! The order is what makes it safe: (1) everything that is only ever appended is made durable; (2)
//! the checkpoint is made durable: this is the moment it counts; (3) its pages are written to the
//! state files and made durable. A crash before (2) leaves the old checkpoint with files that hold
//! more than it knows, which is written over; a crash after (2) has the pages written again.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::columns::{self, Columns};
use super::config::Geometry;
use super::facts::Facts;
use super::index::Index;
use super::marks::{Mark, MarkFile};
use super::states::PAGE_BYTES;
use super::store::Ledger;
use crate::spool::disk::{DiskFile, Paced};
use crate::spool::lsn::Lsn;
use crate::spool::stamp::Stamp;
use crate::spool::unpoisoned;

/// The two files.
pub(super) const NAMES: [&str; 2] = ["checkpoint-a", "checkpoint-b"];
const KIND: [u8; 8] = *b"checkpt\0";

/// Octets of a changed page with its number.
pub(super) const PAGE_RECORD_BYTES: usize = 8 + PAGE_BYTES;

/// Pages written at a time.
const PAGES_PER_WRITE: usize = 128;

/// Rows of the tail written at a time.
const TAIL_ROWS: usize = 64 << 10;

/// What a checkpoint says is sorted.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sealed {
    pub(super) segments: u64,
    pub(super) runs: u64,
}

/// Makes checkpoints.
#[derive(Debug)]
pub(super) struct Checkpointer {
    sequence: u64,
    replay_from: Lsn,
    /// Segments and runs of carrier ids that the newest checkpoint says are sorted.
    pub(super) sealed: Sealed,
    /// The segment whose columns are being written, and how many rows are.
    segment: usize,
    rows: usize,
    file: Option<Arc<dyn DiskFile>>,
    marks: Option<MarkFile>,
    unsynced: Vec<Arc<dyn DiskFile>>,
    new_names: bool,
}

impl Checkpointer {
    /// Continues behind a checkpoint of this sequence, with `tail` the files of the tail's columns and
    /// marks.
    pub(super) fn new(
        sequence: u64,
        facts: &Facts,
        geometry: Geometry,
        (file, marks): (Option<Arc<dyn DiskFile>>, Option<MarkFile>),
    ) -> Self {
        Self {
            sequence,
            replay_from: facts.replay_from,
            sealed: Sealed { segments: facts.segments_sealed, runs: facts.carrier_id_runs },
            segment: geometry.segment(facts.next_ord),
            rows: geometry.row(facts.next_ord),
            file,
            marks,
            unsynced: Vec::new(),
            new_names: false,
        }
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
                segment.marks = self.marks.take();
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
        self.write_marks(ledger, columns, upto)?;
        self.rows = upto;
        self.keep_unsynced(&file);
        Ok(file)
    }

    fn write_marks(&mut self, ledger: &Ledger, columns: &Columns, upto: usize) -> io::Result<()> {
        let marks = match self.marks.take() {
            Some(marks) => marks,
            None => {
                let (id, geometry) = (ledger.identity.directory_id, ledger.config.geometry());
                let first =
                    [Mark::Reference, Mark::Tag].map(|mark| &columns.marks(mark)[..self.rows]);
                self.new_names = true;
                MarkFile::create(&*ledger.disk, id, self.segment, geometry, first)?
            }
        };
        columns.write_marks(&marks, self.rows..upto)?;
        self.keep_unsynced(marks.file());
        self.marks = Some(marks);
        Ok(())
    }

    fn keep_unsynced(&mut self, file: &Arc<dyn DiskFile>) {
        if !self.unsynced.iter().any(|known| Arc::ptr_eq(known, file)) {
            self.unsynced.push(Arc::clone(file));
        }
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
        self.sealed = Sealed { segments: facts.segments_sealed, runs: facts.carrier_id_runs };
        ledger.progress.checkpoint.store(facts.replay_from.0, Ordering::SeqCst);
        write_pages(ledger, &pages)?;
        let removed = {
            let mut index = unpoisoned::write(&ledger.index);
            index.states.evict(ledger.config.resident_segments as usize);
            index.correlations.release_sealed(facts.carrier_id_runs)
        };
        removed.iter().try_for_each(|name| ledger.disk.remove(name))
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
        let mut paced = Paced::default();
        for part in pages.chunks(PAGES_PER_WRITE) {
            let index = ledger.read();
            for page in part {
                octets.extend_from_slice(&page.to_le_bytes());
                index.states.encode_page(*page, &mut octets);
            }
            drop(index);
            crc = crc32c::crc32c_append(crc, &octets);
            paced.write_at(&*file, &octets, at)?;
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
    let mut new_names = false;
    for part in pages.chunks(PAGES_PER_WRITE) {
        let mut index = unpoisoned::write(&ledger.index);
        for page in part {
            octets.clear();
            index.states.encode_page(*page, &mut octets);
            index.states.write_page(*page, &octets)?;
        }
        let (files, any_new) = index.states.take_unsynced()?;
        // Synced part by part, and without the lock: the log's syncs get in between.
        drop(index);
        files.iter().try_for_each(|file| file.sync_data())?;
        new_names |= any_new;
    }
    if new_names {
        ledger.disk.sync_dir()?;
    }
    unpoisoned::write(&ledger.index).states.clean();
    Ok(())
}

/// What a checkpoint begins with.
pub(super) fn stamp(directory_id: u64, sequence: u64) -> Stamp {
    Stamp { kind: KIND, directory_id, number: sequence }
}
