//! Putting the parts of long messages together, whatever bind each came over.
//!
//! Groups are kept by who sent what to whom under which reference. A group ends in one of two ways:
//! whole, or incomplete with what is missing, because its time is over, because it is the oldest where
//! there is no more room, or because its reference was used again. **Invariant**: every token that goes
//! in comes out, once; nothing leaves in silence.
//!
//! A whole message is forgotten: a part that comes again after it begins a group, which ends
//! incomplete. To drop it instead could lose a message, since some senders always use one reference.
//! Not here: decoding, what is done with an incomplete message.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use super::concatenation::Concatenation;
use super::reassembly_group::{Group, Seat};
use crate::base::clock::Timestamp;

/// Bounds of what waits for its other parts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReassemblyLimits {
    /// How long a group may wait from its first part on; default 30 minutes. Senders with references
    /// of 8 bits meet themselves within hours, so 10 to 60 minutes is what is in use.
    pub expiry: Duration,
    /// Groups that may wait; default 10,000.
    pub groups: usize,
    /// Octets of the parts and addresses that may wait; default 16 MiB.
    pub octets: usize,
}

impl Default for ReassemblyLimits {
    fn default() -> Self {
        Self { expiry: Duration::from_secs(30 * 60), groups: 10_000, octets: 16 * 1024 * 1024 }
    }
}

/// What makes parts belong together.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct GroupKey {
    /// Whose references these are: an account's or a carrier's number.
    pub scope: u64,
    /// The sender.
    pub source: Box<[u8]>,
    /// The receiver.
    pub destination: Box<[u8]>,
    /// The reference, 0 included.
    pub reference: u16,
    /// Whether it was sent in 16 bits.
    pub wide: bool,
    /// Parts of the whole.
    pub total: u8,
}

/// A part as it came. `T` is the caller's name for it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Part<T> {
    /// Whose references these are: an account's or a carrier's number.
    pub scope: u64,
    /// The sender.
    pub source: Box<[u8]>,
    /// The receiver.
    pub destination: Box<[u8]>,
    /// Which part it is; `None` for a message that is whole.
    pub concatenation: Option<Concatenation>,
    /// What tells two parts of one place apart: the user data.
    pub octets: Vec<u8>,
    /// The caller's name for it.
    pub token: T,
}

/// A part in its message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Piece<T> {
    /// Its place, from 1.
    pub sequence: u8,
    /// Its user data.
    pub octets: Vec<u8>,
    /// The caller's name for it.
    pub token: T,
}

/// A message out of its parts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Joined<T> {
    /// What they have in common.
    pub key: GroupKey,
    /// When the first of them came.
    pub since: Timestamp,
    /// The parts in the order of their places, not of their coming.
    pub pieces: Vec<Piece<T>>,
    /// Places without a part; none for a whole message.
    pub missing: Vec<u8>,
}

/// Why a message leaves without all its parts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Incomplete {
    /// Its time is over.
    Expired,
    /// It was the oldest, and there was no room.
    Evicted,
    /// A part came for a taken place with other octets: the reference is used for a new message.
    Restarted,
}

/// What comes out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome<T> {
    /// It is whole by itself.
    Single(Part<T>),
    /// It waits for others.
    Waiting,
    /// The same part again: it is not kept. What it doubles is still waiting.
    Double(Piece<T>),
    /// The last part came.
    Whole(Joined<T>),
    /// A group leaves without all its parts.
    Incomplete(Joined<T>, Incomplete),
}

/// Groups that wait for parts.
#[derive(Debug)]
pub struct Reassembly<T> {
    limits: ReassemblyLimits,
    groups: HashMap<GroupKey, Group<T>>,
    /// The keys by when their first part came.
    by_age: BTreeMap<(Timestamp, u64), GroupKey>,
    last_ticket: u64,
    octets: usize,
}

impl<T> Reassembly<T> {
    /// Nothing waits yet.
    pub fn new(limits: ReassemblyLimits) -> Self {
        let (groups, by_age) = (HashMap::new(), BTreeMap::new());
        Self { limits, groups, by_age, last_ticket: 0, octets: 0 }
    }

    /// Keeps other limits from now on; what waits beyond them goes with the next part.
    pub const fn limit(&mut self, limits: ReassemblyLimits) {
        self.limits = limits;
    }

