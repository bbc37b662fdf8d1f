//! What became of a message, in the words that a rep reads out: the dictionary's entry, and who says so.

use crate::message::dictionary::{Entry, filled};
use crate::message::disposition::{Disposition, Evidence};
use crate::message::reason::Reason;
use crate::message::state::State;

/// What a rep reads of a message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Verdict {
    /// The bucket, as a name.
    pub(super) disposition: &'static str,
    /// A sign beside its word: colour alone tells nothing.
    pub(super) sign: &'static str,
    /// The bucket, as a word.
    pub(super) word: &'static str,
    /// Why, in a few words; empty where the bucket says it.
    pub(super) title: String,
    pub(super) sentence: String,
    /// Who says so.
    pub(super) evidence: &'static str,
    /// Whose side the cause is on; empty where nothing is wrong.
    pub(super) fault: &'static str,
    /// Whether trying again can help; empty where nothing is wrong.
    pub(super) lasting: &'static str,
    /// What to tell the customer.
    pub(super) say: String,
    /// What to do, the best first.
    pub(super) next: Vec<String>,
    /// The reason's name, for its page; empty without one.
    pub(super) code: &'static str,
    pub(super) contradicted: bool,
    pub(super) may_be_double: bool,
}

impl Verdict {
    /// What there is to read of a state, with the names that are known.
    pub(super) fn of(state: &State, carrier: Option<&str>, sender: Option<&str>) -> Self {
        let State { status, disposition, evidence, reason, .. } = *state;
        let entry = Entry::of_message(reason, status, disposition, evidence);
        let fill = |text: &str| filled(text, carrier, sender);
        let explained = reason != Reason::None;
        let went_well = disposition == Disposition::Delivered;
        Self {
            disposition: disposition.name(),
            sign: sign(disposition),
            word: word(disposition, state.inbound()),
            title: entry.filter(|_| explained).map_or(String::new(), |entry| entry.title.clone()),
            sentence: entry.map_or(String::new(), |entry| fill(&entry.reads)),
            evidence: said_by(evidence),
            fault: if explained && !went_well { side(reason.group()) } else { "" },
            lasting: match (explained && !went_well, disposition, state.permanent()) {
                (false, ..) => "",
                (true, Disposition::InProgress, _) => "It goes on by itself",
                (true, _, true) => "Permanent: the same message can never arrive",
                (true, _, false) => "Temporary: trying again can help",
            },
            say: entry.map_or(String::new(), |entry| fill(&entry.say)),
            next: entry.map_or(Vec::new(), |entry| entry.next.iter().map(|it| fill(it)).collect()),
            code: if explained { reason.name() } else { "" },
            contradicted: state.contradicted(),
            may_be_double: state.may_be_double(),
        }
    }
}

/// A bucket as a word.
pub(super) const fn word(disposition: Disposition, inbound: bool) -> &'static str {
    match disposition {
        Disposition::InProgress if inbound => "Received",
        Disposition::InProgress => "In progress",
        Disposition::Delivered if inbound => "Passed on",
        Disposition::Delivered => "Delivered",
        Disposition::Bounced => "Bounced",
        Disposition::Blocked => "Blocked",
        Disposition::Expired => "Expired",
        Disposition::Misdirected => "Misdirected",
        Disposition::Unknown => "Unknown",
    }
}

/// A sign of its own for each bucket.
pub(super) const fn sign(disposition: Disposition) -> &'static str {
    match disposition {
        Disposition::InProgress => "…",
        Disposition::Delivered => "✓",
        Disposition::Bounced => "✗",
        Disposition::Blocked => "⊘",
        Disposition::Expired => "◔",
        Disposition::Misdirected => "⤳",
        Disposition::Unknown => "?",
    }
}

const fn said_by(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::Inferred => "nobody: concluded from silence",
        Evidence::Gateway => "this gateway",
        Evidence::Submitted => "the carrier, when it was handed over",
        Evidence::Network => "the network, by a receipt",
        Evidence::Handset => "the phone, by a receipt",
        Evidence::Read => "the phone: it was read",
    }
}

fn side(group: &str) -> &'static str {
    match group {
        "handset" => "the phone or its plan",
        "number" => "the number",
        "policy" => "the recipient's wish",
        "sender" => "the sender",
        "gateway" => "this gateway",
        "routing" => "our routes",
        "carrier" => "the carrier",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::event::What;
    use crate::message::record::Message;

    #[test]
    fn whatever_ended_a_message_is_told_with_side_sentence_and_action() {
        for &reason in Reason::ALL {
            let mut state = State::accepted(&Message::default());
            state.apply(&What::Ended { reason });
            let verdict = Verdict::of(&state, Some("orange"), Some("ACME"));
            assert!(!verdict.sentence.is_empty() && !verdict.say.is_empty(), "{reason}");
            assert!(!verdict.next.is_empty() && !verdict.sentence.contains('{'), "{reason}");
            let is_fault = !matches!(reason, Reason::None);
            assert_eq!(!verdict.fault.is_empty(), is_fault, "{reason}");
        }
    }

    #[test]
    fn every_bucket_has_a_word_and_a_sign_of_its_own() {
        let all = Disposition::ALL.iter();
        let mut signs: Vec<_> = all.map(|one| (sign(*one), word(*one, false))).collect();
        signs.sort_unstable();
        signs.dedup_by_key(|(sign, _)| *sign);
        assert_eq!(signs.len(), Disposition::ALL.len());
    }
}
