//! The parts of long messages that a carrier's handsets sent, until they are together.
//!
//! One desk for all binds of a carrier: parts come over any of them. Everything that waits here is on
//! disk, owed to nobody yet, and a restart brings it here again. **Invariant**: every part that goes in
//! comes out once: as a piece of a whole, by itself, or as the double of another.
//!
//! A part that comes again after its message was joined (the carrier did not get our answer) begins to
//! wait like any other. If its time ends and nothing but such parts has come, they are told to be doubles;
//! if all parts come again, it is a message again: a phone may use one reference for ever.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use bytes::Bytes;

use crate::base::clock::Timestamp;
use crate::base::id::MessageOrd;
use crate::gsm::concatenation::Concatenation;
use crate::gsm::reassembly::{
    GroupKey, Incomplete, Joined, Outcome, Part, Piece, Reassembly, ReassemblyLimits,
};
use crate::message::record::Message;
use crate::message::unjoined::Unjoined;

/// Octets of user data and addresses of a carrier that wait; the records of the same parts are held
/// beside them.
const OCTETS_MAX: usize = 16 << 20;

/// A message on disk, with its record at hand.
#[derive(Clone, Debug)]
pub struct Held {
    /// Which.
    pub ord: MessageOrd,
    /// What `Message::decode` takes.
    pub record: Bytes,
}

/// What leaves the desk.
#[derive(Debug)]
pub enum Left {
    /// All parts of a message, in the order of their places.
    Whole(Vec<Held>),
    /// Parts that go on by themselves.
    Alone(Alone),
    /// A part that came before as another message.
    Double {
        /// This one.
        part: MessageOrd,
        /// The one before.
        of: MessageOrd,
    },
}

/// Parts of one message that go on by themselves.
#[derive(Clone, Debug)]
pub struct Alone {
    /// Those that came, each with its place.
    pub parts: Vec<(u8, Held)>,
    /// Parts of the whole.
    pub of: u8,
    /// Places of which none came.
    pub missing: Vec<u8>,
    /// Why they go.
    pub why: Unjoined,
}

/// A part of a message that was joined: its place, a hash of its text, and its number.
type Told = (u8, u64, MessageOrd);

/// One carrier's parts.
#[derive(Debug)]
pub struct Joining {
    reassembly: Reassembly<Held>,
    /// How long a group waits, and a joined one is remembered after that.
    expiry: Duration,
    /// What was joined not long ago, as many as groups may wait.
    joined: HashMap<GroupKey, (Timestamp, Vec<Told>)>,
    by_age: VecDeque<(Timestamp, GroupKey)>,
    groups_max: usize,
    hasher: RandomState,
}

impl Joining {
    /// Groups wait for so long from their first part on; so many of them may.
    pub fn new(expiry: Duration, groups_max: usize) -> Self {
        let limits = ReassemblyLimits { expiry, groups: groups_max, octets: OCTETS_MAX };
        Self {
            reassembly: Reassembly::new(limits),
            expiry,
            joined: HashMap::new(),
            by_age: VecDeque::new(),
            groups_max,
            hasher: RandomState::new(),
        }
    }

    /// Goes on with other limits.
    pub fn keep(&mut self, expiry: Duration, groups_max: usize) {
        (self.expiry, self.groups_max) = (expiry, groups_max);
        let limits = ReassemblyLimits { expiry, groups: groups_max, octets: OCTETS_MAX };
        self.reassembly.limit(limits);
    }

    /// Takes a part that came `at` some time.
    pub fn add(
        &mut self,
        at: Timestamp,
        place: Concatenation,
        message: &Message<'_>,
        held: Held,
    ) -> Vec<Left> {
        let part = Part {
            scope: u64::from(message.carrier.0),
            source: message.source.addr.into(),
            destination: message.destination.addr.into(),
            concatenation: Some(place),
            octets: message.body.to_vec(),
            token: held,
        };
        let before = self.reassembly.seated(&part).map(|held| held.ord);
        let outcomes = self.reassembly.add(at, part);
        outcomes.into_iter().flat_map(|outcome| self.left(at, outcome, before)).collect()
    }

    /// What has waited for too long.
    pub fn expire(&mut self, now: Timestamp) -> Vec<Left> {
        let mut outcomes = Vec::new();
        self.reassembly.expire(now, &mut outcomes);
        let left = outcomes.into_iter().flat_map(|outcome| self.left(now, outcome, None)).collect();
        self.forget(now);
        left
    }

