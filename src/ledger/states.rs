//! The state of every message and the newest link of its chain.
//!
//! File `states-<segment>`: a stamp of 64 octets, then a row of 16 octets per message: `State` 8,
//! name of the newest link u64. The newest segments are in memory; of older ones only pages that
//! have changed since the last checkpoint are.
//! **Invariant**: a state file changes only after a checkpoint that holds its new pages is durable
//! (see `checkpoint`), so that after a crash the files are exactly as that checkpoint says.

use std::collections::BTreeMap;
use std::io;
use std::ops::Range;
use std::sync::Arc;

use super::config::{Geometry, PAGE_ROWS};
use super::counts::BlockCounts;
use crate::base::id::MessageOrd;
use crate::message::state::State;
use crate::spool::disk::{Disk, DiskFile, read_exact_at};
use crate::spool::error::OpenError;
use crate::spool::stamp::{STAMP_BYTES, Stamp};

pub(super) const ROW_BYTES: usize = 16;
pub(super) const PAGE_BYTES: usize = PAGE_ROWS * ROW_BYTES;

/// First octet of the state of a message that is lost; no status has this number.
const NO_STATE: [u8; 8] = [u8::MAX; 8];

/// What is kept of a message beside its columns.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Row {
    pub(super) state: [u8; 8],
    /// Name of the newest link of its events, 0 for none.
    pub(super) head: u64,
}

impl Row {
    pub(super) const LOST: Self = Self { state: NO_STATE, head: 0 };

    /// `None` for a lost message.
    pub(super) fn state(&self) -> Option<State> {
        State::from_bytes(self.state)
    }

    fn encode(&self) -> [u8; ROW_BYTES] {
        let mut octets = [0; ROW_BYTES];
        octets[..8].copy_from_slice(&self.state);
        octets[8..].copy_from_slice(&self.head.to_le_bytes());
        octets
    }

    pub(super) fn decode(octets: &[u8; ROW_BYTES]) -> Self {
        let wide = u128::from_le_bytes(*octets);
        Self { state: (wide as u64).to_le_bytes(), head: (wide >> 64) as u64 }
    }
}

type Page = Box<[Row; PAGE_ROWS]>;

/// All states of a directory.
#[derive(Debug)]
pub(super) struct States {
    disk: Arc<dyn Disk>,
    directory_id: u64,
    geometry: Geometry,
    segments: Vec<SegmentStates>,
    /// Changed pages of segments that are not in memory, by number of page in the directory.
    changed: BTreeMap<u64, Page>,
    unsynced: Vec<usize>,
    /// Files of segments that are not opened yet, while a checkpoint's pages are written again.
    loose: BTreeMap<usize, Arc<dyn DiskFile>>,
    /// Memory of segments that were let go.
    spares: Vec<Vec<Row>>,
    /// Whether a file was created since names were last made durable.
    new_names: bool,
}

#[derive(Debug, Default)]
struct SegmentStates {
    file: Option<Arc<dyn DiskFile>>,
    rows: Option<Vec<Row>>,
    /// A bit per page of `rows` that has changed.
    dirty: Vec<u64>,
    blocks: Vec<BlockCounts>,
}

impl States {
    pub(super) fn new(disk: Arc<dyn Disk>, directory_id: u64, geometry: Geometry) -> Self {
        Self {
            disk,
            directory_id,
            geometry,
            segments: Vec::new(),
            changed: BTreeMap::new(),
            unsynced: Vec::new(),
            loose: BTreeMap::new(),
            spares: Vec::new(),
            new_names: false,
        }
    }

    /// Adds a segment that a checkpoint knows, with its rows if it is to stay in memory.
    pub(super) fn open_segment(
        &mut self,
        rows: usize,
        blocks: Vec<BlockCounts>,
        resident: bool,
    ) -> Result<(), OpenError> {
        let name = file_name(self.segments.len());
        let failed = |error| OpenError::io(&name, error);
        let file = self.disk.open(&name).map_err(failed)?;
        stamp(self.directory_id, self.segments.len()).check(&*file, &name)?;
        let loaded = if resident {
            let mut loaded = Vec::with_capacity(self.geometry.rows());
            read_rows(&*file, 0..rows, &mut loaded).map_err(failed)?;
            Some(loaded)
        } else {
            None
        };
        let dirty = vec![0; if resident { self.dirty_words() } else { 0 }];
        self.segments.push(SegmentStates { file: Some(file), rows: loaded, dirty, blocks });
        Ok(())
    }

    /// Adds a segment that is not kept any more.
    pub(super) fn open_expired(&mut self) {
        self.segments.push(SegmentStates::default());
    }

    /// Gives up all segments before one. Only right after a checkpoint.
    pub(super) fn expire(&mut self, first: usize) {
        for segment in self.segments.iter_mut().take(first) {
            *segment = SegmentStates::default();
        }
        self.changed = self.changed.split_off(&page_of(self.geometry.ord(first, 0)));
    }

    fn dirty_words(&self) -> usize {
        (self.geometry.rows() / PAGE_ROWS).div_ceil(64)
    }

