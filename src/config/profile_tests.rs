//! What a profile takes and refuses, and that those compiled in stay true.

use std::path::Path;

use super::file::{Config, Surroundings};
use super::profile::{BUILT_IN, built_in, keys_known, parse};
use crate::address::country::Country;
use crate::address::outbound::{Form, Forms, Sign};
use crate::base::clock::Timestamp;
use crate::carrier::habit::Version;
use crate::carrier::profile::Profile;
use crate::carrier::status::{Refusal, Retry};
use crate::message::disposition::{Disposition, Evidence};
use crate::message::reason::Reason;

const GENERIC: &str = include_str!("../../config/profiles/generic.toml");

fn right(text: &str) -> Profile {
    parse("p.toml", text).unwrap_or_else(|error| panic!("{error}"))
}

fn errors(text: &str) -> Vec<String> {
    let error = parse("p.toml", text).expect_err("something is wrong with it");
    error.findings.iter().map(ToString::to_string).collect()
}

#[test]
fn the_generic_profile_as_written_is_the_default_to_the_last_entry() {
    assert_eq!(parse("generic", GENERIC).expect("it is right"), Profile::default());
    assert_eq!(parse("generic", "").expect("all defaults"), Profile::default());
    // Every error of the tables is written there: without the common list nothing is missing.
    let written = GENERIC.replace("err_base = \"gsm\"", "err_base = \"none\"");
    assert_eq!(right(&written).errs, Profile::default().errs);
    let statuses = Profile::default().statuses.entries().len();
    assert_eq!(GENERIC.matches("[[status]]").count(), statuses);
}

#[test]
fn the_generic_profile_shows_every_key() {
    let all = format!("{GENERIC}[[state]]\n[[tlv]]\n");
    for (section, key) in keys_known(&all) {
        let shown = GENERIC.lines().any(|line| {
            let line = line.trim_start_matches(['#', ' ']);
            line.starts_with(&format!("{key} ="))
                || line.starts_with(&format!("[[{key}]]"))
                || line.starts_with(&format!("[{key}]"))
        });
        let explained = GENERIC.contains(&format!("`{key}`")) || key == "extends";
        assert!(shown || explained, "[{section}] {key}");
    }
}