    /// When [`Self::expire`] has something to give.
    pub fn deadline(&self) -> Timestamp {
        self.reassembly.next_expiry()
    }

    /// Messages that wait for parts.
    pub fn waiting(&self) -> usize {
        self.reassembly.len()
    }

    fn left(
        &mut self,
        now: Timestamp,
        outcome: Outcome<Held>,
        before: Option<MessageOrd>,
    ) -> Vec<Left> {
        match outcome {
            // Only parts are put in.
            Outcome::Waiting | Outcome::Single(_) => Vec::new(),
            Outcome::Double(piece) => {
                let part = piece.token.ord;
                vec![Left::Double { part, of: before.unwrap_or(part) }]
            }
            Outcome::Whole(joined) => {
                self.remember(now, &joined);
                vec![Left::Whole(joined.pieces.into_iter().map(|piece| piece.token).collect())]
            }
            Outcome::Incomplete(joined, why) => self.incomplete(joined, why),
        }
    }

    fn incomplete(&mut self, joined: Joined<Held>, why: Incomplete) -> Vec<Left> {
        let doubles: Option<Vec<Left>> =
            joined.pieces.iter().map(|piece| self.double(&joined.key, piece)).collect();
        if let Some(doubles) = doubles {
            return doubles;
        }
        let why = match why {
            Incomplete::Expired => Unjoined::Missing,
            Incomplete::Evicted => Unjoined::NoRoom,
            Incomplete::Restarted => Unjoined::Reused,
        };
        let parts = joined.pieces.into_iter().map(|piece| (piece.sequence, piece.token)).collect();
        vec![Left::Alone(Alone { parts, of: joined.key.total, missing: joined.missing, why })]
    }

    /// The part of a joined message that this one doubles.
    fn double(&self, key: &GroupKey, piece: &Piece<Held>) -> Option<Left> {
        let hash = self.hasher.hash_one(&piece.octets);
        let (_, told) = self.joined.get(key)?;
        let &(_, _, of) = told
            .iter()
            .find(|(sequence, known, _)| *sequence == piece.sequence && *known == hash)?;
        Some(Left::Double { part: piece.token.ord, of })
    }

    fn remember(&mut self, now: Timestamp, joined: &Joined<Held>) {
        let told = joined
            .pieces
            .iter()
            .map(|piece| (piece.sequence, self.hasher.hash_one(&piece.octets), piece.token.ord));
        let told = told.collect();
        self.joined.insert(joined.key.clone(), (now, told));
        self.by_age.push_back((now, joined.key.clone()));
        self.forget(now);
    }

