//! Messages that were passed on: whose they are now is in their history, not in their columns.

use std::io;

use super::index::Index;
use super::store::Ledger;
use crate::base::id::{CarrierId, MessageOrd};
use crate::message::event::{Event, What};
use crate::message::state::State;
use crate::spool::lsn::Lsn;

impl Ledger {
    /// The carrier that a message was last passed on to; `None` for one that is where it was routed.
    pub fn carrier_since(&self, ord: MessageOrd) -> io::Result<Option<CarrierId>> {
        let index = self.read();
        match index.states.row(ord)?.filter(|row| State::rerouted_in(&row.state)) {
            Some(row) => self.passed_to(&index, row.head),
            None => Ok(None),
        }
    }

    /// The carrier that a message was last passed on to.
    pub(super) fn passed_to(&self, index: &Index, mut head: u64) -> io::Result<Option<CarrierId>> {
        while let Some(link) = index.links.get(head)? {
            if let Some((_, to)) = self.rerouted(link.lsn())? {
                return Ok(Some(to));
            }
            head = link.previous;
        }
        Ok(None)
    }

    /// The carriers it was passed on from, the newest first.
    pub(super) fn passed_from(&self, mut head: u64) -> io::Result<Vec<CarrierId>> {
        let mut tried = Vec::new();
        loop {
            let link = self.read().links.get(head)?;
            let Some(link) = link else { return Ok(tried) };
            tried.extend(self.rerouted(link.lsn())?.map(|(from, _)| from));
            head = link.previous;
        }
    }

    fn rerouted(&self, lsn: Lsn) -> io::Result<Option<(CarrierId, CarrierId)>> {
        let octets = self.record(lsn)?;
        Ok(match Event::decode(&octets).map(|event| event.what) {
            Some(What::Rerouted { from, to, .. }) => Some((from, to)),
            _ => None,
        })
    }
}
