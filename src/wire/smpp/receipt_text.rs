//! The text of a delivery receipt (SMPP v3.4 Appendix B): read leniently.
//!
//! Its place: under [`super::receipt`]. The text has no grammar that all SMSCs keep: keys come in
//! any case and order, with or without blanks, some or all but one are missing. So it is searched
//! for keys, and what stands between two keys belongs to the first.
//!
//! **Invariants**: the first of repeated keys counts; what stands after `text:` is the message's own
//! words and is searched only while `id` or `stat` are still missing.
//! **Not here**: what a date means (see [`super::receipt_date`]), which id is right.

use crate::wire::smpp::message_state::MessageState;

/// What a receipt's text says, as octets of that text.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ReceiptText<'a> {
    /// The message's name at the SMSC.
    pub id: Option<&'a [u8]>,
    /// How many messages were submitted; seldom meant.
    pub sub: Option<&'a [u8]>,
    /// How many were delivered; seldom meant.
    pub dlvrd: Option<&'a [u8]>,
    /// When it was submitted, as it came.
    pub submit_date: Option<&'a [u8]>,
    /// When it came to its state, as it came.
    pub done_date: Option<&'a [u8]>,
    /// The state's word.
    pub stat: Option<&'a [u8]>,
    /// The network's or the SMSC's error: digits, hexadecimal or letters.
    pub err: Option<&'a [u8]>,
    /// The beginning of the message.
    pub text: Option<&'a [u8]>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Key {
    Id,
    Sub,
    Dlvrd,
    SubmitDate,
    DoneDate,
    Stat,
    Err,
    Text,
}

/// A key found in the text: where it begins, and where its value begins.
#[derive(Clone, Copy)]
struct Found {
    key: Key,
    begins: usize,
    value: usize,
}

impl<'a> ReceiptText<'a> {
    /// Reads `text`; what is not there stays `None`. Nothing is ever refused.
    pub fn parse(text: &'a [u8]) -> Self {
        let text = text.strip_suffix(&[0]).unwrap_or(text);
        classic(text).unwrap_or_else(|| Self::search(text))
    }

    /// Finds the keys wherever they are.
    fn search(text: &'a [u8]) -> Self {
        let mut receipt = Self::default();
        let mut bare = None;
        let mut from = 0;
        let mut open: Option<Found> = None;
        while let Some(found) = next_key(text, from) {
            from = found.value;
            if receipt.has(found.key) || open.is_some_and(|open| open.key == found.key) {
                continue;
            }
            let span = match open {
                Some(open) => text.get(open.value..found.begins),
                None => text.get(..found.begins),
            };
            let rest = receipt.take(open, span.unwrap_or_default(), true);
            bare = bare.or_else(|| state_word(rest));
            open = Some(found);
            let known = receipt.id.is_some() && (receipt.stat.is_some() || bare.is_some());
            if found.key == Key::Text && known {
                break;
            }
        }
        let begins = open.map_or(0, |open| open.value);
        let rest = receipt.take(open, text.get(begins..).unwrap_or_default(), false);
        receipt.stat = receipt.stat.or(bare).or_else(|| state_word(rest));
        receipt
    }

    /// Whether it says anything that a receipt says.
    pub fn is_receipt(&self) -> bool {
        self.id.is_some() || self.stat.is_some()
    }

    /// The state its `stat` means.
    pub fn message_state(&self) -> Option<MessageState> {
        MessageState::from_stat(self.stat?)
    }

    fn has(&self, key: Key) -> bool {
        self.get(key).is_some()
    }

    fn get(&self, key: Key) -> Option<&'a [u8]> {
        match key {
            Key::Id => self.id,
            Key::Sub => self.sub,
            Key::Dlvrd => self.dlvrd,
            Key::SubmitDate => self.submit_date,
            Key::DoneDate => self.done_date,
            Key::Stat => self.stat,
            Key::Err => self.err,
            Key::Text => self.text,
        }
    }

    /// Gives a key what stands between it and the next; what it does not take comes back.
    fn take(&mut self, open: Option<Found>, span: &'a [u8], key_follows: bool) -> &'a [u8] {
        let Some(Found { key, .. }) = open else {
            return span;
        };
        let (value, rest) = match key {
            Key::Text if key_follows => (span.trim_ascii_end(), Default::default()),
            Key::Text => (span, Default::default()),
            Key::SubmitDate | Key::DoneDate => date(span),
            _ => token(span),
        };
        let slot = match key {
            Key::Id => &mut self.id,
            Key::Sub => &mut self.sub,
            Key::Dlvrd => &mut self.dlvrd,
            Key::SubmitDate => &mut self.submit_date,
            Key::DoneDate => &mut self.done_date,
            Key::Stat => &mut self.stat,
            Key::Err => &mut self.err,
            Key::Text => &mut self.text,
        };
        *slot = Some(value);
        rest
    }
}

