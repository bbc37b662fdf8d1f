//! Whose receipt it is, by the ledger: the carrier's id, the addresses, and the parts of a message that
//! were given one id.

use std::io;

use crate::base::clock::Timestamp;
use crate::base::id::{AccountId, CarrierId, MessageOrd};
use crate::ledger::store::Ledger;
use crate::message::place::Place;
use crate::message::record::Message;
use crate::receipt::ends::Ends;
use crate::receipt::owed::Party;

/// A message a receipt belongs to, as the ledger knows it.
#[derive(Debug)]
pub struct Found {
    /// Which.
    pub ord: MessageOrd,
    /// Who sent it.
    pub account: AccountId,
    /// What its account asked for.
    pub registered_delivery: u8,
    /// Where it stands in a message of several parts.
    pub part: Option<Place>,
    /// Whether a final state was known.
    pub concluded: bool,
    /// Parts of the same message that the carrier gave the same id, without a final state.
    pub twins: Vec<MessageOrd>,
    /// Its source.
    pub source: Party,
    /// Its destination.
    pub destination: Party,
    /// When it was accepted.
    pub accepted_at: Timestamp,
}

impl Found {
    /// The number by which the whole message is known.
    fn first(&self) -> MessageOrd {
        self.part.map_or(self.ord, |place| place.first(self.ord))
    }

    /// Makes it one of its twins.
    pub(super) fn become_twin(&mut self, twin: MessageOrd) {
        let first = self.first().0;
        self.part = self.part.and_then(|place| {
            let number = u8::try_from(twin.0.checked_sub(first)? + 1).ok()?;
            Place::new(number, place.of)
        });
        (self.ord, self.concluded) = (twin, false);
    }
}

/// The newest candidate whose addresses agree with those of the receipt. Some carriers give all parts of
/// a message one id: then each receipt is that of a part which has none yet.
pub(super) fn correlate(
    ledger: &Ledger,
    carrier: CarrierId,
    candidates: &[&[u8]],
    ends: Ends<'_>,
) -> io::Result<Option<Found>> {
    let mut newest: Option<Found> = None;
    for ord in ledger.correlate(carrier, candidates)? {
        let (Some(state), Some(stored)) = (ledger.state(ord)?, ledger.message(ord)?) else {
            continue;
        };
        let message: Message<'_> = stored.message();
        let (source, destination) = (Party::of(&message.source), Party::of(&message.destination));
        if !ends.may_be_of(&source, &destination) {
            continue;
        }
        let found = Found {
            ord,
            account: message.account,
            registered_delivery: message.registered_delivery,
            part: message.place(),
            concluded: state.concluded(),
            twins: Vec::new(),
            source,
            destination,
            accepted_at: stored.accepted_at,
        };
        match &mut newest {
            None if found.part.is_none() => return Ok(Some(found)),
            None => newest = Some(found),
            Some(newest) if newest.first() != found.first() => break,
            Some(newest) if !found.concluded => newest.twins.push(ord),
            Some(_) => {}
        }
    }
    Ok(newest)
}
