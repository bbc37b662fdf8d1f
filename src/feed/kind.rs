//! The kinds of news, by the names consumers know.

use crate::message::condition::Condition;
use crate::message::consent::Consent;

/// One kind of news, about a message or a carrier. The numbers are part of the durable format.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(u8)]
pub enum Kind {
    /// It is on disk, and going to be sent.
    Accepted = 0,
    /// It waits for its carrier again, after an attempt.
    Queued = 1,
    /// Its carrier took it; of several parts, all.
    Sent = 2,
    /// It arrived, as far as is known.
    Delivered = 3,
    /// The carrier or the network gave up on it.
    Undelivered = 4,
    /// Its time ran out.
    Expired = 5,
    /// Somebody's rule stopped it.
    Rejected = 6,
    /// It was taken back.
    Cancelled = 7,
    /// Nobody can tell what became of it.
    Unknown = 8,
    /// A receipt says otherwise than what was known, and changes nothing.
    Conflicting = 9,
    /// From a handset, for its account.
    Received = 10,
    /// A carrier can be reached.
    CarrierUp = 11,
    /// It cannot.
    CarrierDown = 12,
    /// An operator has it sent nothing.
    CarrierSuspended = 13,
    /// It is sent messages again.
    CarrierResumed = 14,
    /// The holder of a number takes nothing more from a sender.
    NumberOptedOut = 15,
    /// It does again.
    NumberOptedIn = 16,
}

/// Types that are spoken for and that nothing tells yet: whoever asks for one learns that, in place of
/// waiting for it.
pub const RESERVED: &[&str] = &["postrider.carrier.degraded"];

impl Kind {
    /// Every kind, in the order of their numbers.
    pub const ALL: [Self; 17] = [
        Self::Accepted,
        Self::Queued,
        Self::Sent,
        Self::Delivered,
        Self::Undelivered,
        Self::Expired,
        Self::Rejected,
        Self::Cancelled,
        Self::Unknown,
        Self::Conflicting,
        Self::Received,
        Self::CarrierUp,
        Self::CarrierDown,
        Self::CarrierSuspended,
        Self::CarrierResumed,
        Self::NumberOptedOut,
        Self::NumberOptedIn,
    ];

    /// The `type` of its event.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accepted => "postrider.message.accepted",
            Self::Queued => "postrider.message.queued",
            Self::Sent => "postrider.message.sent",
            Self::Delivered => "postrider.message.delivered",
            Self::Undelivered => "postrider.message.undelivered",
            Self::Expired => "postrider.message.expired",
            Self::Rejected => "postrider.message.rejected",
            Self::Cancelled => "postrider.message.cancelled",
            Self::Unknown => "postrider.message.unknown",
            Self::Conflicting => "postrider.receipt.conflicting",
            Self::Received => "postrider.message.received",
            Self::CarrierUp => "postrider.carrier.up",
            Self::CarrierDown => "postrider.carrier.down",
            Self::CarrierSuspended => "postrider.carrier.suspended",
            Self::CarrierResumed => "postrider.carrier.resumed",
            Self::NumberOptedOut => "postrider.number.opted_out",
            Self::NumberOptedIn => "postrider.number.opted_in",
        }
    }

    /// The kind that tells a carrier's condition.
    pub const fn of_condition(condition: Condition) -> Self {
        match condition {
            Condition::Up => Self::CarrierUp,
            Condition::Down => Self::CarrierDown,
            Condition::Suspended => Self::CarrierSuspended,
            Condition::Resumed => Self::CarrierResumed,
        }
    }

    /// The kind that tells a change of consent.
    pub const fn of_consent(change: Consent) -> Self {
        match change {
            Consent::OptedOut => Self::NumberOptedOut,
            Consent::OptedIn => Self::NumberOptedIn,
        }
    }

    /// What is wrong with a name that is none, in a clause.
    pub fn no_kind(name: &str) -> &'static str {
        let is = |own: &&str| *own == name || own.strip_prefix("postrider.") == Some(name);
        if RESERVED.iter().any(is) { "is a type that nothing tells yet" } else { "is not known" }
    }

    /// The kind of a name, which may be without its first word.
    pub fn from_name(name: &str) -> Option<Self> {
        let short = |kind: &Self| kind.name().strip_prefix("postrider.") == Some(name);
        Self::ALL.into_iter().find(|kind| kind.name() == name || short(kind))
    }
}

/// Some kinds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Kinds(u32);

impl Kinds {
    /// None.
    pub const NONE: Self = Self(0);

    /// Every kind.
    pub const ALL: Self = Self((1 << Kind::ALL.len()) - 1);

    /// How a message may end.
    pub const ENDS: Self = Self::NONE
        .with(Kind::Delivered)
        .with(Kind::Undelivered)
        .with(Kind::Expired)
        .with(Kind::Rejected)
        .with(Kind::Cancelled)
        .with(Kind::Unknown);

    /// What a verdict on a message may come to.
    pub(super) const FINAL: Self = Self::ENDS.with(Kind::Conflicting);

    /// These and one more.
    pub const fn with(self, kind: Kind) -> Self {
        Self(self.0 | 1 << kind as u32)
    }

    /// Those of either.
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those of both.
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether any is in both.
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether this one is in it.
    pub const fn has(self, kind: Kind) -> bool {
        self.0 & 1 << kind as u32 != 0
    }

    /// The kinds of some names; what is no name is given back.
    ///
    /// # Errors
    /// The first that is none.
    pub fn from_names<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Self, &'a str> {
        names.into_iter().try_fold(Self::NONE, |kinds, name| match name {
            "*" => Ok(Self::ALL),
            name => Kind::from_name(name).map(|kind| kinds.with(kind)).ok_or(name),
        })
    }

    /// As a number, for a file.
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// From a number; kinds that this version does not know are left out.
    pub const fn from_bits(bits: u32) -> Self {
        Self(bits & Self::ALL.0)
    }

    /// Their names.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Kind::ALL.into_iter().filter(move |kind| self.has(*kind)).map(Kind::name)
    }
}

impl FromIterator<Kind> for Kinds {
    fn from_iter<T: IntoIterator<Item = Kind>>(kinds: T) -> Self {
        kinds.into_iter().fold(Self::NONE, Self::with)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_known_by_its_name_with_or_without_the_first_word() {
        for (number, kind) in Kind::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, number);
            let name = kind.name();
            assert_eq!(Kind::from_name(name), Some(kind));
            assert_eq!(Kind::from_name(&name["postrider.".len()..]), Some(kind));
        }
        assert_eq!(Kind::from_name("message.eaten"), None);
        assert_eq!(Kind::no_kind("message.eaten"), "is not known");
        assert!(Kind::no_kind("carrier.degraded").contains("nothing tells yet"));
        assert!(RESERVED.iter().all(|name| Kind::from_name(name).is_none()), "told, or reserved");
    }

    #[test]
    fn names_make_a_set_and_a_set_gives_its_names() {
        let kinds = Kinds::from_names(["message.sent", "postrider.message.received"]).unwrap();
        assert!(kinds.has(Kind::Sent) && kinds.has(Kind::Received) && !kinds.has(Kind::Queued));
        assert_eq!(kinds.names().count(), 2);
        assert_eq!(Kinds::from_bits(kinds.bits()), kinds);
        assert_eq!(Kinds::from_names(["*"]), Ok(Kinds::ALL));
        assert_eq!(Kinds::from_names(["message.sent", "x"]), Err("x"));
    }
}
