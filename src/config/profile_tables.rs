//! The tables of a profile: statuses, errors, states, parameters.

use toml::de::{DeTable, DeValue};

use super::profile_keys::err_base;
use super::section::{Given, Reader, Section};
use super::tables::{many, unique};
use super::words::wrong_type;
use crate::carrier::err::{ERR_OCTETS_MAX, ERRS_MAX, ErrCode, ErrTable};
use crate::carrier::profile::Profile;
use crate::carrier::state::{STATES, STATES_MAX, StateTable};
use crate::carrier::status::{Refusal, Retry, STATUSES_MAX, StatusTable};
use crate::carrier::tlv::{PassTlvs, TLVS_MAX, TlvType, VendorTlv, VendorTlvs};
use crate::carrier::verdict::Verdict;
use crate::message::disposition::Disposition;
use crate::message::reason::Reason;
use crate::message::ruling::Ruling;
use crate::wire::smpp::message_state::MessageState;
use crate::wire::smpp::tlv_table::Tag;

/// `[[status]]` on top of the base's.
pub(super) fn statuses<'a>(
    reader: &'a Reader<'a>,
    top: &Section<'a>,
    root: &'a DeTable<'a>,
    base: &Profile,
) -> StatusTable {
    let sections = rows(reader, top, root, "status", STATUSES_MAX);
    let read = |section: &Section<'a>| {
        let status = section.number_or_none::<u32>("code", 1..=i64::from(u32::MAX));
        if status.is_none() {
            section.missing("code", "a command_status, such as 0x0401 (SMPP §5.1.3)");
        }
        let retry = section.choice("retry", Retry::Never, &Retry::WORDS);
        let (reason, disposition) = (reason(section), disposition(section));
        section.finish();
        let ruling = Ruling { disposition, ..Ruling::default() };
        Some((status?, Refusal { retry, verdict: Verdict { reason: reason?, ruling } }))
    };
    let entries: Vec<_> = sections.iter().map(read).collect();
    once(&sections, "code", entries.iter().map(|entry| entry.map(|entry| entry.0.to_string())));
    base.statuses.clone().with(entries.into_iter().flatten())
}

/// `err_base` and `[[err]]` on top of the base's.
pub(super) fn errs<'a>(
    reader: &'a Reader<'a>,
    top: &Section<'a>,
    root: &'a DeTable<'a>,
    base: &Profile,
) -> ErrTable {
    let table = err_base(top).map_or_else(|| base.errs.clone(), ErrTable::of);
    let sections = rows(reader, top, root, "err", ERRS_MAX);
    let evidence = [("network", false), ("handset", true)];
    let read = |section: &Section<'a>| {
        let code = err_code(section);
        let permanent = section.given("permanent").map(|_| section.flag("permanent", false));
        let handset = section.choice("evidence", false, &evidence);
        let (reason, disposition) = (reason(section), disposition(section));
        section.finish();
        let ruling = Ruling { disposition, permanent, handset };
        Some((code?, Verdict { reason: reason?, ruling }))
    };
    let entries: Vec<_> = sections.iter().map(read).collect();
    let codes = entries.iter().map(|entry| entry.as_ref().map(|entry| format!("{:?}", entry.0)));
    once(&sections, "code", codes);
    table.with(entries.into_iter().flatten())
}

/// `[[state]]`; a profile that has any has none of its base's.
pub(super) fn states<'a>(
    reader: &'a Reader<'a>,
    top: &Section<'a>,
    root: &'a DeTable<'a>,
    base: &Profile,
) -> StateTable {
    let sections = rows(reader, top, root, "state", STATES_MAX);
    if sections.is_empty() {
        return base.states.clone();
    }
    let (mut numbers, mut words) = (Vec::new(), Vec::new());
    for section in &sections {
        let number = section.number_or_none::<u32>("message_state", 0..=i64::from(u32::MAX));
        let stat = section.text_or_none("stat", "the word of a receipt's `stat`");
        if number.is_none() && stat.is_none() {
            section.missing("stat", "`stat`, a word, or `message_state`, a number");
        }
        if section.given("is").is_none() {
            section.missing("is", "a word of SMPP's Appendix B, such as \"DELIVRD\"");
        }
        let state = section.choice("is", MessageState::Unknown, &STATES);
        numbers.extend(number.map(|number| (number, state)));
        words.extend(stat.map(|stat| (stat, state)));
        section.finish();
    }
    StateTable::new(numbers, words)
}

