//! Messages that a carrier cannot be sent, whatever it would answer.

use super::conclude::end;
use super::effect::LinkId;
use super::engine::Engine;
use super::receipts::desk;
use crate::base::clock::Timestamp;
use crate::base::id::CarrierId;
use crate::deliver::queue::Queued;
use crate::message::reason::Reason;

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
        end(&mut self.events, &mut self.turn, desk, now, queued, Reason::InvalidRequest);
    }
}