/// Reads the text as Appendix B has it, which is what most SMSCs write: all keys in their order, one
/// blank before each. A third of the time of a search; `None` for anything else.
fn classic(text: &[u8]) -> Option<ReceiptText<'_>> {
    let mut rest = text.strip_prefix(b"id:")?;
    let id = value(&mut rest, b" sub:")?;
    let sub = value(&mut rest, b" dlvrd:")?;
    let dlvrd = value(&mut rest, b" submit date:")?;
    let submit_date = value(&mut rest, b" done date:")?;
    let done_date = value(&mut rest, b" stat:")?;
    let stat = value(&mut rest, b" err:")?;
    let end = rest.iter().position(|octet| !is_value(*octet)).unwrap_or(rest.len());
    let (err, rest) = rest.split_at(end);
    let text = match rest {
        [] => None,
        rest => Some(rest.strip_prefix(b" text:").or_else(|| rest.strip_prefix(b" Text:"))?),
    };
    Some(ReceiptText {
        id: Some(id),
        sub: Some(sub),
        dlvrd: Some(dlvrd),
        submit_date: Some(submit_date),
        done_date: Some(done_date),
        stat: Some(stat),
        err: Some(err),
        text,
    })
}

/// Parts off a value and the key after it.
fn value<'a>(rest: &mut &'a [u8], key: &[u8]) -> Option<&'a [u8]> {
    let end = rest.iter().position(|octet| !is_value(*octet))?;
    let (value, after) = rest.split_at(end);
    *rest = after.strip_prefix(key)?;
    (!value.is_empty()).then_some(value)
}

/// What a value may be made of for its end to be beyond doubt. A set of bits: every octet of every
/// receipt comes by here.
const fn is_value(octet: u8) -> bool {
    octet.is_ascii() && VALUES >> octet & 1 == 1
}

const VALUES: u128 = {
    let mut set = 0;
    let mut octet = 0_u8;
    while octet.is_ascii() {
        if octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'.' | b'@' | b'_' | b'+') {
            set |= 1 << octet;
        }
        octet += 1;
    }
    set
};

/// A lone state word, for where the key `stat:` itself was left away.
fn state_word(span: &[u8]) -> Option<&[u8]> {
    span.split(|&octet| is_gap(octet))
        .find(|word| !word.is_empty() && MessageState::from_stat(word).is_some())
}

/// What parts one value from the next.
fn is_gap(octet: u8) -> bool {
    octet.is_ascii_whitespace() || matches!(octet, b';' | b',' | b'|' | 0)
}

/// The first word of a span, and what is after it.
fn token(span: &[u8]) -> (&[u8], &[u8]) {
    let start = span.iter().position(|&octet| !is_gap(octet)).unwrap_or(span.len());
    let (_, word) = span.split_at(start);
    let end = word.iter().position(|&octet| is_gap(octet)).unwrap_or(word.len());
    word.split_at(end)
}

/// A date, which may be of two words: a day, and a time with colons.
fn date(span: &[u8]) -> (&[u8], &[u8]) {
    let (day, rest) = token(span);
    let (time, after) = token(rest);
    let is_time = time.first().is_some_and(u8::is_ascii_digit) && time.contains(&b':');
    if !is_time || day.is_empty() {
        return (day, rest);
    }
    // The two words as one slice: from the day's begin to the time's end.
    let skipped = span.len() - day.len() - rest.len();
    let end = span.len() - after.len();
    (span.get(skipped..end).unwrap_or(day), after)
}

/// The next key at or after `from`: a known word before a colon, with nothing of a word before it.
fn next_key(text: &[u8], from: usize) -> Option<Found> {
    let mut at = from;
    loop {
        let colon = at + memchr::memchr(b':', text.get(at..)?)?;
        let before = text.get(from..colon)?;
        if let Some((key, length)) = key_at_end(before) {
            return Some(Found { key, begins: colon - length, value: colon + 1 });
        }
        at = colon + 1;
    }
}

/// The key that `before` ends in, and how many octets it takes.
fn key_at_end(before: &[u8]) -> Option<(Key, usize)> {
    let (rest, word) = last_word(before.trim_ascii_end());
    let is = |name: &[u8]| word.eq_ignore_ascii_case(name);
    // By length first: most words before a colon are told apart by it.
    let key = match word.len() {
        2 if is(b"id") => Key::Id,
        3 if is(b"sub") => Key::Sub,
        3 if is(b"err") => Key::Err,
        4 if is(b"date") => return date_key_at_end(rest, before.len()),
        4 if is(b"stat") => Key::Stat,
        4 if is(b"text") => Key::Text,
        4 if is(b"dlvr") => Key::Dlvrd,
        5 if is(b"dlvrd") => Key::Dlvrd,
        5 if is(b"state") => Key::Stat,
        5 if is(b"error") => Key::Err,
        6 if is(b"status") => Key::Stat,
        8 if is(b"donedate") => Key::DoneDate,
        10 if is(b"submitdate") => Key::SubmitDate,
        _ => return None,
    };
    Some((key, before.len() - rest.len()))
}

