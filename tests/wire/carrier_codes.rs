//! What a carrier's codes mean: the tables of the default profile, and of those compiled in, against
//! recorded ones.

use postrider::carrier::err::{ErrBase, ErrTable};
use postrider::carrier::profile::Profile;
use postrider::carrier::status::{Refusal, Retry};
use postrider::carrier::verdict::Verdict;
use postrider::config::profile::built_in;
use postrider::message::disposition::Disposition;
use postrider::message::state::refused;
use postrider::wire::smpp::message_state::MessageState;

use crate::vectors::shared;

/// Rows that the design's own page settles otherwise, each with its reason.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    ("smpp-command_status", "0x00000045", "the folds have ESME_RSUBMITFAIL tried again"),
    ("smpp-message_state", "4", "the folds have DELETED as unknown: nobody says it bounced"),
    ("smpp-receipt-stat", "DELETED", "the same"),
    ("smpp-message_state", "9", "the folds have SKIPPED as in progress"),
    ("smpp-receipt-stat", "SKIPPED", "the same"),
];

/// A row of the table of codes.
struct Row {
    protocol: String,
    code: String,
    disposition: String,
    retry: bool,
}

impl Row {
    fn name(&self) -> String {
        format!("{} {}", self.protocol, self.code)
    }

    /// What its word means in our seven buckets; a rejected field is blocked by us and by the carrier
    /// alike, and a wrong number bounces.
    fn bucket(&self) -> Option<Disposition> {
        Some(match self.disposition.as_str() {
            "delivered" => Disposition::Delivered,
            "accepted" | "enroute/pending" => Disposition::InProgress,
            "bounced-permanent" | "bounced-temporary/retry" | "misdirected/unknown-number" => {
                Disposition::Bounced
            }
            "blocked" | "rejected-invalid" => Disposition::Blocked,
            "expired" => Disposition::Expired,
            _ => return None,
        })
    }
}

fn rows() -> Vec<Row> {
    let text = shared("codes.csv").unwrap_or_default();
    let rows = text.lines().skip(1).filter(|line| !line.is_empty()).map(|line| {
        let fields = fields(line);
        let field = |place: usize| fields.get(place).cloned().unwrap_or_default();
        Row { protocol: field(0), code: field(1), disposition: field(4), retry: field(5) == "yes" }
    });
    let excepted = |row: &Row| {
        EXCEPTIONS
            .iter()
            .any(|(protocol, code, _)| (*protocol, *code) == (&row.protocol, &row.code))
    };
    rows.filter(|row| !excepted(row)).collect()
}

/// The fields of a line, some in quotes.
fn fields(line: &str) -> Vec<String> {
    let (mut fields, mut quoted) = (vec![String::new()], false);
    for character in line.chars() {
        match character {
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            _ => fields.last_mut().unwrap().push(character),
        }
    }
    fields
}

fn number(code: &str) -> u32 {
    match code.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16).unwrap(),
        None => code.parse().unwrap(),
    }
}

#[test]
fn every_recorded_status_is_tried_again_or_not_and_ends_as_told() {
    let profile = Profile::default();
    for row in rows().iter().filter(|row| row.protocol == "smpp-command_status") {
        for code in row.code.split('-').map(number).filter(|code| *code != 0) {
            let Refusal { retry, verdict } = profile.refusal(code);
            assert_eq!(retry != Retry::Never, row.retry, "{}", row.name());
            assert_eq!(retry == Retry::Slower, row.disposition == "throttled", "{}", row.name());
            if retry == Retry::Never {
                let bucket = refused(verdict.reason, verdict.ruling);
                assert_eq!(Some(bucket), row.bucket(), "{}", row.name());
            }
        }
    }
}

/// A verdict on an UNDELIV: its bucket, and whether trying again may help.
fn check_err(row: &Row, verdict: Verdict) {
    let bucket = verdict.ruling.reported(5, verdict.reason);
    assert_eq!(Some(bucket), row.bucket(), "{}", row.name());
    let permanent = verdict.ruling.permanent.unwrap_or(verdict.reason.permanent());
    let bounced = bucket == Disposition::Bounced;
    assert!(!bounced || permanent != row.retry, "{}: permanent {permanent}", row.name());
}

#[test]
fn every_recorded_error_of_the_common_lists_is_known_and_means_what_is_told() {
    let lists = [
        ("gsm-err", ErrBase::Gsm),
        ("gsm-tp-fcs", ErrBase::Gsm),
        ("gsm-tp-status", ErrBase::TpStatus),
        ("gsm-rp-cause", ErrBase::RpCause),
    ];
    for row in rows() {
        let list = lists.iter().find(|(name, _)| row.protocol.starts_with(name));
        let Some((name, base)) = list else { continue };
        let code = number(&row.code);
        // 0 leaves it to the state; TP-Status 0 is a delivery.
        if code == 0 {
            continue;
        }
        // The cause that says nothing else is open: it may come with any number of the range.
        let verdict = ErrTable::of(*base).get(code.to_string().as_bytes());
        check_err(&row, verdict.unwrap_or_else(|| panic!("{name} {code} is not known")));
    }
}

#[test]
fn every_recorded_failure_reason_is_known() {
    for row in rows().iter().filter(|row| row.protocol == "smpp-delivery_failure_reason") {
        let err = format!("DFR{}", row.code);
        check_err(row, Profile::default().verdict(5, err.as_bytes()));
    }
}

#[test]
fn an_error_of_any_network_that_no_table_has_bounces() {
    for row in rows().iter().filter(|row| row.protocol == "smpp-network_type") {
        let verdict = Profile::default().verdict(5, b"64999");
        assert_eq!(
            Some(verdict.ruling.reported(5, verdict.reason)),
            row.bucket(),
            "{}",
            row.name()
        );
    }
}

#[test]
fn every_recorded_state_and_word_is_in_its_bucket() {
    let profile = Profile::default();
    for row in rows() {
        let state = match row.protocol.as_str() {
            "smpp-message_state" => row.code.parse().unwrap(),
            "smpp-receipt-stat" => MessageState::from_stat(row.code.as_bytes())
                .unwrap_or_else(|| panic!("{} is no state", row.code))
                .number(),
            _ => continue,
        };
        let verdict = profile.verdict(state, b"000");
        let bucket = verdict.ruling.reported(state, verdict.reason);
        assert_eq!(Some(bucket), row.bucket(), "{}", row.name());
    }
}

#[test]
fn every_recorded_error_of_a_vendor_is_known_to_its_profile() {
    let vendors = [
        ("vendor-err-javna", "javna"),
        ("vendor-err-sinch-messagemedia", "messagemedia"),
        ("vendor-err-india-dlt", "india-dlt"),
    ];
    for row in rows() {
        let Some((_, name)) = vendors.iter().find(|(name, _)| row.protocol == *name) else {
            continue;
        };
        let profile = built_in(name).unwrap();
        let known = profile.errs.get(row.code.as_bytes());
        let verdict = known.unwrap_or_else(|| panic!("{name} does not know {}", row.code));
        if row.bucket().is_some() {
            check_err(&row, verdict);
        }
    }
}

#[test]
fn the_exceptions_are_what_they_say() {
    let profile = Profile::default();
    assert_eq!(profile.refusal(0x45).retry, Retry::Later);
    let bucket = |state| {
        let verdict = profile.verdict(state, b"");
        verdict.ruling.reported(state, verdict.reason)
    };
    assert_eq!((bucket(4), bucket(9)), (Disposition::Unknown, Disposition::InProgress));
    assert!(EXCEPTIONS.iter().all(|(.., reason)| !reason.is_empty()));
}
