//! Recorded receipts and ids through a carrier's profile.

use postrider::base::clock::Timestamp;
use postrider::carrier::message_id::IdForm;
use postrider::carrier::profile::Profile;
use postrider::carrier::zone::ReceiptZone;
use postrider::message::carrier_id::NormalId;
use postrider::message::disposition::Disposition;
use postrider::wire::smpp::receipt::Receipt;
use postrider::wire::smpp::tlv::Tlvs;
use serde_json::Value;

use crate::vectors::{own, shared};

/// 2026-11-22T02:00:00Z.
const NOW: Timestamp = Timestamp(1_795_312_800_000_000);

fn check(text: &str) -> usize {
    let profile = Profile { receipt_zone: ReceiptZone::new("UTC").unwrap(), ..Profile::default() };
    let rows = text.lines().filter(|line| !line.is_empty());
    rows.map(|line| {
        let row: Value = serde_json::from_str(line).unwrap();
        let text = row["text"].as_str().unwrap();
        let mut room = Vec::new();
        let receipt = Receipt::of(text.as_bytes(), 0, &Tlvs::default(), &mut room);
        let state = profile.states.of(&receipt).map_or(0, |state| state.number());
        let verdict = profile.verdict(state, receipt.text.err.unwrap_or_default());
        let bucket = verdict.ruling.reported(state, verdict.reason);
        let expected: &[Disposition] = match row["canonical_from_stat"].as_str() {
            Some("delivered") => &[Disposition::Delivered],
            Some("expired") => &[Disposition::Expired],
            Some("accepted" | "enroute/pending" | "unmapped") => &[Disposition::InProgress],
            Some("bounced-permanent") => {
                &[Disposition::Bounced, Disposition::Blocked, Disposition::Unknown]
            }
            Some("blocked") => &[Disposition::Blocked],
            _ => Disposition::ALL,
        };
        assert!(expected.contains(&bucket), "{bucket:?} of {text}");
        let placed = receipt.text.done_date.and_then(|date| profile.receipt_zone.moment(date, NOW));
        let told = row["done_date_iso"].as_str().is_some();
        assert_eq!(placed.is_some(), told, "done date of {text}");
        assert_eq!(
            receipt
                .text
                .done_date
                .and_then(|date| Profile::default().receipt_zone.moment(date, NOW)),
            None,
            "a zone is not guessed: {text}"
        );
    })
    .count()
}

#[test]
fn every_receipt_ends_in_its_bucket_and_its_date_is_placed_where_the_zone_is_told() {
    assert!(check(&own("smpp-receipts.jsonl")) > 0);
    if let Some(text) = shared("smpp-receipts.jsonl") {
        assert!(check(&text) > 0);
    }
}

/// Whether a receipt's id is that of a response, as this form has it.
fn found(form: IdForm, response: &str, receipt: &str) -> bool {
    let canonical = NormalId::new(response.as_bytes());
    form.all(receipt.as_bytes(), false).any(|form| form == canonical)
}

#[test]
fn every_recorded_pair_of_ids_is_found_by_the_form_that_its_carrier_has() {
    let Some(text) = shared("smpp-message-id-pairs.csv") else { return };
    for line in text.lines().skip(1).filter(|line| !line.is_empty()) {
        let mut columns = line.split(',');
        let (response, receipt) = (columns.next().unwrap(), columns.next().unwrap());
        let as_numbers = columns.next() == Some("true");
        let differ = ["not equal", "not the same", "two messages", "no match"];
        let differ = differ.iter().any(|words| line.contains(words));
        assert_eq!(found(IdForm::Any, response, receipt), !differ, "{line}");
        if as_numbers {
            let either = found(IdForm::HexInResponse, response, receipt)
                || found(IdForm::HexInReceipt, response, receipt);
            assert!(either && !found(IdForm::AsIs, response, receipt), "{line}");
        } else {
            assert_eq!(found(IdForm::AsIs, response, receipt), !differ, "{line}");
        }
    }
}
