//! Receipts' texts as SMSCs send them.

use postrider::base::clock::Timestamp;
use postrider::wire::smpp::message_state::MessageState;
use postrider::wire::smpp::receipt_date::ReceiptDate;
use postrider::wire::smpp::receipt_text::ReceiptText;
use serde_json::{Map, Value, json};

use crate::vectors::{latin1, own, shared};

/// 2026-11-22T02:00:00Z.
const NOW: Timestamp = Timestamp(1_795_312_800_000_000);

#[test]
fn every_recorded_receipt_is_read_as_expected() {
    if let Some(text) = shared("smpp-receipts.jsonl") {
        assert!(check_all(&text) > 0);
    }
}

#[test]
fn every_receipt_of_our_own_is_read_as_expected() {
    assert!(check_all(&own("smpp-receipts.jsonl")) > 0);
}

fn check_all(text: &str) -> usize {
    let mut checked = 0;
    for line in text.lines().filter(|line| !line.is_empty()) {
        let row: Value = serde_json::from_str(line).unwrap();
        let text = row["text"].as_str().unwrap();
        let receipt = ReceiptText::parse(text.as_bytes());
        check_text(text, &receipt, row["expected"].as_object().unwrap());
        check_date(text, receipt.submit_date, &row["submit_date_iso"]);
        check_date(text, receipt.done_date, &row["done_date_iso"]);
        if let Some(meaning) = row["canonical_from_stat"].as_str() {
            check_meaning(text, receipt.message_state(), meaning);
        }
        checked += 1;
    }
    checked
}

/// Compares every key; a NUL that closes the text may be counted to it or not.
pub fn check_text(name: &str, receipt: &ReceiptText<'_>, expected: &Map<String, Value>) {
    if expected.is_empty() {
        return;
    }
    let keys = [
        ("id", receipt.id),
        ("sub", receipt.sub),
        ("dlvrd", receipt.dlvrd),
        ("submit_date", receipt.submit_date),
        ("done_date", receipt.done_date),
        ("stat", receipt.stat),
        ("err", receipt.err),
        ("text", receipt.text),
    ];
    for (key, value) in keys {
        let expected = expected.get(key).and_then(Value::as_str);
        let expected = expected.map(|expected| expected.trim_end_matches('\0').to_owned());
        // Octets beyond ASCII are told as characters of the same number, or as UTF-8.
        let same_utf8 = value.map(|value| String::from_utf8_lossy(value).into_owned()) == expected;
        assert!(same_utf8 || value.map(latin1) == expected, "{key} of {name}: {value:?}");
    }
}

fn check_date(text: &str, raw: Option<&[u8]>, expected: &Value) {
    let date = raw.and_then(|raw| ReceiptDate::parse(raw, NOW)).map(|date| {
        let ReceiptDate { year, month, day, hour, minute, second } = date;
        format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
    });
    assert_eq!(json!(date), *expected, "{text}");
}

fn check_meaning(text: &str, state: Option<MessageState>, meaning: &str) {
    let expected: &[Option<MessageState>] = match meaning {
        "delivered" => &[Some(MessageState::Delivered)],
        "expired" => &[Some(MessageState::Expired)],
        "accepted" => &[Some(MessageState::Accepted)],
        "enroute/pending" => &[Some(MessageState::Enroute), Some(MessageState::Scheduled)],
        "bounced-permanent" => &[
            Some(MessageState::Undeliverable),
            Some(MessageState::Rejected),
            Some(MessageState::Deleted),
        ],
        "blocked" => &[Some(MessageState::Rejected)],
        "unmapped" => &[None],
        _ => return,
    };
    assert!(expected.contains(&state), "{state:?} of {text}");
}
