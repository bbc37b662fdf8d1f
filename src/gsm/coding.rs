//! What the data coding octet says: TP-DCS by its coding groups (3GPP TS 23.038 §4), and SMPP's
//! `data_coding`, which has its own low values (SMPP §5.2.19).
//!
//! The whole octet is read by its group, never its low nibble alone: 0xF1 is a class, not IA5.

use super::alphabet::Alphabet;

/// Where a message is meant to go (TS 23.038 §4).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Class {
    /// Class 0: shown at once and not kept, "flash".
    Flash,
    /// Class 1: the mobile equipment.
    Equipment,
    /// Class 2: the (U)SIM.
    Sim,
    /// Class 3: the terminal equipment.
    Terminal,
}

impl Class {
    const fn of(bits: u8) -> Self {
        match bits & 0b11 {
            0 => Self::Flash,
            1 => Self::Equipment,
            2 => Self::Sim,
            _ => Self::Terminal,
        }
    }

    /// Its number, 0 to 3.
    pub const fn number(self) -> u8 {
        self as u8
    }
}

/// What waits for the subscriber.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[expect(missing_docs, reason = "the standard's four words")]
pub enum WaitingKind {
    Voicemail,
    Fax,
    Email,
    Other,
}

impl WaitingKind {
    pub(super) const fn of(bits: u8) -> Self {
        match bits & 0b11 {
            0 => Self::Voicemail,
            1 => Self::Fax,
            2 => Self::Email,
            _ => Self::Other,
        }
    }
}

/// A message waiting indication in the data coding octet.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Waiting {
    /// What waits.
    pub kind: WaitingKind,
    /// Whether the indicator goes on; else off.
    pub active: bool,
    /// Whether the text is kept; else it may be discarded.
    pub store: bool,
}

/// What a `data_coding` of 0 means on a route: the carrier's own default.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum DefaultAlphabet {
    /// The GSM 7 bit default alphabet, one septet to an octet: most routes.
    #[default]
    Gsm7,
    /// The same packed, as in a TPDU: a few. Then every septet of the route is packed, whatever names
    /// it.
    Gsm7Packed,
    /// ISO 8859-1. The tell-tale: `@` is sent as 0x40.
    Latin1,
    /// ASCII.
    Ia5,
}

/// A data coding octet, read.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Coding {
    /// Its alphabet.
    pub alphabet: Alphabet,
    /// Its class, if it has one.
    pub class: Option<Class>,
    /// Compressed by TS 23.042: passed as octets, never shown.
    pub compressed: bool,
    /// Marked for automatic deletion.
    pub deletion: bool,
    /// Its message waiting indication.
    pub waiting: Option<Waiting>,
    /// Whether a bit or a group is set that the standard reserves; it is then read as the standard
    /// asks: a reserved alphabet or group as the default alphabet, a reserved bit as if it were 0.
    pub reserved: bool,
}

impl Coding {
    const fn plain(alphabet: Alphabet) -> Self {
        let (class, waiting) = (None, None);
        Self { alphabet, class, compressed: false, deletion: false, waiting, reserved: false }
    }

    /// Reads a TP-DCS octet (TS 23.038 §4). Every octet has a meaning.
    pub const fn from_dcs(dcs: u8) -> Self {
        match dcs >> 4 {
            0x0..=0x7 => Self::general(dcs),
            0x8..=0xb => Self { reserved: true, ..Self::plain(Alphabet::Gsm7) },
            0xf => Self {
                class: Some(Class::of(dcs)),
                reserved: dcs & 0b1000 != 0,
                ..Self::plain(if dcs & 0b100 == 0 { Alphabet::Gsm7 } else { Alphabet::Octets })
            },
            group => Self {
                waiting: Some(Waiting {
                    kind: WaitingKind::of(dcs),
                    active: dcs & 0b1000 != 0,
                    store: group != 0xc,
                }),
                reserved: dcs & 0b100 != 0,
                ..Self::plain(if group == 0xe { Alphabet::Ucs2 } else { Alphabet::Gsm7 })
            },
        }
    }

    /// The groups 00xx and 01xx.
    const fn general(dcs: u8) -> Self {
        let (alphabet, unknown) = match dcs >> 2 & 0b11 {
            0 => (Alphabet::Gsm7, false),
            1 => (Alphabet::Octets, false),
            2 => (Alphabet::Ucs2, false),
            _ => (Alphabet::Gsm7, true),
        };
        let has_class = dcs & 0x10 != 0;
        Self {
            class: if has_class { Some(Class::of(dcs)) } else { None },
            compressed: dcs & 0x20 != 0,
            deletion: dcs & 0x40 != 0,
            reserved: unknown || !has_class && dcs & 0b11 != 0,
            ..Self::plain(alphabet)
        }
    }

