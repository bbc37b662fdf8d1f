//! The keys of a profile, on top of the profile it extends.

use toml::de::DeTable;

use super::profile::{BUILT_IN, built_in};
use super::profile_addresses::addresses;
use super::profile_tables;
use super::section::{Reader, Section};
use super::tables::one;
use super::words::did_you_mean;
use crate::carrier::err::ErrBase;
use crate::carrier::habit::{DeliveredBy, SendTlvs, Version};
use crate::carrier::message_id::IdForm;
use crate::carrier::profile::Profile;
use crate::carrier::zone::{ReceiptZone, ZONES};
use crate::gsm::coding::DefaultAlphabet;
use crate::gsm::language::Language;

/// Words of `data_coding_0`.
const ALPHABETS: [(&str, DefaultAlphabet); 4] = [
    ("gsm", DefaultAlphabet::Gsm7),
    ("packed", DefaultAlphabet::Gsm7Packed),
    ("latin1", DefaultAlphabet::Latin1),
    ("ascii", DefaultAlphabet::Ia5),
];

/// Reads a whole profile; what is wrong is in the reader's findings.
pub(super) fn read<'a>(reader: &'a Reader<'a>, root: &'a DeTable<'a>) -> Profile {
    let top = Section::new(reader, "", String::new(), Some((root, 0..0)));
    let base = extended(&top, reader.source.name);
    let name = top.text_or_none("name", "a name").unwrap_or_else(|| reader.source.name.to_owned());
    let errs = profile_tables::errs(reader, &top, root, &base);
    let profile = Profile {
        name,
        version: top.choice("version", base.version, &Version::WORDS),
        send_tlvs: top.choice("send_tlvs", base.send_tlvs, &SendTlvs::WORDS),
        default_alphabet: top.choice("data_coding_0", base.default_alphabet, &ALPHABETS),
        national: national(&top).unwrap_or_else(|| base.national.clone()),
        message_id: top.choice("message_id", base.message_id, &IdForm::WORDS),
        receipt_zone: zone(&top).unwrap_or_else(|| base.receipt_zone.clone()),
        receipts_as_texts: top.flag("receipts_as_texts", base.receipts_as_texts),
        receipts_in_ucs2: top.flag("receipts_in_ucs2", base.receipts_in_ucs2),
        delivered_by: top.choice("delivered_by", base.delivered_by, &DeliveredBy::WORDS),
        errs,
        statuses: profile_tables::statuses(reader, &top, root, &base),
        states: profile_tables::states(reader, &top, root, &base),
        tlvs: profile_tables::tlvs(reader, &top, root, &base),
        source: addresses(&one(reader, &top, root, "source_addr"), base.source),
        destination: addresses(&one(reader, &top, root, "destination_addr"), base.destination),
    };
    let septets = [DefaultAlphabet::Gsm7, DefaultAlphabet::Gsm7Packed];
    if !profile.national.is_empty() && !septets.contains(&profile.default_alphabet) {
        let problem = "goes with septets only, and data_coding_0 says otherwise".to_owned();
        top.fail("national_language", problem, "[], or data_coding_0 = \"gsm\"".to_owned());
    }
    top.finish();
    profile
}

/// Languages whose tables may be used.
fn national(top: &Section<'_>) -> Option<Vec<Language>> {
    let languages = Language::ALL.map(|language| (language.name(), language));
    top.choices("national_language", &languages)
}

/// The profile this one begins with. One that is compiled in cannot extend itself.
fn extended(top: &Section<'_>, name: &str) -> Profile {
    let names = || BUILT_IN.iter().map(|(known, _)| *known).filter(|known| *known != name);
    let allowed = names().collect::<Vec<_>>().join(", ");
    let Some(wanted) = top.text_or_none("extends", &allowed) else { return Profile::default() };
    if wanted == "generic" {
        return Profile::default();
    }
    if wanted != name
        && let Some(base) = built_in(&wanted)
    {
        return base;
    }
    let hint = did_you_mean(&wanted, names());
    top.fail("extends", format!("no such profile{hint}"), allowed);
    Profile::default()
}

fn zone(top: &Section<'_>) -> Option<ReceiptZone> {
    let text = top.text_or_none("receipt_zone", ZONES)?;
    let zone = ReceiptZone::new(&text);
    if zone.is_none() {
        let problem = "is no zone this system knows".to_owned();
        top.fail("receipt_zone", problem, ZONES.to_owned());
    }
    zone
}

/// The list a profile's errors begin with.
pub(super) fn err_base(top: &Section<'_>) -> Option<ErrBase> {
    top.given("err_base").map(|_| top.choice("err_base", ErrBase::Gsm, &ErrBase::WORDS))
}
