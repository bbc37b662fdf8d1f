//! Countries that messages go to: their share, their mobile numbers, their carriers' ways.
//!
//! The prefixes are those of mobile numbers in their numbering plans; the carriers are nobody's.

use super::language_table::{
    ARABIC, CHINESE, ENGLISH, FRENCH, GERMAN, HINDI, ITALIAN, JAPANESE, KOREAN, Language, POLISH,
    PORTUGUESE, SPANISH, TURKISH, UKRAINIAN,
};
use crate::sim::ids::IdStyle;

/// A country.
#[derive(Debug)]
pub(super) struct Country {
    /// Its part of all messages, of [`shares`].
    pub(super) share: u32,
    /// ISO 3166-1, in lower case: the beginning of its carriers' names.
    pub(super) code: &'static str,
    /// Calling code.
    pub(super) calling: &'static str,
    /// What mobile numbers begin with, behind the calling code.
    pub(super) mobile: &'static [&'static str],
    /// Digits behind the calling code.
    pub(super) digits: usize,
    pub(super) language: &'static Language,
    /// Where handsets answer to.
    pub(super) short_code: &'static str,
    /// Its carriers, each with how it writes its ids.
    pub(super) carriers: &'static [(&'static str, IdStyle)],
}

pub(super) static COUNTRIES: &[Country] = &[
    Country {
        share: 190,
        code: "gb",
        calling: "44",
        mobile: &["74", "75", "77", "78", "79"],
        digits: 10,
        language: &ENGLISH,
        short_code: "60777",
        carriers: &[("north", IdStyle::Hex), ("metro", IdStyle::HexUpper), ("isle", IdStyle::Dec)],
    },
    Country {
        share: 170,
        code: "us",
        calling: "1",
        mobile: &["2025", "2125", "3105", "4155", "5125", "6175", "7185"],
        digits: 10,
        language: &ENGLISH,
        short_code: "24273",
        carriers: &[("liberty", IdStyle::Uuid), ("coast", IdStyle::Dec), ("plains", IdStyle::Hex)],
    },
    Country {
        share: 110,
        code: "in",
        calling: "91",
        mobile: &["70", "81", "90", "96", "98", "99"],
        digits: 10,
        language: &HINDI,
        short_code: "56161",
        carriers: &[("ganga", IdStyle::DecPadded), ("deccan", IdStyle::Base36)],
    },
    Country {
        share: 80,
        code: "de",
        calling: "49",
        mobile: &["151", "157", "160", "170", "171", "175"],
        digits: 10,
        language: &GERMAN,
        short_code: "72990",
        carriers: &[("rhein", IdStyle::HexPadded), ("hanse", IdStyle::Dec)],
    },
    Country {
        share: 60,
        code: "fr",
        calling: "33",
        mobile: &["60", "61", "62", "66", "68", "75"],
        digits: 9,
        language: &FRENCH,
        short_code: "36063",
        carriers: &[("seine", IdStyle::Hex), ("midi", IdStyle::Dec)],
    },
    Country {
        share: 60,
        code: "br",
        calling: "55",
        mobile: &["1198", "2198", "3198", "4199", "8199"],
        digits: 11,
        language: &PORTUGUESE,
        short_code: "27500",
        carriers: &[("sul", IdStyle::Dec), ("norte", IdStyle::Hex)],
    },
    Country {
        share: 50,
        code: "es",
        calling: "34",
        mobile: &["60", "61", "64", "65", "67", "69"],
        digits: 9,
        language: &SPANISH,
        short_code: "25600",
        carriers: &[("ebro", IdStyle::Dec), ("tajo", IdStyle::HexUpper)],
    },
    Country {
        share: 50,
        code: "it",
        calling: "39",
        mobile: &["320", "328", "333", "338", "347", "349"],
        digits: 10,
        language: &ITALIAN,
        short_code: "48444",
        carriers: &[("adria", IdStyle::Hex), ("alpi", IdStyle::Dec)],
    },
    Country {
        share: 50,
        code: "sa",
        calling: "966",
        mobile: &["50", "53", "54", "55", "56"],
        digits: 9,
        language: &ARABIC,
        short_code: "81234",
        carriers: &[("najd", IdStyle::Dec), ("hijaz", IdStyle::Uuid)],
    },
    Country {
        share: 40,
        code: "tr",
        calling: "90",
        mobile: &["532", "535", "542", "544", "555"],
        digits: 10,
        language: &TURKISH,
        short_code: "4607",
        carriers: &[("anadolu", IdStyle::Hex), ("marmara", IdStyle::Dec)],
    },
    Country {
        share: 40,
        code: "pl",
        calling: "48",
        mobile: &["50", "60", "66", "69", "78"],
        digits: 9,
        language: &POLISH,
        short_code: "71051",
        carriers: &[("wisla", IdStyle::HexPadded), ("odra", IdStyle::Dec)],
    },
    Country {
        share: 30,
        code: "ua",
        calling: "380",
        mobile: &["50", "63", "66", "67", "68", "93"],
        digits: 9,
        language: &UKRAINIAN,
        short_code: "7494",
        carriers: &[("dnipro", IdStyle::Dec), ("step", IdStyle::Hex)],
    },
    Country {
        share: 30,
        code: "cn",
        calling: "86",
        mobile: &["131", "135", "138", "150", "158", "186"],
        digits: 11,
        language: &CHINESE,
        short_code: "10690",
        carriers: &[("huabei", IdStyle::DecPadded), ("huanan", IdStyle::Dec)],
    },
    Country {
        share: 20,
        code: "jp",
        calling: "81",
        mobile: &["70", "80", "90"],
        digits: 10,
        language: &JAPANESE,
        short_code: "43234",
        carriers: &[("kanto", IdStyle::Base36), ("kansai", IdStyle::Dec)],
    },
    Country {
        share: 20,
        code: "kr",
        calling: "82",
        mobile: &["10"],
        digits: 10,
        language: &KOREAN,
        short_code: "15880",
        carriers: &[("hangang", IdStyle::Dec), ("namsan", IdStyle::Hex)],
    },
];

/// The sum of all shares.
pub(super) fn shares() -> u32 {
    COUNTRIES.iter().map(|country| country.share).sum()
}
