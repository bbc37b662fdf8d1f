//! Receipts as carriers write them, and what a carrier with the common tables makes of them.

use super::flight::Flight;
use crate::base::clock::Timestamp;
use crate::carrier::profile::Profile;
use crate::message::event::Report;
use crate::wire::smpp::receipt_date::ReceiptDate;
use crate::wire::smpp::receipt_write::ClassicReceipt;

/// Octets of a receipt that are kept.
const RAW_BYTES_MAX: usize = 255;

/// Writes receipts, in memory that is used again.
#[derive(Debug, Default)]
pub(super) struct RawReceipts {
    profile: Profile,
    raw: Vec<u8>,
    id: Vec<u8>,
    err: [u8; 3],
    /// Dates that were written before, by their minutes: most are of the same.
    dates: [(u64, Option<ReceiptDate>); 2],
}

impl RawReceipts {
    /// What a receipt says of a message: `message_state` (SMPP §5.2.28), its word and an error.
    pub(super) fn report(
        &mut self,
        flight: &Flight,
        id: &[u8],
        (message_state, stat, err): (u8, &[u8], u16),
        now: Timestamp,
    ) -> Report<'_> {
        self.err = [err / 100 % 10, err / 10 % 10, err % 10].map(|digit| b'0' + digit as u8);
        self.id.clear();
        self.id.extend_from_slice(id);
        let text = ClassicReceipt {
            id,
            sub: 1,
            dlvrd: u16::from(message_state == 2),
            submit_date: date(&mut self.dates[0], flight.sent_at),
            done_date: date(&mut self.dates[1], now),
            stat,
            err: &self.err,
            text: flight.head(),
        };
        self.raw.clear();
        text.write(&mut self.raw);
        self.raw.truncate(RAW_BYTES_MAX);
        let verdict = self.profile.verdict(message_state, &self.err);
        Report {
            message_state,
            reason: verdict.reason as u8,
            last: matches!(message_state, 2..=5 | 8),
            ruling: verdict.ruling,
            carrier_message_id: &self.id,
            err: &self.err,
            raw: &self.raw,
        }
    }
}

fn date(known: &mut (u64, Option<ReceiptDate>), at: Timestamp) -> ReceiptDate {
    let minute = at.as_millis() / 60_000;
    match known {
        (of, Some(date)) if *of == minute => *date,
        _ => {
            let date = ReceiptDate::at(at, 0);
            *known = (minute, Some(date));
            date
        }
    }
}
