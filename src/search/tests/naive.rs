//! What a query means, told by comparing texts: the oracle knows no keys, columns or lists.

use super::kept::Kept;
use crate::base::clock::Timestamp;
use crate::message::record::Direction;
use crate::search::expression::{Expression, Pattern, Term, Wanted};
use crate::search::reading::Reading;

/// A query, asked at a moment by somebody.
pub(super) struct Question<'a> {
    query: &'a Expression,
    now: Timestamp,
    reads_texts: bool,
    /// Words that are ids of messages that there are.
    ids: Vec<&'a str>,
}

impl<'a> Question<'a> {
    /// `visible` is what the caller may see.
    pub(super) fn new<'b>(
        query: &'a Expression,
        now: Timestamp,
        reads_texts: bool,
        visible: impl Iterator<Item = &'b Kept> + Clone,
    ) -> Self {
        let word = |term: &'a Term| match &term.wanted {
            Wanted::Word(word) => Some(&**word),
            _ => None,
        };
        let is_id = |word: &&str| {
            let readings = Reading::all_of(word);
            let ids = [Reading::MessageId, Reading::CarrierId];
            let mut ids = ids.into_iter().filter(|id| readings.contains(id));
            ids.any(|id| visible.clone().any(|kept| is(kept, word, id)))
        };
        let ids = query.terms.iter().filter_map(word).filter(is_id).collect();
        Self { query, now, reads_texts, ids }
    }

    /// Whether a message has all that is looked for.
    pub(super) fn matches(&self, kept: &Kept) -> bool {
        self.query.terms.iter().all(|term| self.has(kept, term) != term.negated)
    }

    fn has(&self, kept: &Kept, term: &Term) -> bool {
        match &term.wanted {
            Wanted::Word(word) => {
                let slow = |one: &Reading| matches!(one, Reading::Reference | Reading::Text);
                let mut readings = Reading::all_of(word);
                readings.retain(|one| self.reads_texts || *one != Reading::Text);
                readings.retain(|one| !slow(one) || !self.ids.contains(&&**word));
                readings.into_iter().any(|reading| is(kept, word, reading))
            }
            Wanted::Since(when) => kept.at >= when.moment(self.now),
            Wanted::Until(when) => kept.at < when.moment(self.now),
            wanted => has(kept, wanted),
        }
    }
}

fn has(kept: &Kept, wanted: &Wanted) -> bool {
    match wanted {
        Wanted::To(pattern) => number(&kept.to, pattern),
        Wanted::From(pattern) => number(&kept.from, pattern),
        Wanted::Number(pattern) => number(&kept.to, pattern) || number(&kept.from, pattern),
        Wanted::Id(id) => kept.id == *id,
        Wanted::CarrierId(id) => same_id(kept, id),
        Wanted::Ref(text) => kept.reference == *text,
        Wanted::Account(name) => kept.account == name,
        Wanted::Carrier(name) => kept.carrier == name,
        Wanted::Disposition(one) => kept.state.disposition == *one,
        Wanted::Status(one) => kept.state.status == *one,
        Wanted::Reason(one) => kept.state.reason == *one,
        Wanted::Direction(one) => kept.direction == *one,
        Wanted::Type(_) => true,
        Wanted::Tag(text) => kept.tag == text,
        Wanted::Text(text) => says(&kept.text, text),
        Wanted::Word(_) | Wanted::Since(_) | Wanted::Until(_) => unreachable!("asked before"),
    }
}

/// Whether a message is what a bare word is read as.
fn is(kept: &Kept, word: &str, reading: Reading) -> bool {
    match reading {
        Reading::MessageId => kept.id == format!("msg_{}", word.to_lowercase()),
        Reading::Number => {
            let digits = word.chars().filter(char::is_ascii_digit).collect();
            let digits = Pattern::Exact(digits);
            number(&kept.to, &digits) || number(&kept.from, &digits)
        }
        Reading::CarrierId => same_id(kept, word),
        Reading::Sender => kept.from.eq_ignore_ascii_case(word),
        Reading::Reference => kept.reference == word,
        Reading::Text => says(&kept.text, word),
    }
}

