//! The log read from its beginning, as the indexer reads it: what every index has to have.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::sync::Arc;

use super::columns_check::ColumnsCheck;
use super::entries_check::EntriesCheck;
use super::finding::Findings;
use super::ids_check::IdsCheck;
use super::lists_check::ListsCheck;
use super::numbers_check::NumbersCheck;
use super::word_sums::WordSums;
use crate::base::clock::Timestamp;
use crate::base::id::MessageOrd;
use crate::ledger::config::Geometry;
use crate::ledger::correlation::{correlation_key, keyed_key};
use crate::ledger::facts::Facts;
use crate::ledger::index::{LOST_MAX, Span};
use crate::ledger::links::{self, Link};
use crate::ledger::states::Row;
use crate::message::carrier_id::NormalId;
use crate::message::event::{Event, NO_MESSAGE, What};
use crate::message::record::Message;
use crate::message::state::State;
use crate::spool::chunk::ChunkView;
use crate::spool::disk::Disk;
use crate::spool::lsn::Lsn;
use crate::spool::record;
use crate::spool::walk::Places;

/// Replaced messages that are remembered; the index of words remembers as many.
const REPLACED_MAX: usize = 1 << 20;

/// What the checkpoints say, as far as the fold has to know.
#[derive(Clone, Debug)]
pub(super) struct Bounds {
    pub(super) facts: Facts,
    /// The address up to which the checkpoint before goes.
    pub(super) before: Lsn,
    pub(super) geometry: Geometry,
}

/// The state of everything at some place of the log.
#[derive(Debug)]
pub(super) struct Fold {
    bounds: Bounds,
    places: Places,
    /// Messages whose states are kept in this round.
    pub(super) ords: Range<u64>,
    pub(super) rows: Vec<Row>,
    /// Of those that change behind the checkpoint before, how they were.
    pub(super) before: HashMap<u64, Row>,
    pub(super) next_ord: MessageOrd,
    pub(super) links: u64,
    pub(super) strays: u64,
    pub(super) events: u64,
    pub(super) spans: Vec<Span>,
    pub(super) replaced: BTreeSet<u64>,
    lost: BTreeSet<u64>,
    links_check: EntriesCheck,
    /// What is held against the log in the first round alone.
    pub(super) first_round: Option<FirstRound>,
}

/// The checks that need no states.
#[derive(Debug)]
pub(super) struct FirstRound {
    pub(super) columns: ColumnsCheck,
    pub(super) numbers: NumbersCheck,
    pub(super) ids: IdsCheck,
    pub(super) lists: ListsCheck,
    pub(super) words: WordSums,
}

impl Fold {
    /// Begins at the beginning, with the states of some messages.
    pub(super) fn new(
        disk: &Arc<dyn Disk>,
        directory_id: u64,
        bounds: Bounds,
        places: Places,
        ords: Range<u64>,
    ) -> Self {
        let facts = &bounds.facts;
        let (geometry, per_run) = (bounds.geometry, u64::from(facts.run_entries).max(1));
        let shape = links::shape(directory_id, u64::from(facts.links_per_file).max(1));
        let first_round = (ords.start == 0).then(|| FirstRound {
            columns: ColumnsCheck::new(Arc::clone(disk), directory_id, geometry),
            numbers: NumbersCheck::new(
                Arc::clone(disk),
                directory_id,
                geometry,
                facts.segments_sealed,
            ),
            ids: IdsCheck::new(
                Arc::clone(disk),
                directory_id,
                per_run,
                facts.carrier_ids,
                facts.carrier_id_runs,
            ),
            lists: ListsCheck::new(
                Arc::clone(disk),
                directory_id,
                geometry,
                (facts.segments_sealed, facts.marked_from),
            ),
            words: WordSums::default(),
        });
        Self {
            places,
            rows: Vec::new(),
            before: HashMap::new(),
            next_ord: MessageOrd(0),
            links: 0,
            strays: 0,
            events: 0,
            spans: Vec::new(),
            replaced: BTreeSet::new(),
            lost: BTreeSet::new(),
            links_check: EntriesCheck::new(Arc::clone(disk), shape),
            first_round,
            bounds,
            ords,
        }
    }

    /// Reads the payload of a frame.
    pub(super) fn frame(&mut self, lsn: Lsn, payload: &[u8], findings: &mut Findings) {
        let mut at = 0;
        while at < payload.len() {
            let first = lsn.plus(at as u64);
            let Some(chunk) = ChunkView::parse(&payload[at..]) else {
                let (file, offset) = self.places.of(first);
                return findings.wrong(
                    &file,
                    Some(offset),
                    "the frame holds no chunks from here on",
                );
            };
            self.chunk(first, &chunk, findings);
            at += chunk.len_bytes();
        }
    }

