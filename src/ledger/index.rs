//! Everything the indexer keeps, behind one lock: what one record of the log changes.
//!
//! **Invariants**: records are applied once each, in the order of the log; the state of a message is
//! the fold of `State::apply` over its chain; rows are dense, with lost messages as rows of their
//! own. Not here: reading the log (`indexer`), sorting (`sealer`), files of a checkpoint.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;

use super::columns::{Columns, Wide};
use super::config::{Geometry, LedgerConfig};
use super::correlation::Correlations;
use super::counts::Accounts;
use super::kept::Kept;
use super::links::{Link, Links};
use super::lists::Lists;
use super::marks::MarkFile;
use super::opt_outs::{OptOut, OptOuts};
use super::run::Run;
use super::states::{Row, States};
use super::tally::Tallies;
use crate::base::clock::Timestamp;
use crate::base::id::MessageOrd;
use crate::message::address::Address;
use crate::message::blank::is_personal;
use crate::message::event::{Event, NO_MESSAGE, What};
use crate::message::record::Message;
use crate::message::state::State;
use crate::spool::disk::DiskFile;
use crate::spool::lsn::Lsn;
use crate::spool::record;

/// The indexes of a directory.
#[derive(Debug)]
pub(super) struct Index {
    pub(super) geometry: Geometry,
    pub(super) next_ord: MessageOrd,
    /// What is not kept any more: of a segment before it nothing is left but its place.
    pub(super) kept: Kept,
    /// All segments but the tail, oldest first.
    pub(super) segments: Vec<Segment>,
    /// The columns of the newest segment, not full yet.
    pub(super) tail: Columns,
    pub(super) tail_span: Span,
    /// The first message whose marks are on disk; those before were indexed by a former version.
    pub(super) marked_from: MessageOrd,
    /// Memory of a segment that is sealed.
    spare: Option<Columns>,
    pub(super) states: States,
    pub(super) links: Links,
    pub(super) correlations: Correlations,
    pub(super) accounts: Accounts,
    pub(super) tallies: Tallies,
    /// Names of the links of the newest notices, oldest first.
    pub(super) notices: VecDeque<u64>,
    notices_max: usize,
    /// Messages that were replaced, until the index of words, if there is one, has taken them.
    pub(super) replaced: Vec<MessageOrd>,
    has_text: bool,
    pub(super) opt_outs: Arc<OptOuts>,
    /// Messages without numbers, as erased ones are, that something personal came for, until the book has them.
    pub(super) late: Vec<MessageOrd>,
    /// Records that could not be read or belong to no known message.
    pub(super) strays: u64,
}

/// A full segment.
#[derive(Clone, Debug, Default)]
pub(super) struct Segment {
    /// Its columns, until they are in the file and sorted.
    pub(super) columns: Option<Arc<Columns>>,
    /// Its columns on disk, once written.
    pub(super) file: Option<Arc<dyn DiskFile>>,
    /// Its sorted numbers, once sealed.
    pub(super) numbers: Option<Arc<Numbers>>,
    /// Its marks on disk, if they can be read.
    pub(super) marks: Option<MarkFile>,
    /// Its lists, if it has them already.
    pub(super) lists: Option<Arc<Lists>>,
    pub(super) span: Span,
}

/// The sorted numbers of a segment: keys to ordinals.
#[derive(Debug)]
pub(super) struct Numbers {
    pub(super) to: Run,
    pub(super) from: Run,
}

/// When the messages of a segment were accepted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Span {
    pub(super) first: Timestamp,
    pub(super) last: Timestamp,
}

impl Default for Span {
    fn default() -> Self {
        Self { first: Timestamp::NEVER, last: Timestamp(0) }
    }
}

impl Span {
    pub(super) fn widen(&mut self, at: Timestamp) {
        self.first = self.first.min(at);
        self.last = self.last.max(at);
    }
}

/// Where a record was read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) chunk: Lsn,
    pub(super) time: Timestamp,
    pub(super) offset: u32,
}

/// Ordinals that may be missing at once: more is no loss of records but nonsense.
pub(super) const LOST_MAX: u64 = 1 << 24;