/// The digits of a number from abroad, of one that Britons wrote.
fn abroad(number: &str) -> String {
    let digits = number.trim_start_matches('+');
    match (digits.strip_prefix("00"), digits.strip_prefix('0')) {
        (Some(digits), _) => digits.to_owned(),
        (None, Some(rest)) if digits.len() > 5 => format!("44{rest}"),
        _ => digits.to_owned(),
    }
}

fn is_number(text: &str) -> bool {
    let digits = text.trim_start_matches('+');
    !digits.is_empty() && digits.bytes().all(|octet| octet.is_ascii_digit())
}

fn number(kept: &str, pattern: &Pattern) -> bool {
    let digits = kept.trim_start_matches('+');
    match pattern {
        Pattern::Exact(text) if !is_number(text) => kept.eq_ignore_ascii_case(text),
        Pattern::Exact(text) => is_number(kept) && abroad(kept) == abroad(text),
        Pattern::Last(last) => is_number(kept) && digits.len() <= 15 && digits.ends_with(&**last),
        Pattern::Prefix(first) => is_number(kept) && begins(digits, first),
    }
}

fn begins(digits: &str, first: &str) -> bool {
    let asked = first.trim_start_matches('+');
    let whole = match (asked.strip_prefix("00"), asked.strip_prefix('0')) {
        (Some(whole), _) => whole.to_owned(),
        (None, Some("")) => String::new(),
        (None, Some(rest)) => format!("44{rest}"),
        (None, None) => asked.to_owned(),
    };
    let within = whole.strip_prefix("44").filter(|rest| !rest.is_empty());
    digits.starts_with(asked)
        || (!whole.is_empty()
            && (digits.starts_with(&whole)
                || digits.starts_with(&format!("00{whole}"))
                || within.is_some_and(|rest| digits.starts_with(&format!("0{rest}")))))
}

/// Whether a carrier's id is this one, in either base.
fn same_id(kept: &Kept, asked: &str) -> bool {
    let Some(id) = &kept.carrier_id else { return false };
    let plain = |id: &str| {
        let lower = id.to_lowercase();
        let short = lower.trim_start_matches('0');
        if short.is_empty() { "0".to_owned() } else { short.to_owned() }
    };
    let (id, asked) = (plain(id), plain(asked));
    if !asked.bytes().all(|octet| octet.is_ascii_hexdigit()) {
        return asked == id;
    }
    let hexadecimal = u128::from_str_radix(&asked, 16).map(|number| number.to_string());
    let decimal = asked.parse::<u128>().map(|number| format!("{number:x}"));
    asked == id || hexadecimal.as_deref() == Ok(&*id) || decimal.as_deref() == Ok(&*id)
}

/// Whether a text has words one after another; between ideographs there are no blanks.
fn says(text: &str, phrase: &str) -> bool {
    let split = |text: &str| -> Vec<String> {
        let mut words = vec![String::new()];
        for letter in text.to_lowercase().chars() {
            let alone = ('\u{4e00}'..='\u{9fff}').contains(&letter);
            if alone || !letter.is_alphanumeric() {
                words.push(String::new());
            }
            if alone {
                words.push(letter.to_string());
                words.push(String::new());
            } else if letter.is_alphanumeric() {
                words.last_mut().expect("one").push(letter);
            }
        }
        words.retain(|word| !word.is_empty());
        words
    };
    let (text, phrase) = (split(text), split(phrase));
    !phrase.is_empty() && text.windows(phrase.len()).any(|some| some == phrase)
}

/// The oracle's own ends are held to what people mean.
#[test]
fn the_oracle_compares_as_people_do() {
    let exact = |text: &str| Pattern::Exact(text.to_owned());
    assert!(number("07400123456", &exact("+447400123456")));
    assert!(!number("ACME", &exact("447400123456")));
    assert!(begins("004474", "+4474") && begins("074", "+4474") && !begins("0744", "+4"));
    assert!(says("Your Parcel is late", "parcel IS") && !says("Your Parcel is late", "your is"));
    assert!(says("您的验证码是1234", "验证码") && Direction::Inbound != Direction::Outbound);
}
