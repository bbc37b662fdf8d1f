//! What is counted of each segment: its cells for statistics, the values of its blocks for searches.
//!
//! Counts are kept as the indexer goes. They are not on disk: after a start they are made again of the
//! columns and states, block by block, the newest segment first, while the indexer has nothing else; so they are
//! always what a look at every row would give, whatever ended the process.
//! **Invariant**: the first `counted` rows of a segment are counted as they are now, the others not at all.

use std::io;

use super::block_mask::BlockMask;
use super::cells::{Cell, Cells};
use super::columns::{Narrow, Wide};
use super::config::{Geometry, LedgerConfig};
use super::index::Index;
use super::search_part::Part;
use super::store::Ledger;
use crate::base::clock::Timestamp;
use crate::base::id::{AccountId, CarrierId, MessageOrd};
use crate::message::state::State;
use crate::spool::unpoisoned;

/// The counts of one segment.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    /// How many of its rows are counted.
    pub(super) counted: usize,
    pub(super) cells: Cells,
    blocks: Vec<BlockMask>,
}

/// The counts of all segments and the tail, oldest first.
#[derive(Debug)]
pub(super) struct Tallies {
    geometry: Geometry,
    cells_max: usize,
    of: Vec<Tally>,
}

/// What never changes of a row that is counted; `None` for a lost message.
type Accepted = Option<(Timestamp, AccountId, CarrierId)>;

impl Tallies {
    pub(super) fn new(config: &LedgerConfig) -> Self {
        let (geometry, cells_max) = (config.geometry(), config.cells_max as usize);
        Self { geometry, cells_max, of: Vec::new() }
    }

    pub(super) fn of(&self, segment: usize) -> Option<&Tally> {
        self.of.get(segment)
    }

    /// The values of the block of a row, if all its rows before `end` are counted.
    pub(super) fn mask(&self, segment: usize, row: usize, end: usize) -> Option<&BlockMask> {
        let tally = self.of.get(segment)?;
        let block = self.geometry.block(row);
        let last = end.min((block + 1) * self.geometry.block_rows());
        (last <= tally.counted).then(|| tally.blocks.get(block))?
    }

    /// Forgets all segments before one, which are not kept any more.
    pub(super) fn forget(&mut self, first: usize) {
        self.of.iter_mut().take(first).for_each(|tally| *tally = Tally::default());
    }

    fn of_mut(&mut self, segment: usize) -> &mut Tally {
        if self.of.len() <= segment {
            self.of.resize_with(segment + 1, Tally::default);
        }
        &mut self.of[segment]
    }

    /// Counts a row if those before it are counted; otherwise it is counted with them.
    pub(super) fn push(&mut self, ord: MessageOrd, accepted: Accepted, state: Option<&State>) {
        let (segment, row) = (self.geometry.segment(ord), self.geometry.row(ord));
        let (block, blocks) = (self.geometry.block(row), self.geometry.blocks());
        let max = self.cells_max;
        let tally = self.of_mut(segment);
        if tally.counted != row {
            return;
        }
        tally.counted += 1;
        let (Some((at, account, carrier)), Some(state)) = (accepted, state) else { return };
        tally.blocks.resize(blocks, BlockMask::default());
        if let Some(mask) = tally.blocks.get_mut(block) {
            mask.add(at, account, carrier);
            mask.add_state(state);
        }
        tally.cells.add(&Cell::new(at, account, carrier, state), max);
    }
}

impl Index {
    /// Takes in that a message's state is another one.
    pub(super) fn tally_change(
        &mut self,
        ord: MessageOrd,
        before: &State,
        after: &State,
    ) -> io::Result<()> {
        let (segment, row) = (self.geometry.segment(ord), self.geometry.row(ord));
        let block = self.geometry.block(row);
        let Some(tally) = self.tallies.of.get_mut(segment) else { return Ok(()) };
        if row >= tally.counted {
            return Ok(());
        }
        if let Some(mask) = tally.blocks.get_mut(block) {
            mask.add_state(after);
        }
        let same = (before.disposition, before.reason) == (after.disposition, after.reason);
        if same || tally.cells.is_overflown() {
            return Ok(());
        }
        let at = self.wide(ord, Wide::AcceptedAt)?.map(Timestamp);
        let account = self.narrow(ord, Narrow::Account)?.map(AccountId);
        let carrier = self.narrow(ord, Narrow::Carrier)?.map(CarrierId);
        let (Some(at), Some(account), Some(carrier)) = (at, account, carrier) else {
            return Ok(());
        };
        let before = Cell::new(at, account, carrier, before);
        let after = Cell { disposition: after.disposition, reason: after.reason, ..before };
        let max = self.tallies.cells_max;
        self.tallies.of_mut(segment).cells.change(&before, &after, max);
        Ok(())
    }

    /// The newest segment with rows that are not counted, and the first of these.
    fn uncounted(&self) -> Option<(usize, usize)> {
        let counted = |segment| self.tallies.of(segment).map_or(0, |tally| tally.counted);
        let segments = (self.kept_segment()..=self.segments.len()).rev();
        let mut open = segments.map(|segment| (segment, counted(segment)));
        open.find(|(segment, counted)| *counted < self.rows_of(*segment))
    }
}

impl Ledger {
    /// Counts the rows of a block that are not counted yet; `false` if all are.
    pub(super) fn tally_some(&self) -> io::Result<bool> {
        let Some((part, rows)) = self.uncounted_part() else { return Ok(false) };
        let times = part.wides(self, Wide::AcceptedAt, rows.clone())?;
        let accounts = part.narrows(self, Narrow::Account, rows.clone())?;
        let carriers = part.narrows(self, Narrow::Carrier, rows.clone())?;
        let mut states = Vec::with_capacity(rows.len());
        // No state may change between being read and being counted.
        let mut index = unpoisoned::write(&self.index);
        index.states.rows(part.segment, rows.clone(), &mut states)?;
        let each = times.iter().zip(&accounts).zip(&carriers).zip(&states);
        for (row, (((at, account), carrier), state)) in rows.clone().zip(each) {
            let accepted = (Timestamp(*at), AccountId(*account), CarrierId(*carrier));
            let ord = part.geometry.ord(part.segment, row);
            index.tallies.push(ord, Some(accepted), state.state().as_ref());
        }
        Ok(index.tallies.of(part.segment).is_some_and(|tally| tally.counted > rows.start))
    }

    fn uncounted_part(&self) -> Option<(Part, std::ops::Range<usize>)> {
        let index = self.read();
        let (segment, first) = index.uncounted()?;
        let geometry = index.geometry;
        let block_end = (geometry.block(first) + 1) * geometry.block_rows();
        let end = block_end.min(index.rows_of(segment));
        let part = Part::before(&index, geometry.ord(segment, end));
        Some((part, first..end))
    }
}
