//! Text to septets and back, one septet to an octet, through the tables of a header or without.
//!
//! **Invariants**: decoding what was encoded gives the same text; decoding never fails.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::alphabet_table::{DEFAULT, ESCAPE, Table, UNDEFINED};
use super::language::{Language, Shifts};
use super::locking_table::LOCKING;
use super::single_table::{EXTENSION, SINGLE};

/// How one character is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Septet {
    Plain(u8),
    Escaped(u8),
}

impl Septet {
    /// Septets that it takes.
    pub(super) const fn width(self) -> u8 {
        match self {
            Self::Plain(_) => 1,
            Self::Escaped(_) => 2,
        }
    }

    pub(super) fn write(self, out: &mut Vec<u8>) {
        match self {
            Self::Plain(septet) => out.push(septet),
            Self::Escaped(septet) => out.extend([ESCAPE, septet]),
        }
    }
}

/// What is at a place without a septet; no septet has this bit.
const ABSENT: u8 = 0xff;

/// The bit of [`NARROW`] that asks for an escape.
const ESCAPED: u8 = 0x80;

/// The septets of U+0000 to U+00FF in the default alphabet: nearly all that is sent.
static NARROW: [u8; 256] = narrow();

#[expect(clippy::indexing_slicing, reason = "worked out by the compiler")]
const fn narrow() -> [u8; 256] {
    let mut narrow = [ABSENT; 256];
    let mut septet = 0;
    while septet < 0x80_u8 {
        let extended = EXTENSION[septet as usize] as usize;
        if extended < narrow.len() {
            narrow[extended] = ESCAPED | septet;
        }
        let letter = DEFAULT[septet as usize] as usize;
        if letter < narrow.len() && septet != ESCAPE {
            narrow[letter] = septet;
        }
        septet += 1;
    }
    narrow
}

/// The septets of a character, if these tables have it.
pub(super) fn septet(letter: char, shifts: Shifts) -> Option<Septet> {
    if shifts == Shifts::DEFAULT {
        return default_septet(letter);
    }
    let places = NATIONAL.get(&letter);
    let locking = shifts.locking.filter(|language| *language != Language::Spanish);
    let plain = match locking {
        Some(language) => places.and_then(|places| known(&places.locking, language)),
        None => match default_septet(letter) {
            Some(Septet::Plain(septet)) => Some(septet),
            _ => None,
        },
    };
    if let Some(septet) = plain {
        return Some(Septet::Plain(septet));
    }
    let escaped = match shifts.single {
        Some(language) => places.and_then(|places| known(&places.single, language)),
        None => EXTENSION.iter().position(|known| *known == letter).map(|place| place as u8),
    };
    escaped.filter(|_| letter != UNDEFINED).map(Septet::Escaped)
}

fn default_septet(letter: char) -> Option<Septet> {
    let Some(&place) = NARROW.get(letter as usize) else {
        // The Greek capitals are in the second row.
        let row = DEFAULT.iter().take(usize::from(ESCAPE));
        let greek = row.clone().position(|known| *known == letter);
        return match greek {
            Some(place) => Some(Septet::Plain(place as u8)),
            None => (letter == '€').then_some(Septet::Escaped(0x65)),
        };
    };
    match place {
        ABSENT => None,
        escaped if escaped & ESCAPED != 0 => Some(Septet::Escaped(escaped & !ESCAPED)),
        plain => Some(Septet::Plain(plain)),
    }
}

/// Where a character is in each national table.
#[derive(Clone, Copy)]
struct Places {
    locking: [u8; 13],
    single: [u8; 13],
}

const NOWHERE: Places = Places { locking: [ABSENT; 13], single: [ABSENT; 13] };

/// Every character of a national table; made at the first text that may use one.
static NATIONAL: LazyLock<HashMap<char, Places>> = LazyLock::new(|| {
    let mut national = HashMap::new();
    for (language, (locking, single)) in LOCKING.iter().zip(&SINGLE).enumerate() {
        for (septet, letter) in entries(locking) {
            let places = national.entry(letter).or_insert(NOWHERE);
            enter(&mut places.locking, language, septet);
        }
        for (septet, letter) in entries(single) {
            let places = national.entry(letter).or_insert(NOWHERE);
            enter(&mut places.single, language, septet);
        }
    }
    national
});

/// The first of two septets of one character counts.
fn enter(places: &mut [u8; 13], language: usize, septet: u8) {
    if let Some(place) = places.get_mut(language) {
        *place = septet.min(*place);
    }
}

