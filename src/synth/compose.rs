//! The text of a message: a template of its language with everything filled in, in its alphabet, cut.

use std::fmt::Write as _;

use super::language_table::Language;
use crate::gsm::alphabet::encode;
use crate::gsm::coding::DefaultAlphabet;
use crate::gsm::concatenation::Reference;
use crate::gsm::octet_segments::segment_octets;
use crate::gsm::part::Segment;
use crate::gsm::text::UserData;

/// What a message is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Purpose {
    Code,
    Notice,
    Offer,
}

/// A text as it is kept: one body, or several parts.
#[derive(Clone, Debug)]
pub(super) struct Body {
    pub(super) data_coding: u8,
    pub(super) octets: Vec<u8>,
    /// Its parts, if it does not fit into one.
    pub(super) parts: Vec<Segment>,
}

const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Makes texts up, in memory that is used again.
#[derive(Debug, Default)]
pub(super) struct Composer {
    text: String,
    references: u16,
}

impl Composer {
    /// A text for a purpose.
    pub(super) fn body(
        &mut self,
        purpose: Purpose,
        language: &Language,
        brand: &str,
        random: &mut fastrand::Rng,
    ) -> Body {
        let templates = match purpose {
            Purpose::Code => language.codes,
            Purpose::Notice => language.notices,
            Purpose::Offer => language.offers,
        };
        self.text.clear();
        let mut rest = one(templates, random);
        while let Some((before, after)) = rest.split_once('{') {
            self.text.push_str(before);
            let (slot, after) = after.split_once('}').unwrap_or((after, ""));
            self.fill(slot, language, brand, random);
            rest = after;
        }
        self.text.push_str(rest);
        self.encoded()
    }

    /// A handset's answer.
    pub(super) fn reply(&mut self, language: &Language, random: &mut fastrand::Rng) -> Body {
        self.text.clear();
        self.text.push_str(one(language.replies, random));
        self.encoded()
    }

    fn fill(&mut self, slot: &str, language: &Language, brand: &str, random: &mut fastrand::Rng) {
        let text = &mut self.text;
        // Writing to a String cannot fail.
        let _ = match slot {
            "b" => text.write_str(brand),
            "n" => text.write_str(one(language.names, random)),
            "t" => text.write_str(one(language.things, random)),
            "c" => write!(text, "{:06}", random.u32(..1_000_000)),
            "a" => write!(text, "{}.{:02}", random.u32(1..2_000), random.u32(..100)),
            "o" => write!(text, "{}{:07}", random.uppercase(), random.u32(..10_000_000)),
            "h" => write!(text, "{:02}:{:02}", random.u8(8..19), random.u8(..4) * 15),
            "d" => write!(text, "{}", random.u8(1..29)),
            _ => {
                text.push_str("https://t.example/");
                let drawn = random.u64(..);
                for place in 0..7 {
                    text.push(char::from(LETTERS[(drawn >> (place * 5) & 31) as usize]));
                }
                Ok(())
            }
        };
    }

    fn encoded(&mut self) -> Body {
        let text = encode(&self.text);
        let data_coding = text.alphabet.data_coding();
        let mut body = Body { data_coding, octets: text.octets, parts: Vec::new() };
        if text.units > text.alphabet.units_beside(0) {
            self.references = self.references.wrapping_add(1);
            let reference = Reference::Narrow(self.references as u8);
            let data = UserData { data_coding, udhi: false, octets: &body.octets };
            let cut = segment_octets(data, DefaultAlphabet::Gsm7, reference);
            body.parts = cut.map(|cut| cut.parts).unwrap_or_default();
        }
        body
    }
}

fn one<'a>(list: &[&'a str], random: &mut fastrand::Rng) -> &'a str {
    list.get(random.usize(..list.len().max(1))).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::countries_table::COUNTRIES;
    use super::*;
    use crate::gsm::text::decode;

    #[test]
    fn texts_of_every_language_read_back_with_nothing_left_to_fill_in() {
        let (mut composer, mut random) = (Composer::default(), fastrand::Rng::with_seed(1));
        let mut codings = std::collections::BTreeSet::new();
        let mut cut = 0;
        for turn in 0..4_000 {
            let language = COUNTRIES[turn % COUNTRIES.len()].language;
            let purpose = [Purpose::Code, Purpose::Notice, Purpose::Offer][turn % 3];
            let body = composer.body(purpose, language, "NordBank", &mut random);
            let read = decode(body.data_coding, DefaultAlphabet::Gsm7, false, &body.octets);
            let text = read.text.expect("a text");
            assert!(!text.contains(['{', '}']), "{text}");
            assert!(body.octets.len() <= 160 || !body.parts.is_empty());
            assert!(body.parts.len() <= 10 && body.parts.len() != 1);
            codings.insert(body.data_coding);
            cut += usize::from(!body.parts.is_empty());
        }
        assert_eq!(codings.into_iter().collect::<Vec<_>>(), [0, 8]);
        assert!(cut > 100, "{cut}");
    }
}
