//! Any text is a profile or refused with reasons; a profile answers whatever it is asked.

use postrider::carrier::err::ErrCode;
use postrider::config::profile::parse;

/// The text of a profile's file.
pub fn run(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let profile = match parse("fuzz.toml", &text) {
        Ok(profile) => profile,
        Err(error) => {
            assert!(!error.findings.is_empty(), "refused without a reason");
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    for (status, refusal) in profile.statuses.entries() {
        assert_eq!(profile.refusal(*status), *refusal);
    }
    for (code, verdict) in profile.errs.entries() {
        let written = match code {
            ErrCode::Number(number) => number.to_string().into_bytes(),
            ErrCode::Word(word) => word.to_ascii_uppercase(),
        };
        assert_eq!(profile.errs.get(&written), Some(*verdict), "{code:?}");
    }
    for tlv in profile.tlvs.listed() {
        assert!(profile.tlvs.passes(tlv.tag));
    }
}
