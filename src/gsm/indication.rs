//! The special SMS message indication (3GPP TS 23.040 §9.2.3.24.2): how many of what wait.

use super::coding::WaitingKind;
use super::udh::{Element, Udh};
use super::udh_table::iei;

/// One indication; a header may have one for each kind.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct SpecialIndication {
    /// What waits.
    pub kind: WaitingKind,
    /// The kind's own extension, 0 to 7: for [`WaitingKind::Other`] 1 is video.
    pub extended: u8,
    /// The subscriber's profile, 0 to 3.
    pub profile: u8,
    /// Whether the text is kept; else it may be discarded.
    pub store: bool,
    /// How many wait; 255 is that many or more.
    pub count: u8,
}

impl SpecialIndication {
    /// Reads an element, if it is one.
    pub fn from_element(element: Element<'_>) -> Option<Self> {
        let (iei::SPECIAL_INDICATION, &[kind, count, ..]) = (element.iei, element.data) else {
            return None;
        };
        Some(Self {
            kind: WaitingKind::of(kind),
            extended: kind >> 2 & 0b111,
            profile: kind >> 5 & 0b11,
            store: kind & 0x80 != 0,
            count,
        })
    }

    /// All indications of a header, in their order.
    pub fn all(header: Udh<'_>) -> impl Iterator<Item = Self> {
        header.elements().filter_map(Self::from_element)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_its_own_count() {
        let octets = [8, 0x01, 2, 0x80, 3, 0x01, 2, 0x27, 255];
        let (udh, _) = Udh::read(&octets).expect("it is whole");
        let voice = SpecialIndication {
            kind: WaitingKind::Voicemail,
            extended: 0,
            profile: 0,
            store: true,
            count: 3,
        };
        let kind = WaitingKind::Other;
        let video = SpecialIndication { kind, extended: 1, profile: 1, store: false, count: 255 };
        assert_eq!(SpecialIndication::all(udh).collect::<Vec<_>>(), [voice, video]);
    }
}