/// Which of the two dates, where `date` stood apart: by the word before it.
fn date_key_at_end(before: &[u8], end: usize) -> Option<(Key, usize)> {
    let joint = |octet: &u8| matches!(octet, b' ' | b'\t' | b'_' | b'-');
    let length = before.iter().rposition(|octet| !joint(octet))? + 1;
    let (rest, word) = last_word(before.get(..length)?);
    let key = if word.eq_ignore_ascii_case(b"submit") {
        Key::SubmitDate
    } else if word.eq_ignore_ascii_case(b"done") {
        Key::DoneDate
    } else {
        return None;
    };
    Some((key, end - rest.len()))
}

/// Parts off the letters and digits at the end.
fn last_word(octets: &[u8]) -> (&[u8], &[u8]) {
    let start = octets.iter().rposition(|octet| !octet.is_ascii_alphanumeric());
    octets.split_at(start.map_or(0, |position| position + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> ReceiptText<'_> {
        ReceiptText::parse(text.as_bytes())
    }

    #[test]
    fn keys_are_found_in_any_case_order_and_spelling() {
        let receipt = parse("junk ERR : 5;Done_Date:2611211530;SUBMITDATE:2611211529 Stat:x,ID:7");
        assert_eq!(receipt.err, Some(&b"5"[..]));
        assert_eq!(receipt.done_date, Some(&b"2611211530"[..]));
        assert_eq!(receipt.submit_date, Some(&b"2611211529"[..]));
        assert_eq!((receipt.stat, receipt.id), (Some(&b"x"[..]), Some(&b"7"[..])));
    }

    #[test]
    fn words_of_the_message_are_no_keys_once_id_and_stat_are_known() {
        let receipt = parse("id:1 stat:UNDELIV err:9 text:stat:DELIVRD id:2 ");
        assert_eq!(receipt.stat, Some(&b"UNDELIV"[..]));
        assert_eq!(receipt.text, Some(&b"stat:DELIVRD id:2 "[..]));
    }

    #[test]
    fn a_longer_word_that_ends_like_a_key_is_no_key() {
        assert_eq!(parse("paid:5 id:6").id, Some(&b"6"[..]));
    }

    #[test]
    fn a_bare_state_word_counts_where_the_key_is_missing() {
        let receipt = parse("id:5 done date:180903120816 DELIVRD err:000 text:EXPIRED");
        assert_eq!(receipt.message_state(), Some(MessageState::Delivered));
        assert_eq!(receipt.done_date, Some(&b"180903120816"[..]));
    }

    #[test]
    fn a_bare_state_word_does_not_count_against_the_key() {
        let receipt = parse("unknown sender id:5 stat:DELIVRD text:x");
        assert_eq!(receipt.message_state(), Some(MessageState::Delivered));
        assert_eq!(receipt.text, Some(&b"x"[..]));
    }

    #[test]
    fn an_empty_value_does_not_swallow_the_next_key() {
        let receipt = parse("id: sub:001 err: stat:EXPIRED");
        assert_eq!((receipt.id, receipt.err), (Some(&b""[..]), Some(&b""[..])));
        assert_eq!(receipt.stat, Some(&b"EXPIRED"[..]));
    }

    #[test]
    fn a_date_may_have_a_time_after_a_blank() {
        let receipt = parse("submit date:2026-11-21 15:30:00 done date: 2026-11-21 15:31 stat:x");
        assert_eq!(receipt.submit_date, Some(&b"2026-11-21 15:30:00"[..]));
        assert_eq!(receipt.done_date, Some(&b"2026-11-21 15:31"[..]));
    }

    #[test]
    fn the_short_way_and_the_search_read_the_same() {
        let classic = "id:1a2b-C@x.y sub:001 dlvrd:000 submit date:2611211530 done date:2611211531 \
                       stat:UNDELIV err:069 text:id:9 stat:DELIVRD";
        let octets = classic.as_bytes();
        assert!(super::classic(octets).is_some());
        for end in 0..=octets.len() {
            let cut = &octets[..end];
            assert_eq!(ReceiptText::parse(cut), ReceiptText::search(cut), "cut at {end}");
        }
        for at in 0..octets.len() {
            for octet in [b' ', b':', b';', b'T', 0] {
                let mut other = octets.to_vec();
                other[at] = octet;
                let other = other.strip_suffix(&[0]).unwrap_or(&other);
                let (short, search) = (ReceiptText::parse(other), ReceiptText::search(other));
                assert_eq!(short, search, "{}", other.escape_ascii());
            }
        }
    }
}
