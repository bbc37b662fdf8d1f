//! Messages that a carrier cannot be sent, whatever it would answer.

use super::conclude::owe_ended;
use super::effect::LinkId;
use super::engine::Engine;
use super::receipts::desk;
use crate::base::clock::Timestamp;
use crate::base::id::CarrierId;
use crate::deliver::queue::Queued;
use crate::message::event::{Event, What};
use crate::message::reason::Reason;
use crate::message::state::ending;

impl Engine {
    /// A message was chosen for a bind and has no form there: a text beyond 254 octets for a peer
    /// that knows no optional parameters (SMPP v3.4 §3.4). It ends here, without having left.
    pub fn unsendable(
        &mut self,
        now: Timestamp,
        carrier: CarrierId,
        link: LinkId,
        queued: &Queued,
    ) {
        let Some(desk) = desk(&self.shared, &mut self.carriers, carrier) else { return };
        desk.freed(link);
        if desk.ends(queued) {
            let reason = Reason::InvalidRequest;
            let what = What::Ended { reason };
            self.events.event(&Event { ord: queued.ord, what });
            desk.concluded_as(ending(reason), reason);
            owe_ended(&mut self.turn, now, queued, &what);
        }
    }
}