    fn chunk(&mut self, first: Lsn, chunk: &ChunkView<'_>, findings: &mut Findings) {
        let (base, next) = (chunk.base_ord.0, self.next_ord.0);
        if base != next && self.first_round.is_some() {
            let (file, offset) = self.places.of(first);
            let what = format!("the chunk begins with message {base}, and {next} comes next");
            findings.wrong(&file, Some(offset), what);
        }
        if base > next && base - next <= LOST_MAX {
            (next..base).for_each(|_| self.message(None, (chunk.time, first), findings));
        }
        let (mut records, mut messages) = (0, 0);
        for (offset, octets) in chunk.iter() {
            let lsn = first.plus(u64::from(offset));
            match record::message(octets) {
                Some(octets) => {
                    let message = Message::decode(octets);
                    if message.is_none() {
                        self.told_once(lsn, "a message that this version cannot read", findings);
                    }
                    self.message(message.as_ref(), (chunk.time, lsn), findings);
                    messages += 1;
                }
                None => self.event(octets, (first, offset), findings),
            }
            records += 1;
        }
        if (records, messages) != (chunk.records, chunk.messages) {
            let what = "the chunk has not as many records as it says";
            self.told_once(first, what, findings);
        }
    }

    fn told_once(&self, lsn: Lsn, what: &str, findings: &mut Findings) {
        if self.first_round.is_some() {
            let (file, offset) = self.places.of(lsn);
            findings.wrong(&file, Some(offset), what);
        }
    }

    fn message(
        &mut self,
        message: Option<&Message<'_>>,
        (at, lsn): (Timestamp, Lsn),
        findings: &mut Findings,
    ) {
        let ord = self.next_ord;
        self.next_ord.0 += 1;
        let row = match message {
            Some(message) => Row { state: State::accepted(message).to_bytes(), head: 0 },
            None => {
                self.lost.insert(ord.0);
                self.strays += 1;
                Row::LOST
            }
        };
        if self.ords.contains(&ord.0) {
            self.rows.push(row);
        }
        let segment = self.bounds.geometry.segment(ord);
        if self.spans.len() <= segment {
            self.spans.resize(segment + 1, Span::default());
        }
        if message.is_some() {
            self.spans[segment].widen(at);
        }
        let Some(checks) = &mut self.first_round else { return };
        checks.words.push(ord, message);
        if ord < self.bounds.facts.next_ord {
            checks.columns.push(ord, message, (at, lsn), findings);
            checks.numbers.push(ord, message, findings);
            checks.lists.push(ord, message, (at, lsn), findings);
        }
    }

    fn event(&mut self, octets: &[u8], (chunk, offset): (Lsn, u32), findings: &mut Findings) {
        let Some(event) = Event::decode(octets) else {
            self.strays += 1;
            let lsn = chunk.plus(u64::from(offset));
            return self.told_once(lsn, "an event that this version cannot read", findings);
        };
        self.events += 1;
        let known = event.ord < self.next_ord && !self.lost.contains(&event.ord.0);
        if event.ord != NO_MESSAGE && !known {
            self.strays += 1;
            let lsn = chunk.plus(u64::from(offset));
            return self.told_once(lsn, "an event of a message that is not before it", findings);
        }
        let number = self.links;
        self.links += 1;
        let previous = if event.ord == NO_MESSAGE {
            Some(0)
        } else {
            self.apply(event.ord, &event.what, (chunk, number + 1))
        };
        if let Some(previous) = previous
            && number < self.bounds.facts.links
        {
            let expected = Link { chunk, offset, previous }.encode();
            let what = "the link of the event that the log has there";
            self.links_check.check(number, expected, what, findings);
        }
        self.correlate(&event, number + 1, findings);
        if matches!(event.what, What::Replaced { .. })
            && chunk < self.bounds.facts.replay_from
            && self.replaced.len() < REPLACED_MAX
        {
            self.replaced.insert(event.ord.0);
        }
    }

    /// Folds an event into its message's state; the link before, if that message is of this round.
    fn apply(&mut self, ord: MessageOrd, what: &What<'_>, (at, head): (Lsn, u64)) -> Option<u64> {
        let place = ord.0.checked_sub(self.ords.start)?;
        let row = self.rows.get_mut(place as usize)?;
        let previous = row.head;
        if at >= self.bounds.before && at < self.bounds.facts.replay_from {
            self.before.entry(ord.0).or_insert(*row);
        }
        let mut state = row.state()?;
        state.apply(what);
        *row = Row { state: state.to_bytes(), head };
        Some(previous)
    }

    fn correlate(&mut self, event: &Event<'_>, head: u64, findings: &mut Findings) {
        let Some(checks) = &mut self.first_round else { return };
        let key = match event.what {
            What::Sent { carrier, carrier_message_id } if event.ord != NO_MESSAGE => {
                correlation_key(carrier, &NormalId::new(carrier_message_id))
            }
            What::Keyed { key, .. } if event.ord != NO_MESSAGE => keyed_key(key),
            What::Orphan { carrier, report, .. } if event.ord == NO_MESSAGE => {
                correlation_key(carrier, &NormalId::new(report.carrier_message_id))
            }
            _ => return,
        };
        checks.ids.push((key, head), findings);
    }
}