    /// Adds the row of the next message.
    pub(super) fn push(&mut self, ord: MessageOrd, row: Row) {
        let segment = self.geometry.segment(ord);
        if segment == self.segments.len() {
            let spare = self.spares.pop();
            let rows = spare.unwrap_or_else(|| Vec::with_capacity(self.geometry.rows()));
            self.segments.push(SegmentStates {
                file: None,
                rows: Some(rows),
                dirty: vec![0; self.dirty_words()],
                blocks: vec![BlockCounts::default(); self.geometry.blocks()],
            });
        }
        let newest = &mut self.segments[segment];
        if let Some(rows) = &mut newest.rows {
            let page = rows.len() / PAGE_ROWS;
            newest.dirty[page / 64] |= 1 << (page % 64);
            rows.push(row);
        }
    }

    /// The row of a message.
    pub(super) fn row(&self, ord: MessageOrd) -> io::Result<Option<Row>> {
        let (at, row) = (self.geometry.segment(ord), self.geometry.row(ord));
        let Some(segment) = self.segments.get(at) else { return Ok(None) };
        if let Some(rows) = &segment.rows {
            return Ok(rows.get(row).copied());
        }
        if let Some(page) = self.changed.get(&page_of(ord)) {
            return Ok(Some(page[row % PAGE_ROWS]));
        }
        let Some(file) = &segment.file else { return Ok(None) };
        let mut octets = [0; ROW_BYTES];
        read_exact_at(&**file, &mut octets, row_at(row))?;
        Ok(Some(Row::decode(&octets)))
    }

    /// Changes the row of a message that is there.
    pub(super) fn set(&mut self, ord: MessageOrd, row: Row) -> io::Result<()> {
        let (at, number) = (self.geometry.segment(ord), self.geometry.row(ord));
        let Some(segment) = self.segments.get_mut(at) else { return Ok(()) };
        if let Some(rows) = &mut segment.rows {
            let page = number / PAGE_ROWS;
            segment.dirty[page / 64] |= 1 << (page % 64);
            rows[number] = row;
            return Ok(());
        }
        let number_of_page = page_of(ord);
        if let Some(page) = self.changed.get_mut(&number_of_page) {
            page[number % PAGE_ROWS] = row;
            return Ok(());
        }
        let Some(file) = &segment.file else { return Ok(()) };
        let mut rows = Vec::with_capacity(PAGE_ROWS);
        let first = number / PAGE_ROWS * PAGE_ROWS;
        read_rows(&**file, first..first + PAGE_ROWS, &mut rows)?;
        let mut page: Page = Box::new([Row::LOST; PAGE_ROWS]);
        page.copy_from_slice(&rows);
        page[number % PAGE_ROWS] = row;
        self.changed.insert(number_of_page, page);
        Ok(())
    }

    /// Adds rows of a segment to `out`.
    pub(super) fn rows(
        &self,
        segment: usize,
        rows: Range<usize>,
        out: &mut Vec<Row>,
    ) -> io::Result<()> {
        let Some(states) = self.segments.get(segment) else { return Ok(()) };
        if let Some(all) = &states.rows {
            out.extend_from_slice(all.get(rows).unwrap_or_default());
            return Ok(());
        }
        let Some(file) = &states.file else { return Ok(()) };
        let start = out.len();
        read_rows(&**file, rows.clone(), out)?;
        let first = self.geometry.ord(segment, rows.start);
        let last = MessageOrd(first.0 + rows.len() as u64);
        for (number, page) in self.changed.range(page_of(first)..=page_of(last)) {
            for (i, row) in page.iter().enumerate() {
                let ord = number * PAGE_ROWS as u64 + i as u64;
                if let Some(at) = ord.checked_sub(first.0)
                    && let Some(place) = out[start..].get_mut(at as usize)
                {
                    *place = *row;
                }
            }
        }
        Ok(())
    }

    pub(super) fn blocks(&self, segment: usize) -> &[BlockCounts] {
        self.segments.get(segment).map_or(&[], |states| &states.blocks)
    }

    pub(super) fn block_mut(&mut self, ord: MessageOrd) -> Option<&mut BlockCounts> {
        let block = self.geometry.block(self.geometry.row(ord));
        self.segments.get_mut(self.geometry.segment(ord))?.blocks.get_mut(block)
    }

    pub(super) const fn segments(&self) -> usize {
        self.segments.len()
    }

    /// Changed pages kept for segments that are not in memory.
    pub(super) fn changed_pages(&self) -> usize {
        self.changed.len()
    }

    /// Segments in memory.
    pub(super) fn resident(&self) -> usize {
        self.segments.iter().rev().take_while(|segment| segment.rows.is_some()).count()
    }

    /// The numbers of all changed pages, in order.
    pub(super) fn dirty_pages(&self) -> Vec<u64> {
        let per_segment = (self.geometry.rows() / PAGE_ROWS) as u64;
        let mut pages: Vec<u64> = self.changed.keys().copied().collect();
        for (at, segment) in self.segments.iter().enumerate() {
            for (word, bits) in segment.dirty.iter().enumerate().filter(|(_, bits)| **bits != 0) {
                let first = at as u64 * per_segment + word as u64 * 64;
                pages.extend((0..64).filter(|bit| bits >> bit & 1 == 1).map(|bit| first + bit));
            }
        }
        pages
    }

