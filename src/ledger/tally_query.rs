//! Counts of messages over time, by up to two things: sums of the cells of the segments that were
//! accepted in that time.
//!
//! A segment whose cells are not known (not counted yet since the start, or too many) is looked at row by
//! row while the budget of time lasts; what is left out is told.

use std::collections::BTreeMap;
use std::io;
use std::ops::Range;
use std::time::{Duration, Instant};

use super::cells::{Cell, hour_of};
use super::columns::{Narrow, Wide};
use super::search_part::Part;
use super::store::Ledger;
use crate::base::clock::Timestamp;
use crate::base::id::{AccountId, CarrierId};
use crate::message::disposition::Disposition;
use crate::message::reason::Reason;
use crate::message::record::Direction;

/// Different counts of an answer. Default of [`TallyQuery::groups_max`].
pub const GROUPS_MAX: usize = 10_000;

/// How long rows are looked at. Default of [`TallyQuery::time_max`].
pub const TIME_MAX: Duration = Duration::from_secs(1);

/// What messages can be counted by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dimension {
    /// What became of them.
    Disposition,
    /// Why.
    Reason,
    /// The carrier they were routed to when they were accepted, or came from.
    Carrier,
    /// Whose they are.
    Account,
    /// Which way they go.
    Direction,
}

impl Dimension {
    /// All of them, in the order that people are told them.
    pub const ALL: [Self; 5] =
        [Self::Disposition, Self::Reason, Self::Carrier, Self::Account, Self::Direction];

    /// How it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Disposition => "disposition",
            Self::Reason => "reason",
            Self::Carrier => "carrier",
            Self::Account => "account",
            Self::Direction => "direction",
        }
    }
}

/// Which counts are wanted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TallyQuery {
    /// Hours of UTC since 1970 that the messages were accepted in.
    pub hours: Range<u32>,
    /// Hours that are counted together, beginning with a multiple of this; at least 1.
    pub hours_together: u32,
    /// What is told apart.
    pub by: Vec<Dimension>,
    /// Messages of this account alone.
    pub account: Option<AccountId>,
    /// Messages of this carrier alone.
    pub carrier: Option<CarrierId>,
    /// Different counts of the answer at most.
    pub groups_max: usize,
    /// How long rows are looked at whose counts are not known.
    pub time_max: Duration,
}

/// Messages that are counted together; what was not asked for is `None`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Group {
    /// The first hour of those counted together.
    pub hour: u32,
    /// What became of them.
    pub disposition: Option<Disposition>,
    /// Why.
    pub reason: Option<Reason>,
    /// Their carrier.
    pub carrier: Option<CarrierId>,
    /// Their account.
    pub account: Option<AccountId>,
    /// Whether they came from handsets.
    pub inbound: Option<bool>,
}

/// The answer.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Tallied {
    /// How many messages each group has; none has 0.
    pub groups: BTreeMap<Group, u64>,
    /// Whether there were more different counts than allowed: the groups are of no use then.
    pub too_many: bool,
    /// Messages, perhaps of that time, that were not counted because time ran out.
    pub uncounted: u64,
}

impl TallyQuery {
    /// Counts of some hours, hour by hour, with the defaults.
    pub const fn of(hours: Range<u32>, by: Vec<Dimension>) -> Self {
        Self {
            hours,
            hours_together: 1,
            by,
            account: None,
            carrier: None,
            groups_max: GROUPS_MAX,
            time_max: TIME_MAX,
        }
    }

    /// Where a message is counted; `None` if it is not asked for.
    fn group(&self, cell: &Cell) -> Option<Group> {
        let asked = self.hours.contains(&cell.hour)
            && self.account.is_none_or(|account| account == cell.account)
            && self.carrier.is_none_or(|carrier| carrier == cell.carrier);
        asked.then(|| {
            let hour = cell.hour - cell.hour % self.hours_together.max(1);
            let mut group = Group { hour, ..Group::default() };
            for dimension in &self.by {
                match dimension {
                    Dimension::Disposition => group.disposition = Some(cell.disposition),
                    Dimension::Reason => group.reason = Some(cell.reason),
                    Dimension::Carrier => group.carrier = Some(cell.carrier),
                    Dimension::Account => group.account = Some(cell.account),
                    Dimension::Direction => {
                        group.inbound = Some(cell.direction == Direction::Inbound);
                    }
                }
            }
            group
        })
    }
}

impl Tallied {
    fn add(&mut self, query: &TallyQuery, cell: &Cell, count: u64) {
        let Some(group) = query.group(cell).filter(|_| !self.too_many) else { return };
        *self.groups.entry(group).or_default() += count;
        self.too_many = self.groups.len() > query.groups_max;
    }
}

impl Ledger {
    /// Counts messages.
    ///
    /// # Errors
    /// What the disk said.
    pub fn tally(&self, query: &TallyQuery) -> io::Result<Tallied> {
        let mut tallied = Tallied::default();
        let until = Instant::now().checked_add(query.time_max);
        let (oldest, newest) = {
            let index = self.read();
            (index.kept_segment(), index.segments.len())
        };
        for segment in (oldest..=newest).rev() {
            if tallied.too_many {
                break;
            }
            if let Some(part) = self.tally_cells(query, segment, &mut tallied) {
                self.tally_rows(query, &part, until, &mut tallied)?;
            }
        }
        Ok(tallied)
    }

    /// Adds the cells of a segment; the segment, if they are not known.
    fn tally_cells(
        &self,
        query: &TallyQuery,
        segment: usize,
        tallied: &mut Tallied,
    ) -> Option<Part> {
        let index = self.read();
        let (rows, span) = (index.rows_of(segment), index.span_of(segment));
        let outside =
            hour_of(span.last) < query.hours.start || hour_of(span.first) >= query.hours.end;
        if rows == 0 || outside {
            return None;
        }
        match index.tallies.of(segment) {
            Some(tally) if tally.counted >= rows && !tally.cells.is_overflown() => {
                for (cell, count) in tally.cells.iter() {
                    tallied.add(query, &cell, u64::from(count));
                }
                None
            }
            _ => Some(Part::of(&index, segment)),
        }
    }

    /// Looks at the rows of a segment, block by block.
    fn tally_rows(
        &self,
        query: &TallyQuery,
        part: &Part,
        until: Option<Instant>,
        tallied: &mut Tallied,
    ) -> io::Result<()> {
        let rows = part.end_row() as usize;
        let mut states = Vec::new();
        for first in (0..rows).step_by(part.geometry.block_rows()) {
            if until.is_some_and(|until| Instant::now() >= until) {
                tallied.uncounted += (rows - first) as u64;
                break;
            }
            let block = first..rows.min(first + part.geometry.block_rows());
            let times = part.wides(self, Wide::AcceptedAt, block.clone())?;
            let accounts = part.narrows(self, Narrow::Account, block.clone())?;
            let carriers = part.narrows(self, Narrow::Carrier, block.clone())?;
            states.clear();
            self.read().states.rows(part.segment, block, &mut states)?;
            for (((at, account), carrier), row) in
                times.iter().zip(&accounts).zip(&carriers).zip(&states)
            {
                let Some(state) = row.state() else { continue };
                let who = (AccountId(*account), CarrierId(*carrier));
                tallied.add(query, &Cell::new(Timestamp(*at), who.0, who.1, &state), 1);
            }
        }
        Ok(())
    }
}
