//! Writing a text for the carrier that takes it: in its default alphabet, in national tables it takes,
//! or without the marks that alone make it UCS-2.
//!
//! A text given by the API has no coding of its own and is written in the cheapest that the carrier
//! takes. A text by SMPP is in its sender's own coding, and changed only if the account says so.
//! **Invariants**: what its sender cut or headed is left alone; letters are changed only if all of the
//! text then fits the GSM alphabet; how many is told.

use crate::gsm::coding::DefaultAlphabet;
use crate::gsm::concatenation::Reference;
use crate::gsm::language::{Language, Shifts};
use crate::gsm::part::{Segment, Segments, UDHI};
use crate::gsm::segments::{National, SegmentOptions, segment};
use crate::gsm::transliterate::{Level, transliterate};
use crate::gsm::{alphabet::Alphabet, packing, septets, text, ucs2};
use crate::message::record::Message;
use crate::wire::smpp::tlv::Tlvs;
use crate::wire::smpp::tlv_table::Tag;

/// How a text may be written.
#[derive(Clone, Copy, Debug)]
pub struct Pen<'a> {
    /// Whether it came as a text, in GSM septets (`data_coding` 0) or UCS-2 (8) for want of a carrier.
    pub is_plain_text: bool,
    /// What `data_coding` 0 means to the carrier, and to those that may have the message after it: it
    /// is written once for all of them.
    pub defaults: &'a [DefaultAlphabet],
    /// Languages whose tables all of them take.
    pub national: &'a [Language],
    /// How far letters may be changed to avoid UCS-2; `None`: not at all.
    pub transliterate: Option<Level>,
}

/// A text in another coding than it came in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rewritten {
    /// SMPP §5.2.19.
    pub data_coding: u8,
    /// All of it, if it is to be cut as any other.
    body: Vec<u8>,
    /// What its user data header asks of `esm_class`.
    esm_class: u8,
    /// Its parts, where its coding decides how it is cut.
    pub parts: Option<Vec<Segment>>,
    /// The tables of its septets.
    pub shifts: Shifts,
    /// Characters that are others now.
    pub changed: u16,
}

const DEFAULT_CODING: u8 = 0;
const UCS2_CODING: u8 = 8;

/// A message's text as this carrier had better be given it; `None`: as it is. `reference` is what its
/// parts share.
pub fn rewrite(message: &Message<'_>, pen: &Pen<'_>, reference: u8) -> Option<Rewritten> {
    let concerned = match message.data_coding {
        DEFAULT_CODING => {
            pen.is_plain_text && pen.defaults.iter().any(|it| *it != DefaultAlphabet::Gsm7)
        }
        UCS2_CODING => pen.transliterate.is_some() || pen.is_plain_text && !pen.national.is_empty(),
        _ => false,
    };
    if !concerned || is_cut(message) {
        return None;
    }
    let read = text::decode(message.data_coding, DefaultAlphabet::Gsm7, false, message.body);
    // What cannot be read is not touched.
    let text = if read.replaced() == 0 { read.text? } else { return None };
    if message.data_coding == DEFAULT_CODING {
        return Some(match in_all(&text, pen.defaults) {
            Some(body) => Rewritten::whole(DEFAULT_CODING, body, 0),
            None => Rewritten::whole(UCS2_CODING, ucs2::encode(&text), 0),
        });
    }
    if pen.is_plain_text
        && let Some(rewritten) = in_national_tables(&text, pen, reference)
    {
        return Some(rewritten);
    }
    let (text, changes) = transliterate(&text, pen.transliterate?);
    let body = in_all(&text, pen.defaults)?;
    let changed = u16::try_from(changes.len()).unwrap_or(u16::MAX);
    Some(Rewritten::whole(DEFAULT_CODING, body, changed))
}

/// Whether it is a part already, or has a header that its sender wrote (SMPP §5.2.12, §5.3.2.22).
fn is_cut(message: &Message<'_>) -> bool {
    message.esm_class & UDHI != 0
        || Tlvs::new(message.tlvs).unwrap_or_default().get(Tag::SAR_MSG_REF_NUM).is_some()
}

/// A text in what `data_coding` 0 means to several carriers, if it is the same octets to all.
fn in_all(text: &str, defaults: &[DefaultAlphabet]) -> Option<Vec<u8>> {
    let (first, others) = defaults.split_first()?;
    let octets = in_default(text, *first)?;
    let same = |other: &DefaultAlphabet| {
        other == first || in_default(text, *other).as_ref() == Some(&octets)
    };
    others.iter().all(same).then_some(octets)
}

/// A text in what `data_coding` 0 means, if all of it is there. What the carrier turns into the GSM
/// alphabet on its way has to be in that too.
fn in_default(text: &str, default: DefaultAlphabet) -> Option<Vec<u8>> {
    let septets = septets::encode(text, Shifts::DEFAULT)?;
    match default {
        DefaultAlphabet::Gsm7 => Some(septets),
        DefaultAlphabet::Gsm7Packed => Some(packed(septets)),
        DefaultAlphabet::Latin1 => {
            text.chars().map(|letter| u8::try_from(u32::from(letter)).ok()).collect()
        }
        DefaultAlphabet::Ia5 => text.is_ascii().then(|| text.as_bytes().to_vec()),
    }
}

/// Eight septets in seven octets. A CR fills the place that would read as `@`, since nothing says how
/// many septets there are (TS 23.038 §6.1.2.3.1).
fn packed(mut septets: Vec<u8>) -> Vec<u8> {
    if septets.len() % 8 == 7 {
        septets.push(b'\r');
    }
    packing::pack(&septets, 0)
}

/// A text in national tables, where they make it no longer than UCS-2 does (TS 23.038 §6.2.1.2).
fn in_national_tables(text: &str, pen: &Pen<'_>, reference: u8) -> Option<Rewritten> {
    let (&default, others) = pen.defaults.split_first()?;
    let septets = matches!(default, DefaultAlphabet::Gsm7 | DefaultAlphabet::Gsm7Packed);
    if !septets || others.iter().any(|other| *other != default) {
        return None;
    }
    let options = SegmentOptions {
        national: National::Any(pen.national),
        ..SegmentOptions::new(Reference::Narrow(reference))
    };
    let Segments { alphabet, shifts, data_coding, parts, .. } = segment(text, &options).ok()?;
    if alphabet != Alphabet::Gsm7 {
        return None;
    }
    let only = if let [only] = &parts[..] { Some(only) } else { None };
    Some(Rewritten {
        data_coding,
        body: only.map_or_else(Vec::new, |only| octets(only, default)),
        esm_class: only.map_or(0, Segment::esm_class),
        parts: only.is_none().then_some(parts),
        shifts,
        changed: 0,
    })
}

/// The user data of a part as SMPP carries it to this carrier.
pub fn octets(part: &Segment, default: DefaultAlphabet) -> Vec<u8> {
    if default == DefaultAlphabet::Gsm7Packed { part.packed() } else { part.short_message() }
}

impl Rewritten {
    const fn whole(data_coding: u8, body: Vec<u8>, changed: u16) -> Self {
        Self { data_coding, body, esm_class: 0, parts: None, shifts: Shifts::DEFAULT, changed }
    }

    /// The message with this text.
    pub fn apply<'m>(&'m self, message: &Message<'m>) -> Message<'m> {
        Message {
            data_coding: self.data_coding,
            esm_class: message.esm_class | self.esm_class,
            body: &self.body,
            ..*message
        }
    }
}

#[cfg(test)]
mod tests;
