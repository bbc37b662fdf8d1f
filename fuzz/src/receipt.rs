//! Any text is read as a receipt without a panic, and what was read stands in the text.

use postrider::base::clock::Timestamp;
use postrider::carrier::profile::Profile;
use postrider::carrier::zone::ReceiptZone;
use postrider::wire::smpp::receipt::Receipt;
use postrider::wire::smpp::tlv::Tlvs;

const NOW: Timestamp = Timestamp(1_795_312_800_000_000);

/// The first octet is `data_coding`, the rest the text.
pub fn run(data: &[u8]) {
    let Some((&data_coding, text)) = data.split_first() else { return };
    let profile =
        Profile { receipt_zone: ReceiptZone::new("+05:30").expect("a zone"), ..Profile::default() };
    let mut room = Vec::new();
    let receipt = Receipt::of(text, data_coding, &Tlvs::default(), &mut room);
    let read = receipt.text;
    let values =
        [read.id, read.sub, read.dlvrd, read.submit_date, read.done_date, read.stat, read.err];
    for value in values.into_iter().flatten() {
        // A text in UCS-2 was written anew, with at most three octets for two.
        assert!(value.len() <= text.len() * 3 / 2 + 3, "a value is longer than its text");
    }
    let state = profile.states.of(&receipt).map_or(0, |state| state.number());
    let verdict = profile.verdict(state, read.err.unwrap_or_default());
    verdict.ruling.reported(state, verdict.reason);
    for date in [read.submit_date, read.done_date].into_iter().flatten() {
        profile.receipt_zone.moment(date, NOW);
    }
    let id = receipt.id.unwrap_or_default();
    let first = profile.message_id.first(id, false);
    assert_eq!(profile.message_id.all(id, false).next(), Some(first));
}
