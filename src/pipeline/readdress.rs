//! Addresses as a message's carrier wants them, and the event that tells what was changed.
//!
//! The record keeps what came: routes, receipts and searches go by that. Only the submit has the
//! carrier's form, and what is other in it is written with the event of its first submit there. A
//! carrier whose profile changes no address costs nothing here.

use super::shared::Shared;
use crate::address::outbound::Outgoing;
use crate::base::id::{AccountId, CarrierId};
use crate::carrier::profile::Profile;
use crate::deliver::queue::Queued;
use crate::message::event::{Event, NewAddress, What};
use crate::message::record::Message;
use crate::spool::chunk::Chunk;

/// A message's addresses in its carrier's form.
#[derive(Clone, Debug)]
pub struct Readdressed<'a> {
    /// The sender.
    pub source: Outgoing<'a>,
    /// The destination.
    pub destination: Outgoing<'a>,
}

impl Shared {
    /// Writes the addresses of an account's message as a profile has them. A number without a country
    /// code is of the account's country, if that has one.
    pub fn readdress<'a>(
        &self,
        profile: &Profile,
        account: AccountId,
        message: &Message<'a>,
    ) -> Readdressed<'a> {
        let home = self.routes.country(account);
        Readdressed {
            source: profile.source.write(&message.source, home),
            destination: profile.destination.write(&message.destination, home),
        }
    }
}

/// Records what is other in the submit of a message than it came, if anything is, and this is the
/// first submit to that carrier.
pub(super) fn tell(
    shared: &Shared,
    events: &mut Chunk,
    (carrier, profile): (CarrierId, &Profile),
    queued: &Queued,
) {
    let first = queued.attempts == 0 || (!queued.tried.is_empty() && queued.failures == 0);
    if !first {
        return;
    }
    let Some(message) = Message::decode(&queued.record) else { return };
    let Readdressed { source, destination } = shared.readdress(profile, queued.account, &message);
    if source.change.is_none() && destination.change.is_none() {
        return;
    }
    let (of_source, of_destination) = (source.change.to_string(), destination.change.to_string());
    let what = What::Readdressed {
        carrier,
        source: rewritten(&source, &of_source),
        destination: rewritten(&destination, &of_destination),
    };
    events.event(&Event { ord: queued.ord, what });
}

fn rewritten<'a>(outgoing: &'a Outgoing<'_>, change: &'a str) -> Option<NewAddress<'a>> {
    let told = NewAddress { address: outgoing.address(), change: change.as_bytes() };
    (!outgoing.change.is_none()).then_some(told)
}