    /// Forgets joined messages after a while: what comes within a time after one waits for as long again.
    fn forget(&mut self, now: Timestamp) {
        while let Some((joined_at, _)) = self.by_age.front() {
            if *joined_at + self.expiry * 2 > now && self.by_age.len() <= self.groups_max {
                break;
            }
            let Some((joined_at, key)) = self.by_age.pop_front() else { break };
            // It may have been joined again since.
            if self.joined.get(&key).is_some_and(|(at, _)| *at == joined_at) {
                self.joined.remove(&key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::id::CarrierId;
    use crate::gsm::concatenation::Reference;
    use crate::message::address::Address;

    const MINUTE: Duration = Duration::from_secs(60);

    fn add(desk: &mut Joining, at: u64, ord: u64, place: Concatenation, body: &[u8]) -> Vec<Left> {
        let message = Message {
            carrier: CarrierId(1),
            source: Address { ton: 1, npi: 1, addr: b"447700900777" },
            body,
            ..Message::default()
        };
        let held = Held { ord: MessageOrd(ord), record: Bytes::new() };
        desk.add(Timestamp(0) + Duration::from_secs(at), place, &message, held)
    }

    fn ords(left: &[Left]) -> Vec<u64> {
        match left {
            [Left::Whole(parts)] => parts.iter().map(|part| part.ord.0).collect(),
            [Left::Alone(alone)] => alone.parts.iter().map(|(_, part)| part.ord.0).collect(),
            _ => panic!("{left:?}"),
        }
    }

    fn part(sequence: u8) -> Concatenation {
        Reference::Narrow(7).part(3, sequence)
    }

    #[test]
    fn parts_out_of_order_leave_in_the_order_of_their_places() {
        let mut desk = Joining::new(MINUTE, 10);
        assert!(add(&mut desk, 0, 10, part(3), b"c").is_empty());
        assert!(add(&mut desk, 1, 11, part(1), b"a").is_empty());
        let left = add(&mut desk, 2, 12, part(2), b"b");
        assert!(matches!(left[..], [Left::Whole(_)]));
        assert_eq!(ords(&left), [11, 12, 10]);
        assert_eq!(desk.deadline(), Timestamp::NEVER);
    }

    #[test]
    fn the_same_part_again_is_told_to_be_a_double_of_the_first() {
        let mut desk = Joining::new(MINUTE, 10);
        add(&mut desk, 0, 10, part(1), b"a");
        let left = add(&mut desk, 1, 11, part(1), b"a");
        assert!(matches!(left[..], [Left::Double { part: MessageOrd(11), of: MessageOrd(10) }]));
    }

    #[test]
    fn a_part_that_comes_again_after_its_message_is_a_double_when_its_time_is_over() {
        let mut desk = Joining::new(MINUTE, 10);
        for (ord, sequence) in [(10, 1), (11, 2), (12, 3)] {
            add(&mut desk, 0, ord, part(sequence), &[sequence]);
        }
        assert!(add(&mut desk, 30, 13, part(3), &[3]).is_empty(), "it may be a new message");
        let left = desk.expire(Timestamp(0) + Duration::from_secs(90));
        assert!(matches!(left[..], [Left::Double { part: MessageOrd(13), of: MessageOrd(12) }]));
        assert!(desk.joined.len() == 1 && desk.expire(Timestamp(0) + 2 * MINUTE).is_empty());
        assert!(desk.joined.is_empty() && desk.by_age.is_empty(), "forgotten");
    }

    #[test]
    fn a_message_that_comes_again_whole_is_a_message_again() {
        let mut desk = Joining::new(MINUTE, 10);
        let mut wholes = 0;
        for ord in 0..6 {
            let sequence = ord as u8 % 3 + 1;
            wholes += add(&mut desk, ord, ord, part(sequence), &[sequence]).len();
        }
        assert_eq!((wholes, desk.joined.len()), (2, 1));
        desk.expire(Timestamp(0) + 3 * MINUTE);
        assert!(desk.joined.is_empty() && desk.by_age.is_empty());
    }

    #[test]
    fn no_more_is_remembered_of_joined_messages_than_may_wait() {
        let mut desk = Joining::new(MINUTE, 2);
        for reference in 300..310 {
            for sequence in [1, 2] {
                add(&mut desk, 0, 0, Reference::Wide(reference).part(2, sequence), b"a");
            }
        }
        assert_eq!((desk.joined.len(), desk.by_age.len()), (2, 2));
    }

    #[test]
    fn what_is_not_whole_in_time_leaves_with_what_is_missing() {
        let mut desk = Joining::new(MINUTE, 10);
        add(&mut desk, 0, 10, part(2), b"b");
        assert!(desk.expire(desk.deadline() - Duration::from_micros(1)).is_empty());
        let left = desk.expire(desk.deadline());
        let [Left::Alone(alone)] = &left[..] else { panic!("{left:?}") };
        assert_eq!((alone.why, &alone.missing[..]), (Unjoined::Missing, &[1, 3][..]));
        assert_eq!(ords(&left), [10]);
    }

    #[test]
    fn other_totals_are_other_messages_and_another_text_begins_anew() {
        let mut desk = Joining::new(MINUTE, 10);
        add(&mut desk, 0, 10, part(1), b"a");
        assert!(add(&mut desk, 0, 11, Reference::Narrow(7).part(2, 2), b"b").is_empty());
        assert_eq!(desk.waiting(), 2);
        let left = add(&mut desk, 0, 12, part(1), b"other");
        let [Left::Alone(alone)] = &left[..] else { panic!("{left:?}") };
        assert_eq!(alone.why, Unjoined::Reused);
    }

    #[test]
    fn no_more_wait_than_may_and_the_oldest_goes_by_itself() {
        let mut desk = Joining::new(MINUTE, 2);
        for reference in 0..2 {
            add(&mut desk, 0, reference, Reference::Wide(300 + reference as u16).part(2, 1), b"a");
        }
        let left = add(&mut desk, 1, 9, Reference::Wide(400).part(2, 1), b"a");
        let [Left::Alone(alone)] = &left[..] else { panic!("{left:?}") };
        assert_eq!((alone.why, ords(&left)), (Unjoined::NoRoom, vec![0]));
    }
}
