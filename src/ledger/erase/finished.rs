//! Whether anybody still needs what a message says.

use std::io;

use crate::base::id::MessageOrd;
use crate::ledger::store::Ledger;
use crate::message::disposition::Disposition;
use crate::message::state::State;

/// Whether a message has come to its end and its account was told.
pub(in crate::ledger) fn finished(state: &State) -> bool {
    state.disposition != Disposition::InProgress && !state.owed() && !state.to_submit()
}

impl Ledger {
    /// Whether a message has come to its end; so has one that is not there.
    pub(super) fn is_finished(&self, ord: MessageOrd) -> io::Result<bool> {
        Ok(self.state(ord)?.is_none_or(|state| finished(&state)))
    }
}