    /// Adds the octets of a page to `out`; rows that are not there yet are lost ones.
    pub(super) fn encode_page(&self, page: u64, out: &mut Vec<u8>) {
        let first = MessageOrd(page * PAGE_ROWS as u64);
        let (segment, row) = (self.geometry.segment(first), self.geometry.row(first));
        let resident = self.segments.get(segment).and_then(|states| states.rows.as_ref());
        let rows: &[Row] = match (resident, self.changed.get(&page)) {
            (Some(rows), _) => &rows[row.min(rows.len())..rows.len().min(row + PAGE_ROWS)],
            (None, Some(page)) => &page[..],
            (None, None) => &[],
        };
        rows.iter().for_each(|row| out.extend_from_slice(&row.encode()));
        (rows.len()..PAGE_ROWS).for_each(|_| out.extend_from_slice(&Row::LOST.encode()));
    }

    /// Writes a page of a durable checkpoint to its file.
    pub(super) fn write_page(&mut self, page: u64, octets: &[u8]) -> io::Result<()> {
        let first = MessageOrd(page * PAGE_ROWS as u64);
        let segment = self.geometry.segment(first);
        let file = self.file(segment)?;
        file.write_at(octets, row_at(self.geometry.row(first)))?;
        if self.unsynced.last() != Some(&segment) {
            self.unsynced.push(segment);
        }
        Ok(())
    }

    /// The file of a segment, created if this is its first page.
    fn file(&mut self, segment: usize) -> io::Result<Arc<dyn DiskFile>> {
        let known = self.segments.get(segment).and_then(|states| states.file.as_ref());
        if let Some(file) = known.or_else(|| self.loose.get(&segment)) {
            return Ok(Arc::clone(file));
        }
        let name = file_name(segment);
        let file = match self.disk.open(&name) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.new_names = true;
                self.disk.create(&name)?
            }
            Err(error) => return Err(error),
        };
        file.allocate(row_at(self.geometry.rows()))?;
        file.write_at(&stamp(self.directory_id, segment).encode(), 0)?;
        match self.segments.get_mut(segment) {
            Some(states) => states.file = Some(Arc::clone(&file)),
            None => drop(self.loose.insert(segment, Arc::clone(&file))),
        }
        Ok(file)
    }

    /// The files that pages were written to, and whether a file is new.
    pub(super) fn take_unsynced(&mut self) -> io::Result<(Vec<Arc<dyn DiskFile>>, bool)> {
        let mut unsynced = std::mem::take(&mut self.unsynced);
        unsynced.sort_unstable();
        unsynced.dedup();
        let files =
            unsynced.into_iter().map(|segment| self.file(segment)).collect::<Result<_, _>>();
        Ok((files?, std::mem::take(&mut self.new_names)))
    }

    /// Makes the names of new files durable.
    pub(super) fn sync_names(&self) -> io::Result<()> {
        self.disk.sync_dir()
    }

    /// Forgets that pages had changed, once they are durable.
    pub(super) fn clean(&mut self) {
        self.loose.clear();
        self.changed.clear();
        self.segments.iter_mut().for_each(|segment| segment.dirty.fill(0));
    }

    /// Lets all but the newest segments go from memory. Only right after a checkpoint.
    pub(super) fn evict(&mut self, resident: usize) {
        let kept = self.segments.len().saturating_sub(resident);
        for segment in self.segments[..kept].iter_mut().filter(|segment| segment.file.is_some()) {
            if let Some(mut rows) = segment.rows.take()
                && self.spares.len() < SPARES_MAX
            {
                rows.clear();
                self.spares.push(rows);
            }
            segment.dirty = Vec::new();
        }
    }
}

/// Segments whose memory is kept for the next ones.
const SPARES_MAX: usize = 2;

fn read_rows(file: &dyn DiskFile, rows: Range<usize>, out: &mut Vec<Row>) -> io::Result<()> {
    let mut octets = [0; PAGE_BYTES];
    for first in rows.clone().step_by(PAGE_ROWS) {
        let count = PAGE_ROWS.min(rows.end - first);
        let octets = &mut octets[..count * ROW_BYTES];
        read_exact_at(file, octets, row_at(first))?;
        out.extend(octets.as_chunks::<ROW_BYTES>().0.iter().map(Row::decode));
    }
    Ok(())
}

pub(super) const fn page_of(ord: MessageOrd) -> u64 {
    ord.0 / PAGE_ROWS as u64
}

/// Where a row is in its file.
pub(super) const fn row_at(row: usize) -> u64 {
    (STAMP_BYTES + row * ROW_BYTES) as u64
}

pub(super) fn file_name(segment: usize) -> String {
    format!("states-{segment:08x}")
}

pub(super) fn stamp(directory_id: u64, segment: usize) -> Stamp {
    Stamp { kind: *b"states\0\0", directory_id, number: segment as u64 }
}
