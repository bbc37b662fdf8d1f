//! The sorted numbers of full segments: every message by its destination and by its source.

use std::sync::Arc;

use super::finding::Findings;
use super::run_check;
use crate::base::id::MessageOrd;
use crate::ledger::config::Geometry;
use crate::ledger::memtable::Entry;
use crate::ledger::sealer::{FROM, TO, number_run};
use crate::message::record::Message;
use crate::spool::disk::Disk;

/// Gathers the numbers of a segment and compares them when it is full.
#[derive(Debug)]
pub(super) struct NumbersCheck {
    disk: Arc<dyn Disk>,
    directory_id: u64,
    geometry: Geometry,
    /// Segments that are sorted, as the checkpoint says.
    sealed: u64,
    to: Vec<Entry>,
    from: Vec<Entry>,
}

impl NumbersCheck {
    pub(super) fn new(
        disk: Arc<dyn Disk>,
        directory_id: u64,
        geometry: Geometry,
        sealed: u64,
    ) -> Self {
        Self { disk, directory_id, geometry, sealed, to: Vec::new(), from: Vec::new() }
    }

    /// The next message; `None` for one that is lost.
    pub(super) fn push(
        &mut self,
        ord: MessageOrd,
        message: Option<&Message<'_>>,
        findings: &mut Findings,
    ) {
        let segment = self.geometry.segment(ord);
        if segment as u64 >= self.sealed {
            return;
        }
        if let Some(message) = message {
            self.to.push((message.destination.key().0, ord.0));
            self.from.push((message.source.key().0, ord.0));
        }
        if self.geometry.row(ord) + 1 < self.geometry.rows() {
            return;
        }
        for (prefix, entries) in [(TO, &mut self.to), (FROM, &mut self.from)] {
            entries.sort_unstable();
            let name = number_run(prefix, self.directory_id, segment);
            run_check::check(&*self.disk, &name, entries, findings);
            entries.clear();
        }
    }
}
