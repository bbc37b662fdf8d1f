//! One rule: under which conditions which carrier takes a message.
//!
//! A condition with several values holds if one of them does; one without values always holds. All
//! conditions of a rule have to hold.

use std::ops::RangeInclusive;
use std::time::Duration;

use super::question::Facts;
use crate::address::country::Country;
use crate::address::kind::Kind;
use crate::base::id::{AccountId, CarrierId};

/// The `order` of a rule that states none.
pub const ORDER_DEFAULT: u16 = 100;

/// A rule.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rule {
    /// How people call it.
    pub name: String,
    /// Lower is asked first, whatever the prefixes.
    pub order: u16,
    /// Leading digits of the destination, without `+`; an empty one is every destination.
    pub prefixes: Vec<Vec<u8>>,
    /// Countries of the destination. Without prefixes each counts as its calling code.
    pub countries: Vec<Country>,
    /// Who submitted it.
    pub accounts: Vec<AccountId>,
    /// Whole senders, in any case, without `+`.
    pub senders: Vec<Vec<u8>>,
    /// Beginnings of senders, in any case, without `+`.
    pub sender_prefixes: Vec<Vec<u8>>,
    /// Kinds of sender.
    pub sender_kinds: Vec<Kind>,
    /// Marks of the message.
    pub tags: Vec<Vec<u8>>,
    /// Parts of the message.
    pub parts: RangeInclusive<u8>,
    /// Who takes it.
    pub carrier: CarrierId,
    /// Its share among rules of equal rank and cost; 0 counts as 1.
    pub weight: u32,
    /// What a part costs, in a unit of the operator's; the cheapest of equal rank is taken.
    pub cost: u32,
    /// Who is tried when the carrier refuses, in this order.
    pub failover: Vec<CarrierId>,
    /// How far that goes.
    pub budget: Budget,
}

/// How much trying is allowed to one message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Budget {
    /// Carriers tried, the first one included.
    pub carriers_max: u8,
    /// Time from acceptance after which no other carrier is begun.
    pub time_max: Duration,
}

impl Default for Budget {
    fn default() -> Self {
        Self { carriers_max: 3, time_max: Duration::from_secs(300) }
    }
}

impl Default for Rule {
    /// A default route to the first carrier.
    fn default() -> Self {
        Self {
            name: String::new(),
            order: ORDER_DEFAULT,
            prefixes: Vec::new(),
            countries: Vec::new(),
            accounts: Vec::new(),
            senders: Vec::new(),
            sender_prefixes: Vec::new(),
            sender_kinds: Vec::new(),
            tags: Vec::new(),
            parts: 0..=u8::MAX,
            carrier: CarrierId(0),
            weight: 1,
            cost: 0,
            failover: Vec::new(),
            budget: Budget::default(),
        }
    }
}

/// The first condition of a rule that a message does not meet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mismatch {
    /// The destination begins otherwise.
    Prefix,
    /// The destination is of this country, or of none that is known.
    Country(Option<Country>),
    /// Another account.
    Account,
    /// Another sender.
    Sender,
    /// The sender begins otherwise.
    SenderPrefix,
    /// The sender is of this kind.
    SenderKind(Kind),
    /// None of its tags.
    Tag,
    /// It has so many parts.
    Parts(u8),
    /// The message came from this rule's carrier.
    Origin,
}

impl Rule {
    /// How many conditions it has beside prefixes: more of them go before fewer.
    pub fn conditions(&self) -> u8 {
        [
            !self.countries.is_empty(),
            !self.accounts.is_empty(),
            !self.senders.is_empty(),
            !self.sender_prefixes.is_empty(),
            !self.sender_kinds.is_empty(),
            !self.tags.is_empty(),
            self.parts != (0..=u8::MAX),
        ]
        .into_iter()
        .map(u8::from)
        .sum()
    }

    /// Its share of a draw.
    pub const fn share(&self) -> u64 {
        if self.weight == 0 { 1 } else { self.weight as u64 }
    }

    /// The first condition that does not hold, prefixes left aside.
    pub(super) fn mismatch(&self, facts: &Facts<'_, '_>) -> Option<Mismatch> {
        let question = facts.question;
        if question.origin == Some(self.carrier) {
            return Some(Mismatch::Origin);
        }
        if !held(&self.accounts, |&account| account == question.account) {
            return Some(Mismatch::Account);
        }
        if !self.parts.contains(&facts.parts()) {
            return Some(Mismatch::Parts(facts.parts()));
        }
        let sender = facts.sender();
        if !held(&self.senders, |whole| whole.eq_ignore_ascii_case(sender)) {
            return Some(Mismatch::Sender);
        }
        if !held(&self.sender_prefixes, |prefix| begins(sender, prefix)) {
            return Some(Mismatch::SenderPrefix);
        }
        if !held(&self.sender_kinds, |&kind| kind == facts.sender_kind()) {
            return Some(Mismatch::SenderKind(facts.sender_kind()));
        }
        if !held(&self.tags, |tag| question.tags.contains(&tag.as_slice())) {
            return Some(Mismatch::Tag);
        }
        if !held(&self.countries, |&country| facts.country() == Some(country)) {
            return Some(Mismatch::Country(facts.country()));
        }
        None
    }
}

/// Whether one of the values is right, or none is asked for.
fn held<T>(values: &[T], right: impl FnMut(&T) -> bool) -> bool {
    values.is_empty() || values.iter().any(right)
}

fn begins(sender: &[u8], prefix: &[u8]) -> bool {
    sender.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix))
}
