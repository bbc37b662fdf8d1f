//! A vendor's optional parameters (SMPP v3.4 §5.3.1: tags 0x1400 to 0x3FFF) by name, and which of
//! them go through.

use crate::base::hex::hex;
use crate::wire::smpp::tlv::{Tlv, TlvBuf, Tlvs};
use crate::wire::smpp::tlv_table::Tag;

/// How the value of a vendor's parameter is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TlvType {
    /// A number, the highest octet first.
    Integer,
    /// Text, with or without a closing NUL.
    String,
    /// Shown in hexadecimal digits.
    Octets,
}

impl TlvType {
    /// The words of a profile, in the order of the documentation.
    pub const WORDS: [(&'static str, Self); 3] =
        [("integer", Self::Integer), ("string", Self::String), ("octets", Self::Octets)];
}

/// Whether vendors' parameters that a profile does not list go through.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum PassTlvs {
    /// All go through, whoever's they are.
    #[default]
    All,
    /// Of the vendors' only those that are listed; the standard's always.
    Listed,
}

impl PassTlvs {
    /// The words of a profile, in the order of the documentation.
    pub const WORDS: [(&'static str, Self); 2] = [("all", Self::All), ("listed", Self::Listed)];
}

/// A parameter of a vendor.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VendorTlv {
    /// Its tag.
    pub tag: Tag,
    /// What people read.
    pub name: String,
    /// How its value is read.
    pub kind: TlvType,
}

/// The parameters a carrier's vendor has, sorted by tag.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct VendorTlvs {
    listed: Box<[VendorTlv]>,
    pass: PassTlvs,
}

/// Parameters a profile may list.
pub const TLVS_MAX: usize = 1_024;

/// Octets of a value that are shown.
const SHOWN_MAX: usize = 64;

impl VendorTlvs {
    /// These parameters; of two with one tag the first counts.
    pub fn new(listed: impl IntoIterator<Item = VendorTlv>, pass: PassTlvs) -> Self {
        let mut listed: Vec<VendorTlv> = listed.into_iter().collect();
        listed.sort_by_key(|tlv| tlv.tag);
        listed.dedup_by_key(|tlv| tlv.tag);
        Self { listed: listed.into(), pass }
    }

    /// Every parameter, in the order of the tags.
    pub fn listed(&self) -> &[VendorTlv] {
        &self.listed
    }

    /// What goes through.
    pub const fn pass(&self) -> PassTlvs {
        self.pass
    }

    /// The parameter of this tag.
    pub fn get(&self, tag: Tag) -> Option<&VendorTlv> {
        let place = self.listed.binary_search_by_key(&tag, |tlv| tlv.tag).ok()?;
        Some(&self.listed[place])
    }

    /// Whether a parameter goes through.
    pub fn passes(&self, tag: Tag) -> bool {
        self.pass == PassTlvs::All || !tag.is_vendor() || self.get(tag).is_some()
    }

    /// The parameters that go through; `room` is written only if some do not.
    pub fn filter<'a>(&self, tlvs: Tlvs<'a>, room: &'a mut TlvBuf) -> Tlvs<'a> {
        if self.pass == PassTlvs::All || tlvs.iter().all(|tlv| self.passes(tlv.tag)) {
            return tlvs;
        }
        room.clear();
        for tlv in tlvs.iter().filter(|tlv| self.passes(tlv.tag)) {
            room.push(tlv.tag, tlv.value);
        }
        room.as_tlvs()
    }

    /// The name and the value of a parameter as people read them: by this list, by the standard, or
    /// in hexadecimal digits. A value is cut at 64 octets.
    pub fn shown(&self, tlv: &Tlv<'_>) -> (String, String) {
        let ours = self.get(tlv.tag);
        let name = ours.map_or_else(|| tlv.tag.to_string(), |ours| ours.name.clone());
        let kind = ours.map_or(TlvType::Octets, |ours| ours.kind);
        (name, value(kind, tlv.value))
    }
}

fn value(kind: TlvType, octets: &[u8]) -> String {
    let shown = octets.get(..SHOWN_MAX).unwrap_or(octets);
    match kind {
        TlvType::Integer if (1..=8).contains(&octets.len()) => {
            let number = octets.iter().fold(0_u64, |number, &octet| number << 8 | u64::from(octet));
            number.to_string()
        }
        TlvType::String => {
            let text = shown.strip_suffix(&[0]).unwrap_or(shown);
            String::from_utf8_lossy(text).replace(|character: char| character.is_control(), "?")
        }
        TlvType::Integer | TlvType::Octets => hex(shown),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vendor(pass: PassTlvs) -> VendorTlvs {
        let listed = |tag, name: &str, kind| VendorTlv { tag: Tag(tag), name: name.into(), kind };
        VendorTlvs::new(
            [
                listed(0x1401, "template_id", TlvType::String),
                listed(0x1400, "entity_id", TlvType::String),
                listed(0x1501, "mcc_mnc", TlvType::Integer),
            ],
            pass,
        )
    }

    #[test]
    fn only_listed_parameters_of_vendors_go_through_and_all_of_the_standards() {
        let (mut tlvs, mut room) = (TlvBuf::default(), TlvBuf::default());
        tlvs.push(Tag(0x1400), b"1").push(Tag(0x1999), b"2").push_u16(Tag::SOURCE_PORT, 3);
        let tags = |tlvs: Tlvs<'_>| tlvs.iter().map(|tlv| tlv.tag.0).collect::<Vec<_>>();
        let passed = vendor(PassTlvs::Listed).filter(tlvs.as_tlvs(), &mut room);
        assert_eq!(tags(passed), [0x1400, 0x020A]);
        let all = vendor(PassTlvs::All).filter(tlvs.as_tlvs(), &mut room);
        assert_eq!(all.iter().count(), 3);
    }

    #[test]
    fn a_parameter_is_shown_by_its_name_and_by_its_type() {
        let shown = |tag, value: &[u8]| vendor(PassTlvs::All).shown(&Tlv { tag: Tag(tag), value });
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(shown(0x1401, b"1107\0"), pair("template_id", "1107"));
        assert_eq!(shown(0x1501, &[0, 0, 0x5B, 0xA7]), pair("mcc_mnc", "23463"));
        assert_eq!(shown(0x1501, &[]), pair("mcc_mnc", ""));
        assert_eq!(shown(0x0204, &[1, 2]), pair("user_message_reference", "0102"));
        assert_eq!(shown(0x1402, b"\x7f"), pair("0x1402", "7f"));
        assert_eq!(shown(0x1401, b"a\nb").1, "a?b");
    }
}