    /// Takes a part. What becomes of it comes first, then what had to leave for it.
    pub fn add(&mut self, now: Timestamp, part: Part<T>) -> Vec<Outcome<T>> {
        let mut out = Vec::with_capacity(1);
        let Some(place) = part.concatenation else {
            out.push(Outcome::Single(part));
            return out;
        };
        self.expire(now, &mut out);
        let key = GroupKey {
            scope: part.scope,
            source: part.source,
            destination: part.destination,
            reference: place.reference,
            wide: place.wide,
            total: place.total,
        };
        let piece = Piece { sequence: place.sequence, octets: part.octets, token: part.token };
        match self.groups.get(&key).map_or(Seat::Free, |group| group.seat(&piece)) {
            Seat::Free => {}
            Seat::Same => {
                out.insert(0, Outcome::Double(piece));
                return out;
            }
            Seat::Other => {
                out.extend(
                    self.leave(&key).map(|it| Outcome::Incomplete(it, Incomplete::Restarted)),
                );
            }
        }
        let fate = self.sit(now, key, piece);
        out.insert(0, fate);
        while self.groups.len() > self.limits.groups || self.octets > self.limits.octets {
            let Some(oldest) = self.by_age.first_key_value().map(|(_, key)| key.clone()) else {
                break;
            };
            out.extend(self.leave(&oldest).map(|it| Outcome::Incomplete(it, Incomplete::Evicted)));
        }
        out
    }

    /// What waits in the place that a part would take.
    pub fn seated(&self, part: &Part<T>) -> Option<&T> {
        let place = part.concatenation?;
        let key = GroupKey {
            scope: part.scope,
            source: part.source.clone(),
            destination: part.destination.clone(),
            reference: place.reference,
            wide: place.wide,
            total: place.total,
        };
        self.groups.get(&key)?.seated(place.sequence).map(|piece| &piece.token)
    }

    /// Gives up what has waited too long.
    pub fn expire(&mut self, now: Timestamp, out: &mut Vec<Outcome<T>>) {
        while let Some((&(since, _), key)) = self.by_age.first_key_value() {
            if since + self.limits.expiry > now {
                break;
            }
            let key = key.clone();
            out.extend(self.leave(&key).map(|it| Outcome::Incomplete(it, Incomplete::Expired)));
        }
    }

    /// When [`Self::expire`] has something to do next.
    pub fn next_expiry(&self) -> Timestamp {
        let oldest = self.by_age.first_key_value();
        oldest.map_or(Timestamp::NEVER, |(&(since, _), _)| since + self.limits.expiry)
    }

    /// Groups that wait.
    pub fn len(&self) -> usize {
        self.groups.len()
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// Octets of the parts and addresses that wait.
    pub const fn octets(&self) -> usize {
        self.octets
    }

    /// Seats a piece whose place is free.
    fn sit(&mut self, now: Timestamp, key: GroupKey, piece: Piece<T>) -> Outcome<T> {
        self.octets += piece.octets.len();
        if let Some(group) = self.groups.get_mut(&key) {
            group.sit(piece);
            if group.is_whole(key.total) {
                return self.leave(&key).map_or(Outcome::Waiting, Outcome::Whole);
            }
            return Outcome::Waiting;
        }
        self.last_ticket += 1;
        self.octets += addresses(&key);
        self.by_age.insert((now, self.last_ticket), key.clone());
        let (whole, total) = (key.clone(), key.total);
        self.groups.insert(key, Group::new((now, self.last_ticket), piece));
        // One part of one is whole, though it came with a header.
        if total == 1 {
            self.leave(&whole).map_or(Outcome::Waiting, Outcome::Whole)
        } else {
            Outcome::Waiting
        }
    }

    fn leave(&mut self, key: &GroupKey) -> Option<Joined<T>> {
        let (key, group) = self.groups.remove_entry(key)?;
        self.by_age.remove(&group.ticket());
        self.octets -= group.octets() + addresses(&key);
        Some(group.joined(key))
    }
}

/// Octets that a group takes before its parts.
fn addresses(key: &GroupKey) -> usize {
    key.source.len() + key.destination.len()
}

#[cfg(test)]
mod tests;