    /// Reads SMPP's `data_coding`: its own table up to 0x0E, where 0 is the route's default, and above
    /// it, as all networks do, the coding groups.
    pub const fn from_data_coding(data_coding: u8, default: DefaultAlphabet) -> Self {
        let alphabet = match data_coding {
            0x00 => match default {
                DefaultAlphabet::Gsm7 | DefaultAlphabet::Gsm7Packed => Alphabet::Gsm7,
                DefaultAlphabet::Latin1 => Alphabet::Latin1,
                DefaultAlphabet::Ia5 => Alphabet::Ia5,
            },
            0x01 => Alphabet::Ia5,
            0x02 | 0x04 => Alphabet::Octets,
            0x03 => Alphabet::Latin1,
            0x05 => Alphabet::Jis,
            0x06 => Alphabet::Cyrillic,
            0x07 => Alphabet::Hebrew,
            0x08 => Alphabet::Ucs2,
            0x09 => Alphabet::Pictogram,
            0x0a => Alphabet::Iso2022Jp,
            0x0d => Alphabet::ExtendedKanji,
            0x0e => Alphabet::KsC5601,
            _ => return Self::from_dcs(data_coding),
        };
        Self::plain(alphabet)
    }

    /// Whether its octets can be shown as text here.
    pub const fn is_text(self) -> bool {
        use Alphabet::{Cyrillic, Gsm7, Hebrew, Ia5, Latin1, Ucs2};
        !self.compressed && matches!(self.alphabet, Gsm7 | Ucs2 | Ia5 | Latin1 | Cyrillic | Hebrew)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_read_whole() {
        let read = |dcs| {
            let Coding { alphabet, class, .. } = Coding::from_dcs(dcs);
            (alphabet, class.map(Class::number))
        };
        assert_eq!(read(0xf1), (Alphabet::Gsm7, Some(1)), "not IA5");
        assert_eq!(read(0xf6), (Alphabet::Octets, Some(2)));
        assert_eq!(read(0x18), (Alphabet::Ucs2, Some(0)));
        assert_eq!(read(0x08), (Alphabet::Ucs2, None));
        assert_eq!(read(0x54), (Alphabet::Octets, Some(0)));
        assert!(Coding::from_dcs(0x54).deletion && !Coding::from_dcs(0x54).reserved);
        assert!(Coding::from_dcs(0x28).compressed && !Coding::from_dcs(0x28).is_text());
    }

    #[test]
    fn waiting_indications_say_what_waits_and_whether_the_text_is_kept() {
        let waiting = |kind, active, store| Some(Waiting { kind, active, store });
        for (dcs, alphabet, expected) in [
            (0xc8, Alphabet::Gsm7, waiting(WaitingKind::Voicemail, true, false)),
            (0xc1, Alphabet::Gsm7, waiting(WaitingKind::Fax, false, false)),
            (0xda, Alphabet::Gsm7, waiting(WaitingKind::Email, true, true)),
            (0xeb, Alphabet::Ucs2, waiting(WaitingKind::Other, true, true)),
        ] {
            let coding = Coding::from_dcs(dcs);
            assert_eq!((coding.alphabet, coding.waiting), (alphabet, expected), "{dcs:02x}");
        }
    }

    #[test]
    fn what_is_reserved_is_the_default_alphabet_and_said_to_be_reserved() {
        for dcs in [0x0c, 0x1f, 0x4d, 0x80, 0xa5, 0xbf] {
            let coding = Coding::from_dcs(dcs);
            assert_eq!((coding.alphabet, coding.reserved), (Alphabet::Gsm7, true), "{dcs:02x}");
        }
        for (dcs, alphabet) in [(0x0b, Alphabet::Ucs2), (0xfd, Alphabet::Octets)] {
            let coding = Coding::from_dcs(dcs);
            assert_eq!((coding.alphabet, coding.reserved), (alphabet, true), "{dcs:02x}");
        }
    }

    #[test]
    fn smpp_has_its_own_low_values_and_the_carrier_its_default() {
        let read = |octet, default| Coding::from_data_coding(octet, default).alphabet;
        assert_eq!(read(0, DefaultAlphabet::Gsm7), Alphabet::Gsm7);
        assert_eq!(read(0, DefaultAlphabet::Latin1), Alphabet::Latin1);
        assert_eq!(read(0, DefaultAlphabet::Ia5), Alphabet::Ia5);
        let smpp = |octet| read(octet, DefaultAlphabet::Latin1);
        assert_eq!(
            [1, 2, 3, 4].map(smpp),
            [Alphabet::Ia5, Alphabet::Octets, Alphabet::Latin1, Alphabet::Octets]
        );
        assert_eq!(smpp(0xf0), Alphabet::Gsm7, "named by the octet, so no default");
        for octet in 0..=0xff {
            let coding = Coding::from_data_coding(octet, DefaultAlphabet::Gsm7);
            assert!(octet < 0x0f || coding == Coding::from_dcs(octet));
        }
    }
}
