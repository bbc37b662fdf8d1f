//! National languages with tables of their own, and which tables a text is in.
//!
//! A user data header names them (TS 23.040 §9.2.3.24.15 and .16); without it both are the default
//! alphabet's. A header without a known language is as if it were not there.

use super::alphabet_table::{DEFAULT, Table};
use super::locking_table::LOCKING;
use super::single_table::{EXTENSION, SINGLE};

/// A national language identifier (TS 23.038 §6.2.1.2.4).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(u8)]
#[expect(missing_docs, reason = "languages have names")]
pub enum Language {
    Turkish = 1,
    Spanish = 2,
    Portuguese = 3,
    Bengali = 4,
    Gujarati = 5,
    Hindi = 6,
    Kannada = 7,
    Malayalam = 8,
    Oriya = 9,
    Punjabi = 10,
    Tamil = 11,
    Telugu = 12,
    Urdu = 13,
}

impl Language {
    /// All of them, in the order of their identifiers.
    pub const ALL: [Self; 13] = [
        Self::Turkish,
        Self::Spanish,
        Self::Portuguese,
        Self::Bengali,
        Self::Gujarati,
        Self::Hindi,
        Self::Kannada,
        Self::Malayalam,
        Self::Oriya,
        Self::Punjabi,
        Self::Tamil,
        Self::Telugu,
        Self::Urdu,
    ];

    /// The language of an identifier; `None` for the default alphabet (0) and what is reserved.
    pub fn from_identifier(identifier: u8) -> Option<Self> {
        let place = usize::from(identifier).checked_sub(1)?;
        Self::ALL.get(place).copied()
    }

    /// Its identifier, 1 to 13.
    pub const fn identifier(self) -> u8 {
        self as u8
    }

    /// Its English name in small letters.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Turkish => "turkish",
            Self::Spanish => "spanish",
            Self::Portuguese => "portuguese",
            Self::Bengali => "bengali",
            Self::Gujarati => "gujarati",
            Self::Hindi => "hindi",
            Self::Kannada => "kannada",
            Self::Malayalam => "malayalam",
            Self::Oriya => "oriya",
            Self::Punjabi => "punjabi",
            Self::Tamil => "tamil",
            Self::Telugu => "telugu",
            Self::Urdu => "urdu",
        }
    }

    pub(super) const fn place(self) -> usize {
        self as usize - 1
    }
}

/// The tables of a text in septets. The default is the default alphabet with its extension.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Shifts {
    /// Whose locking shift table stands in for the default alphabet. Spanish has none: it means the
    /// default alphabet.
    pub locking: Option<Language>,
    /// Whose single shift table stands in for the extension.
    pub single: Option<Language>,
}

impl Shifts {
    /// The default alphabet with its extension.
    pub const DEFAULT: Self = Self { locking: None, single: None };

    /// Both by identifier; 0 and what is reserved mean the default.
    pub fn from_identifiers(locking: u8, single: u8) -> Self {
        let (locking, single) =
            (Language::from_identifier(locking), Language::from_identifier(single));
        Self { locking, single }
    }

    /// How many information elements a header needs to name them.
    pub fn elements(self) -> usize {
        usize::from(self.locking.is_some()) + usize::from(self.single.is_some())
    }

    pub(super) fn locking_table(self) -> &'static Table {
        self.locking.and_then(|language| LOCKING.get(language.place())).unwrap_or(&DEFAULT)
    }

    pub(super) fn single_table(self) -> &'static Table {
        self.single.and_then(|language| SINGLE.get(language.place())).unwrap_or(&EXTENSION)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_read_back_and_the_reserved_ones_are_the_default() {
        for language in Language::ALL {
            assert_eq!(Language::from_identifier(language.identifier()), Some(language));
        }
        for reserved in [0, 14, 0x80, 0xff] {
            assert_eq!(Shifts::from_identifiers(reserved, reserved), Shifts::DEFAULT);
        }
    }

    #[test]
    fn spanish_has_no_locking_table() {
        let spanish = Shifts { locking: Some(Language::Spanish), single: None };
        assert_eq!(spanish.locking_table(), Shifts::DEFAULT.locking_table());
    }
}
