//! The reason dictionary: what people read of a reason, as data (`reasons.toml` beside this file).
//!
//! For each reason and for each situation that needs none: a title, a sentence, what to tell the customer, and
//! what to do next. **Invariant**: every [`Reason`] has exactly one entry, and every entry is of one; a test
//! holds both. Not here: what the code goes by ([`Reason::group`], [`Reason::permanent`]).

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::disposition::{Disposition, Evidence, Status};
use super::reason::Reason;

/// What people read of one reason or situation.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Its name, which stays.
    pub code: String,
    /// Whose side the cause is on; empty for a situation.
    #[serde(default)]
    pub group: String,
    /// Whether the same message can never arrive.
    #[serde(default)]
    pub permanent: bool,
    /// What it is, in a few words.
    pub title: String,
    /// What to do, in one sentence.
    #[serde(default)]
    pub advice: String,
    /// What a support rep reads, with `{carrier}` and `{sender}` to be filled in.
    pub reads: String,
    /// What to tell the customer.
    pub say: String,
    /// What to do next, the best first.
    pub next: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Dictionary {
    version: u32,
    reason: Vec<Entry>,
    situation: Vec<Entry>,
}

/// The version that this code reads.
const VERSION: u32 = 1;

const TEXT: &str = include_str!("reasons.toml");

static DICTIONARY: LazyLock<Option<Dictionary>> = LazyLock::new(|| {
    // It is our own text: a test reads it.
    toml::from_str::<Dictionary>(TEXT).ok().filter(|read| read.version == VERSION)
});

impl Entry {
    /// The entry of a reason.
    pub fn of(reason: Reason) -> Option<&'static Self> {
        Self::reasons().iter().find(|entry| entry.code == reason.name())
    }

    /// The entries of all reasons.
    pub fn reasons() -> &'static [Self] {
        DICTIONARY.as_ref().map_or(&[], |read| &read.reason)
    }

    /// The entries of situations, which need no reason.
    pub fn situations() -> &'static [Self] {
        DICTIONARY.as_ref().map_or(&[], |read| &read.situation)
    }

    /// What there is to read of a message: its reason's entry, or that of its situation.
    pub fn of_message(
        reason: Reason,
        status: Status,
        disposition: Disposition,
        evidence: Evidence,
    ) -> Option<&'static Self> {
        let in_progress = disposition == Disposition::InProgress;
        if reason != Reason::None && !(in_progress && status == Status::Sending) {
            return Self::of(reason);
        }
        let code = situation(status, disposition, evidence);
        Self::situations().iter().find(|entry| entry.code == code)
    }

    /// The sentence, with names filled in.
    pub fn sentence(&self, carrier: Option<&str>, sender: Option<&str>) -> String {
        filled(&self.reads, carrier, sender)
    }
}

/// A text of the dictionary with names filled in, or with what stands for them, capital at the beginning.
pub fn filled(text: &str, carrier: Option<&str>, sender: Option<&str>) -> String {
    let fill = |text: &str, key: &str, name: Option<&str>, otherwise: &str| {
        text.replace(key, name.unwrap_or(otherwise))
    };
    let first = text.starts_with('{');
    let text = fill(text, "{carrier}", carrier, "the carrier");
    let text = fill(&text, "{sender}", sender, "the sender");
    match text.strip_prefix("the ") {
        Some(rest) if first => format!("The {rest}"),
        _ => text,
    }
}

/// The name of a situation without a reason.
const fn situation(status: Status, disposition: Disposition, evidence: Evidence) -> &'static str {
    match status {
        Status::Received => return "received",
        Status::Forwarded => return "forwarded",
        Status::UndeliverableInbound => return "undeliverable_inbound",
        _ => {}
    }
    match disposition {
        Disposition::Delivered => match evidence {
            Evidence::Handset | Evidence::Read => "delivered_handset",
            _ => "delivered_network",
        },
        Disposition::Bounced => "bounced",
        Disposition::Blocked => "blocked",
        Disposition::Expired => "expired",
        Disposition::Misdirected => "misdirected",
        Disposition::Unknown => "unknown",
        Disposition::InProgress => match status {
            Status::Scheduled => "scheduled",
            Status::Sending => "sending",
            Status::Sent => "sent",
            _ => "queued",
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dictionary_has_every_reason_once_and_nothing_else() {
        let read: Dictionary = toml::from_str(TEXT).expect("it is TOML of this shape");
        assert_eq!(read.version, VERSION);
        let mut codes: Vec<&str> = read.reason.iter().map(|entry| &*entry.code).collect();
        let mut known: Vec<&str> = Reason::ALL.iter().map(|reason| reason.name()).collect();
        codes.sort_unstable();
        known.sort_unstable();
        assert_eq!(codes, known);
        for entry in &read.reason {
            let reason = Reason::from_name(&entry.code).expect("known");
            assert_eq!(entry.group, reason.group(), "{}", entry.code);
            assert_eq!(entry.permanent, reason.permanent(), "{}", entry.code);
            assert!(!entry.advice.is_empty(), "{}", entry.code);
        }
    }

    #[test]
    fn every_entry_says_what_it_is_what_to_say_and_what_to_do() {
        for entry in Entry::reasons().iter().chain(Entry::situations()) {
            for text in [&entry.title, &entry.reads, &entry.say] {
                assert!(!text.is_empty() && text.trim() == text, "{}: {text:?}", entry.code);
                let rest = text.replace("{carrier}", "").replace("{sender}", "");
                assert!(!rest.contains(['{', '}']), "{}: {text}", entry.code);
            }
            assert!((1..=4).contains(&entry.next.len()), "{}", entry.code);
            // What is told to the customer is no business of carriers by name.
            assert!(!entry.say.contains("{carrier}"), "{}", entry.code);
            assert!(entry.say.len() <= 200, "{} is longer than can be read out", entry.code);
        }
    }

    #[test]
    fn whatever_becomes_of_a_message_there_is_something_to_read() {
        for &status in Status::ALL {
            for &disposition in Disposition::ALL {
                for &evidence in Evidence::ALL {
                    let of = |reason| Entry::of_message(reason, status, disposition, evidence);
                    assert!(of(Reason::None).is_some(), "{status} {disposition} {evidence}");
                    let full = of(Reason::MemoryFull).expect("an entry");
                    assert!(full.code == "memory_full" || full.code == "sending");
                }
            }
        }
    }

    #[test]
    fn names_are_filled_in_and_what_is_not_known_has_a_word() {
        let text = "{carrier} does not accept messages from {sender}.";
        let said = filled(text, Some("orange"), Some("ACME"));
        assert_eq!(said, "orange does not accept messages from ACME.");
        let said = filled(text, None, Some("ACME"));
        assert_eq!(said, "The carrier does not accept messages from ACME.");
    }
}