impl Index {
    /// An index that continues with the given parts.
    pub(super) fn new(
        config: &LedgerConfig,
        states: States,
        links: Links,
        ids: Correlations,
        opt_outs: Arc<OptOuts>,
    ) -> Self {
        let geometry = config.geometry();
        Self {
            geometry,
            next_ord: MessageOrd(0),
            kept: Kept::default(),
            segments: Vec::new(),
            tail: Columns::with_room(geometry),
            tail_span: Span::default(),
            marked_from: MessageOrd(0),
            spare: None,
            states,
            links,
            correlations: ids,
            accounts: Accounts::default(),
            tallies: Tallies::new(config),
            notices: VecDeque::new(),
            notices_max: config.notices_max,
            replaced: Vec::new(),
            has_text: config.text.is_some(),
            opt_outs,
            late: Vec::new(),
            strays: 0,
        }
    }

    /// Prepares for a chunk: ordinals that were lost with a damaged part of the log get their rows.
    pub(super) fn begin_chunk(&mut self, base_ord: MessageOrd) -> io::Result<()> {
        let lost = base_ord.0.checked_sub(self.next_ord.0).filter(|&lost| lost <= LOST_MAX);
        let Some(lost) = lost else {
            let what =
                format!("a chunk begins with message {}, not {}", base_ord.0, self.next_ord.0);
            return Err(io::Error::new(io::ErrorKind::InvalidData, what));
        };
        for _ in 0..lost {
            self.push_lost();
        }
        Ok(())
    }

    /// Takes one record in.
    pub(super) fn apply(&mut self, place: Place, octets: &[u8]) -> io::Result<()> {
        match record::message(octets) {
            Some(octets) => {
                match Message::decode(octets) {
                    Some(message) => self.accept(place, &message),
                    None => self.push_lost(),
                }
                Ok(())
            }
            None => self.event(place, octets),
        }
    }

    fn accept(&mut self, place: Place, message: &Message<'_>) {
        let state = State::accepted(message);
        self.tail.push(message, place.time, place.chunk.plus(u64::from(place.offset)));
        self.tail_span.widen(place.time);
        self.states.push(self.next_ord, Row { state: state.to_bytes(), head: 0 });
        if let Some(block) = self.states.block_mut(self.next_ord) {
            block.change(None, &state);
        }
        self.accounts.of_mut(message.account).change(None, &state);
        let accepted = (place.time, message.account, message.carrier);
        self.tallies.push(self.next_ord, Some(accepted), Some(&state));
        self.advance();
    }

    fn push_lost(&mut self) {
        self.strays += 1;
        self.tail.push_lost();
        self.states.push(self.next_ord, Row::LOST);
        self.tallies.push(self.next_ord, None, None);
        self.advance();
    }

    /// One row more; a full tail becomes a segment.
    fn advance(&mut self) {
        self.next_ord.0 += 1;
        if self.tail.rows() < self.geometry.rows() {
            return;
        }
        let next = self.spare.take().unwrap_or_else(|| Columns::with_room(self.geometry));
        let full = std::mem::replace(&mut self.tail, next);
        self.segments.push(Segment {
            columns: Some(Arc::new(full)),
            file: None,
            numbers: None,
            marks: None,
            lists: None,
            span: std::mem::take(&mut self.tail_span),
        });
    }

    /// Puts the sorted numbers of a segment in their place and lets its columns go from memory.
    pub(super) fn sealed(&mut self, segment: usize, numbers: Numbers, lists: Option<Lists>) {
        let Some(segment) = self.segments.get_mut(segment) else { return };
        segment.numbers = Some(Arc::new(numbers));
        segment.lists = lists.map(Arc::new);
        if let Some(mut columns) = segment.columns.take().and_then(Arc::into_inner) {
            columns.clear();
            self.spare = Some(columns);
        }
    }

    /// Puts the lists of a sealed segment in their place, or takes them away.
    pub(super) fn listed(&mut self, segment: usize, lists: Option<Lists>) {
        if let Some(segment) = self.segments.get_mut(segment) {
            segment.lists = lists.map(Arc::new);
        }
    }

