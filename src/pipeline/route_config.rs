//! What a `[[route]]` says, checked, with accounts and carriers by their places in the settings.

use std::ops::RangeInclusive;

use crate::address::country::Country;
use crate::address::kind::Kind;
use crate::route::rule::{Budget, ORDER_DEFAULT};

/// Under which conditions which carrier takes a message. A condition without values always holds, one
/// with several holds if one of them does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RouteConfig {
    /// How people call it; unless given, by its place.
    pub name: Option<String>,
    /// Lower goes first, whatever the prefixes.
    pub order: u16,
    /// Leading digits of the destination without `+`; empty is every destination.
    pub prefixes: Vec<String>,
    /// Countries of the destination.
    pub countries: Vec<Country>,
    /// Indexes into [`Settings::accounts`](super::settings::Settings::accounts).
    pub accounts: Vec<usize>,
    /// Whole senders.
    pub senders: Vec<String>,
    /// Beginnings of senders.
    pub sender_prefixes: Vec<String>,
    /// Kinds of sender.
    pub sender_kinds: Vec<Kind>,
    /// Marks of the message.
    pub tags: Vec<String>,
    /// Parts of the message.
    pub parts: RangeInclusive<u8>,
    /// Index into [`Settings::carriers`](super::settings::Settings::carriers).
    pub carrier: usize,
    /// Share among routes of equal rank and cost.
    pub weight: u32,
    /// What a part costs, in a unit of the operator's.
    pub cost: u32,
    /// Indexes of the carriers tried after a refusal.
    pub failover: Vec<usize>,
    /// How far that goes.
    pub budget: Budget,
    /// Parts per second that leave by it, over all its carriers; `None` is unlimited.
    pub rate_per_second: Option<u32>,
    /// Parts that may leave at once after a pause.
    pub burst: u32,
}

impl Default for RouteConfig {
    fn default() -> Self {
        Self {
            name: None,
            order: ORDER_DEFAULT,
            prefixes: Vec::new(),
            countries: Vec::new(),
            accounts: Vec::new(),
            senders: Vec::new(),
            sender_prefixes: Vec::new(),
            sender_kinds: Vec::new(),
            tags: Vec::new(),
            parts: 0..=u8::MAX,
            carrier: 0,
            weight: 1,
            cost: 0,
            failover: Vec::new(),
            budget: Budget::default(),
            rate_per_second: None,
            burst: 1,
        }
    }
}

impl RouteConfig {
    /// Destinations that begin with a prefix to a carrier; an empty prefix is the default route.
    pub fn to(prefix: &str, carrier: usize) -> Self {
        Self { prefixes: vec![prefix.to_owned()], carrier, ..Self::default() }
    }

    /// What it is called: its name, or its place from 1.
    pub fn called(&self, place: usize) -> String {
        self.name.clone().unwrap_or_else(|| (place + 1).to_string())
    }

    /// Whether it takes whatever there is.
    pub fn is_default(&self) -> bool {
        self.prefixes.iter().all(String::is_empty)
            && self.countries.is_empty()
            && self.accounts.is_empty()
            && self.senders.is_empty()
            && self.sender_prefixes.is_empty()
            && self.sender_kinds.is_empty()
            && self.tags.is_empty()
            && self.parts == (0..=u8::MAX)
    }
}
