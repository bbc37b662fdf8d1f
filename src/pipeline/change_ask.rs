//! Which messages a change means, who has them, and whether the ledger knows that it is too late.

use std::io;

use bytes::Bytes;

use super::change::{Target, Unchanged};
use crate::base::clock::Timestamp;
use crate::base::id::{AccountId, CarrierId, MessageOrd};
use crate::ledger::store::Ledger;
use crate::ledger::stored::StoredMessage;
use crate::message::address::NumberKey;
use crate::message::disposition::Status;
use crate::message::event::What;
use crate::message::record::{Direction, Message};
use crate::message::state::State;

/// A message that may be changed, as far as the ledger knows.
#[derive(Clone, Debug)]
pub struct Meant {
    /// Who has all its parts.
    pub carrier: CarrierId,
    /// Its parts in their order: one if it was not cut.
    pub parts: Vec<MessageOrd>,
    /// The first of them as it is now.
    pub record: Bytes,
    /// SMPP `data_coding` that its text came with, if it was written anew in another and is to be replaced.
    pub came_in: Option<u8>,
    /// When it was accepted.
    pub accepted_at: Timestamp,
}

/// Messages and parts that one change takes back at most. What is beyond waits on: ask again.
pub const MEANT_MAX: usize = 1_000;

/// The messages that are meant and wait, at least one.
pub(super) fn meant(
    ledger: &Ledger,
    account: AccountId,
    target: &Target,
    replaces: bool,
) -> io::Result<Result<Vec<Meant>, Unchanged>> {
    let meant = waiting(ledger, account, target)?;
    let Ok(mut meant) = meant else { return Ok(meant) };
    if replaces {
        for one in &mut meant {
            one.came_in = came_in(ledger, &one.parts)?;
        }
    }
    Ok(Ok(meant))
}

fn waiting(
    ledger: &Ledger,
    account: AccountId,
    target: &Target,
) -> io::Result<Result<Vec<Meant>, Unchanged>> {
    match target {
        Target::One { ord, source, destination } => {
            let Some(stored) = ledger.message(*ord)? else {
                return Ok(Err(Unchanged::NoSuchMessage));
            };
            let refusal = is_not(&stored.message(), account, source.as_deref(), destination);
            match refusal {
                Some(refusal) => Ok(Err(refusal)),
                None => Ok(whole(ledger, &stored)?.map(|meant| vec![meant])),
            }
        }
        Target::All { source, destination, service_type } => {
            let meant = between(ledger, account, (source, destination), service_type)?;
            Ok(if meant.is_empty() { Err(Unchanged::NothingWaits) } else { Ok(meant) })
        }
    }
}

/// Why a message is not the one that is meant.
fn is_not(
    message: &Message<'_>,
    account: AccountId,
    source: Option<&[u8]>,
    destination: &[u8],
) -> Option<Unchanged> {
    if message.account != account || message.direction == Direction::Inbound {
        return Some(Unchanged::NoSuchMessage);
    }
    if source.is_some_and(|source| source != message.source.addr) {
        return Some(Unchanged::OtherSource);
    }
    let other = !destination.is_empty() && destination != message.destination.addr;
    other.then_some(Unchanged::OtherDestination)
}

/// All that wait between two addresses.
fn between(
    ledger: &Ledger,
    account: AccountId,
    (source, destination): (&[u8], &[u8]),
    service_type: &[u8],
) -> io::Result<Vec<Meant>> {
    let keys = (NumberKey::of(source), NumberKey::of(destination));
    let (mut found, mut last) = (Vec::new(), None);
    for ord in ledger.waiting(account, keys, MEANT_MAX)? {
        let Some(stored) = ledger.message(ord)? else { continue };
        let message = stored.message();
        let first = first(&stored);
        if last.replace(first) == Some(first)
            || is_not(&message, account, Some(source), destination).is_some()
            || !(service_type.is_empty() || service_type == message.service_type)
        {
            continue;
        }
        found.extend(whole(ledger, &stored)?);
    }
    Ok(found)
}

/// The number by which the whole message is known.
fn first(stored: &StoredMessage) -> MessageOrd {
    stored.message().place().map_or(stored.ord, |place| place.first(stored.ord))
}

/// The whole message that this is, or is a part of.
fn whole(ledger: &Ledger, stored: &StoredMessage) -> io::Result<Result<Meant, Unchanged>> {
    let Some(first) = ledger.message(first(stored))? else {
        return Ok(Err(Unchanged::NoSuchMessage));
    };
    let message = first.message();
    let parts: Vec<MessageOrd> =
        message.place().map_or(vec![first.ord], |place| place.all(first.ord).collect());
    let mut carrier = None;
    for &ord in &parts {
        let Some(state) = ledger.state(ord)? else { return Ok(Err(Unchanged::NoSuchMessage)) };
        if let Some(refusal) = too_late(&state) {
            return Ok(Err(refusal));
        }
        let its = ledger.carrier_since(ord)?.unwrap_or(message.carrier);
        if *carrier.get_or_insert(its) != its {
            return Ok(Err(Unchanged::Apart));
        }
    }
    let carrier = carrier.unwrap_or(message.carrier);
    let record = Bytes::copy_from_slice(first.octets());
    Ok(Ok(Meant { carrier, parts, record, came_in: None, accepted_at: first.accepted_at }))
}

/// The coding that the sender of a message uses, if it was written anew: the first word about it, since
/// later texts came in the same.
fn came_in(ledger: &Ledger, parts: &[MessageOrd]) -> io::Result<Option<u8>> {
    let Some(&first) = parts.first() else { return Ok(None) };
    let events = ledger.events(first)?;
    Ok(events.iter().find_map(|stored| match stored.event()?.what {
        What::Rewritten { from, .. } => Some(from),
        _ => None,
    }))
}

/// Why a part cannot be taken back. What waits may still leave before it is: its carrier's shard
/// decides.
fn too_late(state: &State) -> Option<Unchanged> {
    match state.status {
        _ if state.concluded() => Some(Unchanged::Ended),
        Status::Queued if state.was_in_doubt() => Some(Unchanged::InDoubt),
        Status::Queued => None,
        _ => Some(Unchanged::Sent),
    }
}