fn entries(table: &Table) -> impl Iterator<Item = (u8, char)> {
    let places = (0_u8..).zip(table.iter().copied());
    places.filter(|&(septet, letter)| septet != ESCAPE && letter != UNDEFINED)
}

fn known(places: &[u8; 13], language: Language) -> Option<u8> {
    places.get(language.place()).copied().filter(|place| *place != ABSENT)
}

/// The septets of a text, if these tables have all of it.
pub fn encode(text: &str, shifts: Shifts) -> Option<Vec<u8>> {
    let mut octets = Vec::with_capacity(text.len());
    for letter in text.chars() {
        septet(letter, shifts)?.write(&mut octets);
    }
    Some(octets)
}

/// The text of septets. An octet that is none and a place without a character are U+FFFD.
///
/// After an escape, what the single shift table has not is shown from the locking table, and a second
/// escape is a space (TS 23.038 §6.2.1.1 note 1); an escape at the end is nothing.
pub fn decode(septets: &[u8], shifts: Shifts) -> String {
    let (locking, single) = (shifts.locking_table(), shifts.single_table());
    let at = |table: &Table, septet: u8| table.get(usize::from(septet)).copied();
    let mut text = String::with_capacity(septets.len());
    let mut rest = septets.iter();
    while let Some(&septet) = rest.next() {
        if septet != ESCAPE {
            text.push(at(locking, septet).unwrap_or(UNDEFINED));
            continue;
        }
        let Some(&next) = rest.next() else { break };
        let shifted = at(single, next).filter(|letter| *letter != UNDEFINED);
        text.push(match shifted {
            Some(letter) => letter,
            None if next == ESCAPE => ' ',
            None => at(locking, next).unwrap_or(UNDEFINED),
        });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_of_every_pair_of_tables_reads_back() {
        let languages = || Language::ALL.into_iter().map(Some).chain([None]);
        for (locking, single) in languages().flat_map(|one| languages().map(move |two| (one, two)))
        {
            let shifts = Shifts { locking, single };
            let letters = entries(shifts.locking_table()).chain(entries(shifts.single_table()));
            let text: String = letters.map(|(_, letter)| letter).collect();
            let septets = encode(&text, shifts).expect("the tables have it");
            assert_eq!(decode(&septets, shifts), text, "{shifts:?}");
        }
    }

    #[test]
    fn septets_are_those_of_the_standard() {
        let octets = |text| encode(text, Shifts::DEFAULT).expect("in the alphabet");
        assert_eq!(octets("@£€"), [0x00, 0x01, 0x1b, 0x65]);
        assert_eq!(octets("[a_Z]"), [0x1b, 0x3c, 0x61, 0x11, 0x5a, 0x1b, 0x3e]);
        assert_eq!(octets("ΔΞ\u{c}"), [0x10, 0x1a, 0x1b, 0x0a]);
    }

    #[test]
    fn what_no_table_has_is_not_encoded() {
        for letter in ['ç', '`', '\t', '\u{a0}', '\u{1b}', '\u{fffd}', 'ж', '😀'] {
            assert_eq!(septet(letter, Shifts::DEFAULT), None, "{letter:?}");
            let turkish = Shifts { locking: Some(Language::Turkish), single: None };
            assert_eq!(septet(letter, turkish).is_some(), letter == 'ç', "{letter:?}");
        }
    }

    #[test]
    fn an_escape_to_nowhere_falls_back_as_the_standard_says() {
        assert_eq!(decode(&[0x1b, 0x41], Shifts::DEFAULT), "A", "from the default alphabet");
        let hindi = Shifts::from_identifiers(6, 0);
        assert_eq!(decode(&[0x1b, 0x00], hindi), "\u{901}", "from the locking table");
        assert_eq!(decode(&[0x1b, 0x1b, 0x41], Shifts::DEFAULT), " A", "a second escape");
        assert_eq!(decode(&[0x41, 0x1b], Shifts::DEFAULT), "A", "an escape at the end");
    }

    #[test]
    fn what_is_no_septet_is_replaced() {
        assert_eq!(decode(&[0x41, 0xff, 0x1b, 0x80], Shifts::DEFAULT), "A\u{fffd}\u{fffd}");
        let tamil = Shifts::from_identifiers(11, 0);
        assert_eq!(decode(&[0x00], tamil), "\u{fffd}", "a hole in the table");
    }
}
