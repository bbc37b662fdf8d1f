//! The alphabets by name, and encoding a text in the smaller of the two that a network carries.
//!
//! Septets are one to an octet, as SMPP carries `data_coding` 0; packing is the SMSC's business
//! (see [`packing`](super::packing)). Not here: long texts and national tables, see
//! [`segment`](super::segment()).

use super::language::Shifts;
use super::{septets, ucs2};

/// Septets of one part without a user data header (TS 23.040 §9.2.3.16: 140 octets).
pub const SEPTETS_MAX: usize = 160;

/// UCS-2 units of one part without a user data header.
pub const UNITS_MAX: usize = 70;

/// Octets of one part, with its user data header.
pub const OCTETS_MAX: usize = 140;

/// Which alphabet octets are in.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Alphabet {
    /// The GSM 7 bit default alphabet or a national one.
    Gsm7,
    /// UTF-16 in big endian. Networks say UCS-2 and pass surrogates through.
    Ucs2,
    /// No text.
    Octets,
    /// International Alphabet No. 5: ASCII.
    Ia5,
    /// ISO 8859-1.
    Latin1,
    /// ISO 8859-5.
    Cyrillic,
    /// ISO 8859-8.
    Hebrew,
    /// JIS X 0208. Not decoded here, as those that follow.
    Jis,
    /// ISO 2022-JP.
    Iso2022Jp,
    /// JIS X 0212.
    ExtendedKanji,
    /// KS C 5601.
    KsC5601,
    /// Pictogram encoding.
    Pictogram,
}

impl Alphabet {
    /// The `data_coding` that names it, without a class (SMPP §5.2.19).
    pub const fn data_coding(self) -> u8 {
        match self {
            Self::Gsm7 => 0x00,
            Self::Ia5 => 0x01,
            Self::Latin1 => 0x03,
            Self::Octets => 0x04,
            Self::Jis => 0x05,
            Self::Cyrillic => 0x06,
            Self::Hebrew => 0x07,
            Self::Ucs2 => 0x08,
            Self::Pictogram => 0x09,
            Self::Iso2022Jp => 0x0a,
            Self::ExtendedKanji => 0x0d,
            Self::KsC5601 => 0x0e,
        }
    }

    /// What the API calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gsm7 => "gsm7",
            Self::Ucs2 => "ucs2",
            Self::Octets => "octets",
            Self::Ia5 => "ia5",
            Self::Latin1 => "latin1",
            Self::Cyrillic => "iso-8859-5",
            Self::Hebrew => "iso-8859-8",
            Self::Jis => "jis-x-0208",
            Self::Iso2022Jp => "iso-2022-jp",
            Self::ExtendedKanji => "jis-x-0212",
            Self::KsC5601 => "ks-c-5601",
            Self::Pictogram => "pictogram",
        }
    }

    /// The alphabet of a `data_coding` that [`encode`] gives, if it is one. For what others give, see
    /// [`Coding`](super::coding::Coding).
    pub const fn of(data_coding: u8) -> Option<Self> {
        match data_coding {
            0x00 => Some(Self::Gsm7),
            0x08 => Some(Self::Ucs2),
            _ => None,
        }
    }

    /// How many of its units (septets, UCS-2 units, octets) one part holds.
    pub const fn units_max(self) -> usize {
        match self {
            Self::Gsm7 => SEPTETS_MAX,
            Self::Ucs2 => UNITS_MAX,
            _ => OCTETS_MAX,
        }
    }

    /// How many of its units one part holds beside a header of so many octets, its length octet
    /// included.
    pub const fn units_beside(self, header_octets: usize) -> usize {
        let left = OCTETS_MAX.saturating_sub(header_octets);
        match self {
            Self::Gsm7 => left * 8 / 7,
            Self::Ucs2 => left / 2,
            _ => left,
        }
    }
}

/// A text in octets.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Encoded {
    /// Its alphabet.
    pub alphabet: Alphabet,
    /// Its octets.
    pub octets: Vec<u8>,
    /// Septets with their escapes, or UCS-2 units.
    pub units: usize,
}

/// Encodes a text: in the default alphabet if every character is there, else in UCS-2.
pub fn encode(text: &str) -> Encoded {
    if let Some(octets) = septets::encode(text, Shifts::DEFAULT) {
        return Encoded { alphabet: Alphabet::Gsm7, units: octets.len(), octets };
    }
    let octets = ucs2::encode(text);
    Encoded { alphabet: Alphabet::Ucs2, units: octets.len() / 2, octets }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_character_outside_makes_it_ucs_2() {
        assert_eq!(encode("it's").alphabet, Alphabet::Gsm7);
        for text in ["ç", "`", "Привет", "smile 😀", "\u{a0}", "\t"] {
            let encoded = encode(text);
            assert_eq!(encoded.alphabet, Alphabet::Ucs2, "{text}");
            assert_eq!(encoded.units, text.encode_utf16().count());
            assert_eq!(ucs2::decode(&encoded.octets), text);
        }
    }

    #[test]
    fn a_part_holds_what_the_standard_says() {
        let beside = |alphabet: Alphabet| [0, 4, 6, 7, 9, 10, 12].map(|h| alphabet.units_beside(h));
        assert_eq!(beside(Alphabet::Gsm7), [160, 155, 153, 152, 149, 148, 146]);
        assert_eq!(beside(Alphabet::Ucs2)[..4], [70, 68, 67, 66]);
        assert_eq!(beside(Alphabet::Octets)[..4], [140, 136, 134, 133]);
    }
}