#[test]
fn every_profile_compiled_in_is_right_and_has_its_own_name() {
    for (name, text) in BUILT_IN {
        let profile = parse(name, text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(profile.name, *name);
        assert!(text.starts_with("# "), "{name} does not say what it is for");
        let listed = include_str!("../../config/postrider.toml").contains(name);
        assert!(listed && GENERIC.contains(name), "{name} is not in the documentation");
    }
}

#[test]
fn a_profile_says_only_what_differs_from_the_one_it_extends() {
    let text = "extends = \"hex-ids\"\nversion = \"5.0\"\n[[status]]\ncode = 0x0501\n\
                reason = \"queue_full\"\nretry = \"later\"\n";
    let profile = right(text);
    assert_eq!(profile.message_id, built_in("hex-ids").expect("there").message_id);
    assert_eq!(profile.version, Version::V50);
    let Refusal { retry, verdict } = profile.refusal(0x0501);
    assert_eq!((retry, verdict.reason), (Retry::Later, Reason::QueueFull));
    assert_eq!(profile.refusal(0x58).retry, Retry::Slower);
}

#[test]
fn an_error_names_file_line_column_key_value_and_what_is_allowed() {
    let text = "version = \"3.5\"\n[[status]]\ncode = 0\nreason = \"memory_ful\"\n\
                [[err]]\ncode = \"\"\n[[err]]\ncode = \"7\"\nreason = \"none\"\n\
                [[err]]\ncode = \"007\"\nreason = \"none\"\npermament = true\n\
                [source_addr]\nnumber = [1, 300]\n[[tlv]]\ntag = 0x10000\n";
    let errors = errors(text);
    let expected = [
        "p.toml:1:11: error: version = \"3.5\": is not known",
        "p.toml:3:8: error: status.1.code = 0: is too small; allowed: a whole number from 1",
        "p.toml:4:10: error: status.1.reason = \"memory_ful\": is not known; did you mean `memory_full`?",
        "p.toml:6:8: error: err.1.code = \"\": cannot be an error",
        "p.toml:5:1: error: err.1.reason: is missing",
        "p.toml:11:8: error: err.3.code = \"007\": is there twice",
        "p.toml:13:1: error: err.3.permament: no such key; did you mean `permanent`?",
        "p.toml:15:10: error: source_addr.number = [1, 300]: is not a type of number",
        "p.toml:17:7: error: tlv.1.tag = 0x10000: is too large",
        "p.toml:16:1: error: tlv.1.name: is missing",
    ];
    for expected in expected {
        let found = errors.iter().any(|error| error.starts_with(expected));
        assert!(found, "{expected}\n{errors:#?}");
    }
    assert_eq!(errors.len(), expected.len(), "{errors:#?}");
}

#[test]
fn a_zone_is_an_offset_or_a_name_and_places_the_receipts_dates() {
    assert!(errors("receipt_zone = \"IST\"\n")[0].contains("offset such as \"+05:30\""));
    let now = Timestamp(1_795_312_800_000_000);
    let zone = right("receipt_zone = \"+05:30\"\n").receipt_zone;
    assert_eq!(zone.moment(b"2611220730", now), Some(now));
}

#[test]
fn an_entry_says_permanence_bucket_and_evidence() {
    let text = "[[err]]\ncode = \"DB52\"\nreason = \"handset_refused\"\npermanent = true\n\
                disposition = \"blocked\"\nevidence = \"handset\"\n";
    let verdict = right(text).verdict(5, b"db52");
    assert_eq!(verdict.reason, Reason::HandsetRefused);
    assert_eq!(verdict.ruling.permanent, Some(true));
    assert_eq!(verdict.ruling.evidence(), Evidence::Handset);
    assert_eq!(verdict.ruling.reported(5, verdict.reason), Disposition::Blocked);
}

#[test]
fn addresses_have_a_form_for_each_kind_and_a_country() {
    let text = "[source_addr]\nalphanumeric = [5, 0]\n[destination_addr]\nnumber = [1, 1]\n\
                national = [2, 1]\nshort_code = [3, 0]\nplus = \"strip\"\ncountry = \"gb\"\n";
    let profile = right(text);
    assert!(profile.rewrites_addresses());
    let form = |ton, npi| Some(Form { ton, npi });
    assert_eq!(profile.source, Forms { alphanumeric: form(5, 0), ..Forms::default() });
    let expected = Forms {
        number: form(1, 1),
        national: form(2, 1),
        short_code: form(3, 0),
        alphanumeric: None,
        plus: Sign::Strip,
        country: Country::from_code("GB"),
    };
    assert_eq!(profile.destination, expected);
    assert!(!Profile::default().rewrites_addresses());
}

#[test]
fn a_national_form_wants_a_country_with_a_plan() {
    let errors_of = |country: &str| errors(&format!("[source_addr]\nnational = [2, 1]\n{country}"));
    assert_eq!(errors_of("").len(), 1);
    assert!(errors_of("")[0].contains("source_addr.country: is missing"), "{:?}", errors_of(""));
    let unknown = errors_of("country = \"ZZ\"\n");
    assert_eq!(unknown.len(), 1);
    assert!(unknown[0].contains("`ZZ` has no numbering plan"), "{unknown:?}");
}

const CARRIER: &str = "[[carrier]]\nname = \"sink\"\naddress = \"[::1]:2776\"\npassword = \"x\"\n";

fn carrier(keys: &str, beside: &Path) -> Result<Profile, String> {
    let text = format!("{CARRIER}{keys}\n");
    let checked = Config::parse("test.toml", &text, beside, Surroundings::default());
    let config = checked.map_err(|error| error.to_string())?.config;
    Ok(Profile::clone(&config.settings.carriers[0].profile))
}

#[test]
fn a_carrier_names_a_profile_compiled_in_or_a_file_beside_the_configuration() {
    let directory = tempfile::tempdir().expect("a directory");
    std::fs::write(directory.path().join("ours.toml"), "version = \"3.3\"\n").expect("written");
    std::fs::write(directory.path().join("bad.toml"), "\nversion = 3.3\n").expect("written");
    let here = directory.path();
    assert_eq!(carrier("", here), Ok(Profile::default()));
    assert_eq!(carrier("profile = \"latin1\"", here).expect("right").name, "latin1");
    let ours = carrier("profile = \"ours.toml\"", here).expect("right");
    assert_eq!(ours.version, Version::V33);
    let error = carrier("profile = \"latin-1\"", here).expect_err("a slip");
    assert!(error.contains("test.toml:5:11: error: carrier.sink.profile"), "{error}");
    assert!(error.contains("did you mean `latin1`?"), "{error}");
    let error = carrier("profile = \"none.toml\"", here).expect_err("not there");
    assert!(error.contains("none.toml cannot be read"), "{error}");
    let error = carrier("profile = \"bad.toml\"", here).expect_err("a mistake in it");
    assert!(error.contains("bad.toml:2:11: error: version = 3.3"), "{error}");
}

#[test]
fn no_text_makes_the_reader_panic() {
    let mut random = fastrand::Rng::with_seed(12);
    for _ in 0..200 {
        let mut octets = GENERIC.as_bytes().to_vec();
        for _ in 0..random.usize(1..6) {
            let at = random.usize(..octets.len());
            octets[at] = random.u8(b' '..0x7f);
        }
        let _ = parse("p.toml", &String::from_utf8_lossy(&octets));
    }
}

#[test]
fn a_profile_too_large_to_be_one_is_refused() {
    let text = "#".repeat(super::profile::PROFILE_OCTETS_MAX + 1);
    assert!(errors(&text)[0].contains("is larger than 1048576 octets"));
    let many = "[[err]]\ncode = \"1\"\nreason = \"none\"\n".repeat(4_097);
    assert!(errors(&many).iter().any(|error| error.contains("at most 4096")));
}