/// `pass_tlvs` and `[[tlv]]`, the listed ones beside those of the base.
pub(super) fn tlvs<'a>(
    reader: &'a Reader<'a>,
    top: &Section<'a>,
    root: &'a DeTable<'a>,
    base: &Profile,
) -> VendorTlvs {
    let pass = top.choice("pass_tlvs", base.tlvs.pass(), &PassTlvs::WORDS);
    let sections = rows(reader, top, root, "tlv", TLVS_MAX);
    let read = |section: &Section<'a>| {
        let tag = section.number_or_none::<u16>("tag", 1..=i64::from(u16::MAX));
        if tag.is_none() {
            section.missing("tag", "a tag, such as 0x1400 (SMPP §5.3.1)");
        }
        let name = section.text_or_none("name", "a name for people");
        if name.is_none() {
            section.missing("name", "a name for people");
        }
        let kind = section.choice("type", TlvType::Octets, &TlvType::WORDS);
        section.finish();
        Some(VendorTlv { tag: Tag(tag?), name: name?, kind })
    };
    let listed: Vec<_> = sections.iter().map(read).collect();
    let tags = listed.iter().map(|tlv| tlv.as_ref().map(|tlv| tlv.tag.0.to_string()));
    once(&sections, "tag", tags);
    let listed = listed.into_iter().flatten().chain(base.tlvs.listed().iter().cloned());
    VendorTlvs::new(listed, pass)
}

/// The sections of a table, no more than it may have.
fn rows<'a>(
    reader: &'a Reader<'a>,
    top: &Section<'a>,
    root: &'a DeTable<'a>,
    key: &'static str,
    rows_max: usize,
) -> Vec<Section<'a>> {
    let mut sections = many(reader, top, root, key, key);
    if sections.len() > rows_max {
        let problem = format!("has {} sections", sections.len());
        top.fail(key, problem, format!("at most {rows_max}"));
        sections.truncate(rows_max);
    }
    sections
}

fn once(sections: &[Section<'_>], key: &'static str, codes: impl Iterator<Item = Option<String>>) {
    // What could not be read has been complained about; the empty text counts as nothing.
    let codes: Vec<String> = codes.map(Option::unwrap_or_default).collect();
    unique(sections, key, codes.iter());
}

fn reason(section: &Section<'_>) -> Option<Reason> {
    let words: Vec<_> = Reason::ALL.iter().map(|reason| (reason.name(), *reason)).collect();
    if section.given("reason").is_none() {
        section.missing("reason", "a name of the dictionary of reasons, such as \"memory_full\"");
        return None;
    }
    Some(section.choice("reason", Reason::VendorOther, &words))
}

fn disposition(section: &Section<'_>) -> Option<Disposition> {
    let words: Vec<_> = Disposition::ALL.iter().map(|bucket| (bucket.name(), *bucket)).collect();
    section.given("disposition")?;
    Some(section.choice("disposition", Disposition::Unknown, &words))
}

/// An error is a string, since it may have letters and leading zeros; a number is one too.
fn err_code(section: &Section<'_>) -> Option<ErrCode> {
    let allowed =
        format!("the `err` of a receipt, such as \"027\" or \"DB52\", of {ERR_OCTETS_MAX} octets");
    let Some(given) = section.given("code") else {
        section.missing("code", &allowed);
        return None;
    };
    let code = match &given {
        Given::File(DeValue::String(text), _) => ErrCode::new(text.as_bytes()),
        Given::File(DeValue::Integer(number), _) => {
            u32::from_str_radix(number.as_str(), number.radix()).ok().map(ErrCode::Number)
        }
        _ => {
            section.reject("code", &given, wrong_type(&given), allowed);
            return None;
        }
    };
    if code.is_none() {
        section.fail("code", "cannot be an error".to_owned(), allowed);
    }
    code
}