    fn event(&mut self, place: Place, octets: &[u8]) -> io::Result<()> {
        let Some(event) = Event::decode(octets) else {
            self.strays += 1;
            return Ok(());
        };
        if event.ord == NO_MESSAGE {
            self.loose_event(place, &event.what);
            return Ok(());
        }
        if event.ord < self.kept_from() {
            return Ok(());
        }
        let row = if event.ord < self.next_ord { self.states.row(event.ord)? } else { None };
        let Some((mut row, before)) = row.and_then(|row| Some((row, row.state()?))) else {
            self.strays += 1;
            return Ok(());
        };
        let mut state = before;
        state.apply(&event.what);
        let link = Link { chunk: place.chunk, offset: place.offset, previous: row.head };
        row.head = self.links.push(link);
        row.state = state.to_bytes();
        self.states.set(event.ord, row)?;
        if state != before {
            self.count(event.ord, &before, &state)?;
        }
        match event.what {
            What::Sent { carrier, carrier_message_id } => {
                self.correlations.insert(carrier, carrier_message_id, row.head);
            }
            What::Keyed { key, .. } => self.correlations.insert_keyed(key, row.head),
            What::Consent { .. } => self.consent(place, event.ord, &event.what),
            What::Replaced { .. } if self.has_text => self.replaced.push(event.ord),
            _ => {}
        }
        if before.concluded() && is_personal(&event.what) && self.has_no_numbers(event.ord)? {
            self.late.push(event.ord);
        }
        Ok(())
    }

    /// An event of no message.
    fn loose_event(&mut self, place: Place, what: &What<'_>) {
        let head = self.links.push(Link { chunk: place.chunk, offset: place.offset, previous: 0 });
        match *what {
            What::Orphan { carrier, report, .. } => {
                self.correlations.insert(carrier, report.carrier_message_id, head);
            }
            What::Notice { .. } => {
                self.notices.push_back(head);
                if self.notices.len() > self.notices_max {
                    self.notices.pop_front();
                }
            }
            What::Consent { .. } => self.consent(place, NO_MESSAGE, what),
            // Told to whoever follows the log.
            What::Carrier { .. } => {}
            _ => self.strays += 1,
        }
    }

    fn consent(&self, place: Place, ord: MessageOrd, what: &What<'_>) {
        let What::Consent { change, ref sender, ref number, .. } = *what else { return };
        // One that was blanked is in the book of opt-outs already.
        if number.addr.is_empty() {
            return;
        }
        let lsn = place.chunk.plus(u64::from(place.offset));
        self.opt_outs.apply(change, (sender, number), OptOut { lsn, at: place.time, ord });
    }

    /// Whether a message has the columns of one that was blanked.
    fn has_no_numbers(&self, ord: MessageOrd) -> io::Result<bool> {
        let nobody = Some(Address::default().key().0);
        Ok(self.wide(ord, Wide::To)? == nobody && self.wide(ord, Wide::From)? == nobody)
    }

    fn count(&mut self, ord: MessageOrd, before: &State, after: &State) -> io::Result<()> {
        if let Some(block) = self.states.block_mut(ord) {
            block.change(Some(before), after);
        }
        let moved = before.disposition != after.disposition || before.owed() != after.owed();
        if moved && let Some(account) = self.account_of(ord)? {
            self.accounts.of_mut(account).change(Some(before), after);
        }
        self.tally_change(ord, before, after)
    }

    /// The oldest segment that is kept.
    pub(super) const fn kept_segment(&self) -> usize {
        self.kept.segment as usize
    }

    /// The oldest message that is kept.
    pub(super) const fn kept_from(&self) -> MessageOrd {
        self.geometry.ord(self.kept_segment(), 0)
    }

    /// Where the record of a message is; `None` if there is none.
    pub(super) fn lsn(&self, ord: MessageOrd) -> io::Result<Option<Lsn>> {
        Ok(self.wide(ord, Wide::Lsn)?.map(Lsn).filter(|&lsn| lsn != super::columns::LOST))
    }
}
