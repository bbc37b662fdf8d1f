//! What is owed to each ESME: receipts, and messages of handsets.
//!
//! **Invariant**: a delivery stays owed until it is confirmed. Refused, it is sent again a moment
//! later; when its connection breaks, on another.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use super::centre::{Act, Centre};
use super::line::LineNo;
use super::truth::Of;
use crate::wire::smpp::header::Header;

/// When a delivery that the ESME refused is tried again.
const RETRY_AFTER: Duration = Duration::from_millis(500);

/// A deliver_sm or data_sm.
#[derive(Clone, Debug)]
pub(super) struct Delivery {
    /// The PDU, with sequence number 0.
    pub(super) pdu: Vec<u8>,
    /// What it is of.
    pub(super) of: Of,
    /// Whose it is.
    pub(super) system_id: Vec<u8>,
    /// A connection that is taken only if there is no other.
    pub(super) avoid: Option<LineNo>,
}

/// Deliveries that wait for a bind with room, by `system_id`.
#[derive(Debug, Default)]
pub(super) struct Owed {
    waiting: BTreeMap<Vec<u8>, VecDeque<Delivery>>,
    count: usize,
    turn: usize,
}

impl Owed {
    /// Owes one more.
    pub(super) fn push(&mut self, delivery: Delivery) {
        self.count += 1;
        self.waiting.entry(delivery.system_id.clone()).or_default().push_back(delivery);
    }

    /// How many wait.
    pub(super) const fn len(&self) -> usize {
        self.count
    }
}

impl Centre {
    /// Sends what is owed as far as the binds' windows allow, on one bind after the other.
    pub(super) fn dispatch(&mut self) {
        let Self { owed, lines, config, truth, .. } = self;
        let Owed { waiting, count, turn } = owed;
        for (system_id, deliveries) in waiting {
            while let Some(delivery) = deliveries.front() {
                let open: Vec<LineNo> = lines
                    .iter()
                    .filter(|(_, line)| line.takes(system_id, config.window))
                    .map(|(&number, _)| number)
                    .collect();
                let preferred: Vec<LineNo> =
                    open.iter().copied().filter(|&line| Some(line) != delivery.avoid).collect();
                let choice = if preferred.is_empty() { &open } else { &preferred };
                *turn = turn.wrapping_add(1);
                let chosen = choice.get(*turn % choice.len().max(1));
                let Some(line) = chosen.and_then(|number| lines.get_mut(number)) else { break };
                let Some(mut delivery) = deliveries.pop_front() else { break };
                *count -= 1;
                let sequence = line.next_sequence();
                if let Some(field) = delivery.pdu.get_mut(12..16) {
                    field.copy_from_slice(&sequence.to_be_bytes());
                }
                line.say(&delivery.pdu);
                Self::known(truth).sent(delivery.of);
                line.window.insert(sequence, delivery);
            }
        }
    }

    /// The ESME has answered a delivery.
    pub(super) fn delivery_answered(&mut self, line: LineNo, header: Header) {
        let Some(delivery) =
            self.lines.get_mut(&line).and_then(|line| line.window.remove(&header.sequence_number))
        else {
            return;
        };
        if header.command_status.is_ok() {
            Self::known(&self.truth).confirmed(delivery.of);
        } else {
            self.agenda.put(self.now + RETRY_AFTER, Act::Owe(delivery));
        }
    }
}
