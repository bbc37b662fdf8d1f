//! A carrier's early hint that it is busy (SMPP v5.0 §4.8.4.18).

use std::sync::atomic::Ordering;

use super::engine::Engine;
use crate::base::clock::Timestamp;
use crate::base::id::CarrierId;

/// The standard's highest; from 80 on a sender should slow down.
const CONGESTION_MAX: u32 = 99;

impl Engine {
    /// A response of a carrier said how congested it is: 0 idle to 99; a higher number is taken for
    /// 99. It is shown, and the carrier's pace follows it. `sent_at`: when the request left.
    pub fn congestion(
        &mut self,
        now: Timestamp,
        carrier: CarrierId,
        sent_at: Timestamp,
        state: u32,
    ) {
        if let Some(desk) = self.carrier(carrier) {
            desk.pace.congested(now, sent_at, state);
        }
        if let Some(shared) = self.shared.carrier(carrier) {
            shared.congestion.store(state.min(CONGESTION_MAX), Ordering::Relaxed);
        }
    }
}
