//! What a restart needs: the messages that carriers and accounts are still to be given.
//!
//! Both are found by state, block by block; blocks without such messages are skipped by their
//! counts, so that ten million finished messages cost next to nothing.

use std::io;
use std::ops::Range;

use super::columns::{Narrow, Wide};
use super::counts::BlockCounts;
use super::index::Index;
use super::states::Row;
use super::store::Ledger;
use super::stored::{Hit, Unsubmitted};
use crate::base::clock::Timestamp;
use crate::base::id::{AccountId, CarrierId, MessageOrd};
use crate::message::address::NumberKey;
use crate::message::disposition::{Disposition, Status};
use crate::message::event::What;
use crate::message::state::State;
use crate::spool::lsn::Lsn;

impl Ledger {
    /// Messages that still have to be submitted to a carrier, oldest first: those after `after`,
    /// up to `limit`.
    pub fn to_submit(
        &self,
        carrier: CarrierId,
        after: Option<MessageOrd>,
        limit: usize,
    ) -> io::Result<Vec<Unsubmitted>> {
        let mut found = Vec::new();
        let scan = Scan {
            column: (Narrow::Carrier, carrier.0),
            counted: |counts| counts.to_submit,
            wanted: State::to_submit,
        };
        self.scan(&scan, after, |index, ord, row, state| {
            let (Some(lsn), Some(accepted_at)) =
                (index.lsn(ord)?, index.wide(ord, Wide::AcceptedAt)?)
            else {
                return Ok(true);
            };
            let accepted_at = Timestamp(accepted_at);
            let (retry_at, tried) = (None, Vec::new());
            let message = Unsubmitted { ord, lsn, state, accepted_at, retry_at, tried };
            found.push((message, row.head));
            Ok(found.len() < limit)
        })?;
        let mut unsubmitted = Vec::with_capacity(found.len());
        for (mut message, head) in found {
            if message.state.retrying() {
                message.retry_at = self.retry_at(head)?;
            }
            if message.state.rerouted() {
                message.tried = self.passed_from(head)?;
            }
            unsubmitted.push(message);
        }
        Ok(unsubmitted)
    }

    /// Messages of an account between two numbers that still have to be submitted, oldest first, up to
    /// `limit`. Other addresses may have the same keys: compare the messages.
    pub fn waiting(
        &self,
        account: AccountId,
        (from, to): (NumberKey, NumberKey),
        limit: usize,
    ) -> io::Result<Vec<MessageOrd>> {
        let mut found = Vec::new();
        let scan = Scan {
            column: (Narrow::Account, account.0),
            counted: |counts| counts.to_submit,
            wanted: State::to_submit,
        };
        self.scan(&scan, None, |index, ord, _, _| {
            let keys = (index.wide(ord, Wide::From)?, index.wide(ord, Wide::To)?);
            if keys == (Some(from.0), Some(to.0)) {
                found.push(ord);
            }
            Ok(found.len() < limit)
        })?;
        Ok(found)
    }

    /// Messages whose account is owed a receipt, or the message itself when it is inbound, oldest
    /// first: those after `after`, up to `limit`.
    pub fn owed(
        &self,
        account: AccountId,
        after: Option<MessageOrd>,
        limit: usize,
    ) -> io::Result<Vec<Hit>> {
        let mut found = Vec::new();
        let scan = Scan {
            column: (Narrow::Account, account.0),
            counted: |counts| counts.owed,
            wanted: State::owed,
        };
        self.scan(&scan, after, |index, ord, _, state| {
            if let Some(at) = index.wide(ord, Wide::AcceptedAt)? {
                found.push(Hit { ord, state, accepted_at: Timestamp(at) });
            }
            Ok(found.len() < limit)
        })?;
        Ok(found)
    }

    /// Messages that a carrier took before `accepted_before` and has not reported on, oldest first:
    /// those after `after`, up to `limit`.
    pub fn unreported(
        &self,
        carrier: CarrierId,
        after: Option<MessageOrd>,
        accepted_before: Timestamp,
        limit: usize,
    ) -> io::Result<Vec<Hit>> {
        let mut found = Vec::new();
        let scan = Scan {
            column: (Narrow::Carrier, carrier.0),
            counted: |counts| counts.by[Disposition::InProgress as usize],
            wanted: |state| state.status == Status::Sent && !state.inbound(),
        };
        self.scan(&scan, after, |index, ord, _, state| {
            let Some(at) = index.wide(ord, Wide::AcceptedAt)? else { return Ok(true) };
            // They were accepted in the order of their numbers.
            if Timestamp(at) > accepted_before {
                return Ok(false);
            }
            found.push(Hit { ord, state, accepted_at: Timestamp(at) });
            Ok(found.len() < limit)
        })?;
        Ok(found)
    }

    /// When the newest refusal said to try again.
    fn retry_at(&self, mut head: u64) -> io::Result<Option<Timestamp>> {
        loop {
            let link = self.read().links.get(head)?;
            let Some(link) = link else { return Ok(None) };
            let octets = self.record(Lsn(link.lsn().0))?;
            let event = crate::message::event::Event::decode(&octets);
            if let Some(What::Refused { retry_at, .. }) = event.map(|event| event.what) {
                return Ok(Some(retry_at));
            }
            head = link.previous;
        }
    }

    /// Calls a function with every message that is wanted, oldest first, until it says `false`.
    fn scan(
        &self,
        scan: &Scan,
        after: Option<MessageOrd>,
        mut each: impl FnMut(&Index, MessageOrd, Row, State) -> io::Result<bool>,
    ) -> io::Result<()> {
        let mut next = after.map_or(MessageOrd(0), |after| MessageOrd(after.0.saturating_add(1)));
        next = next.max(self.read().kept_from());
        let (mut narrow, mut rows) = (Vec::new(), Vec::new());
        loop {
            let index = self.read();
            if next >= index.next_ord {
                return Ok(());
            }
            let geometry = index.geometry;
            let (segment, first) = (geometry.segment(next), geometry.row(next));
            let block = geometry.block(first);
            let end = index.rows_of(segment).min((block + 1) * geometry.block_rows());
            next = geometry.ord(segment, end);
            let counts = index.states.blocks(segment).get(block);
            if counts.is_none_or(|counts| (scan.counted)(counts) == 0) {
                continue;
            }
            narrow.clear();
            rows.clear();
            load(&index, segment, first..end, scan.column.0, &mut narrow, &mut rows)?;
            for (at, (value, row)) in narrow.iter().zip(&rows).enumerate() {
                let passed = scan.column.0 == Narrow::Carrier && State::rerouted_in(&row.state);
                if *value != scan.column.1 && !passed {
                    continue;
                }
                let Some(state) = row.state().filter(scan.wanted) else { continue };
                if passed && self.passed_to(&index, row.head)? != Some(CarrierId(scan.column.1)) {
                    continue;
                }
                if !each(&index, geometry.ord(segment, first + at), *row, state)? {
                    return Ok(());
                }
            }
        }
    }
}

/// Which messages are wanted: those with a value in a column and a certain state.
struct Scan {
    column: (Narrow, u16),
    counted: fn(&BlockCounts) -> u16,
    wanted: fn(&State) -> bool,
}

fn load(
    index: &Index,
    segment: usize,
    rows: Range<usize>,
    column: Narrow,
    narrow: &mut Vec<u16>,
    states: &mut Vec<Row>,
) -> io::Result<()> {
    index.narrows(segment, column, rows.clone(), narrow)?;
    index.states.rows(segment, rows, states)
}
