//! One message in a list.

use super::masked::masked;
use super::verdict::Verdict;
use super::visible::visible;
use crate::base::clock::Timestamp;
use crate::message::record::Direction;
use crate::peer::http::api::Api;
use crate::peer::http::lookup::Found;
use crate::peer::http::post_message::public_id;
use crate::peer::http::when::rfc3339;

/// What a list shows of a message.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) id: String,
    /// RFC 3339, and as people read it.
    pub(super) at: String,
    pub(super) time: String,
    pub(super) is_inbound: bool,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) verdict: Verdict,
    pub(super) carrier: String,
    /// From its acceptance to its end.
    pub(super) took: String,
    pub(super) parts: u8,
}

impl Row {
    /// A message as a list shows it.
    pub(super) fn of(api: &Api, found: &Found) -> Self {
        let message = found.stored.message();
        let names = api.ledger.names();
        let carrier = names.carrier_name(found.history.carrier);
        let sender = visible(&String::from_utf8_lossy(message.source.addr));
        let at = found.stored.accepted_at;
        let took = found.history.final_at.map(|end| took(end.since(at)));
        Self {
            id: public_id(api, found.stored.ord),
            time: time(at),
            at: rfc3339(at),
            is_inbound: message.direction == Direction::Inbound,
            from: masked(&message.source, false),
            to: masked(&message.destination, false),
            verdict: Verdict::of(&found.whole(), carrier.as_deref(), Some(&sender)),
            carrier: carrier.unwrap_or_default(),
            took: took.unwrap_or_default(),
            parts: message.parts,
        }
    }
}

/// A moment as people read it, in UTC.
pub(super) fn time(at: Timestamp) -> String {
    rfc3339(at).get(..19).unwrap_or_default().replace('T', " ")
}

/// A duration in its largest two units.
pub(super) fn took(duration: std::time::Duration) -> String {
    let (seconds, millis) = (duration.as_secs(), duration.subsec_millis());
    match seconds {
        0 => format!("{millis} ms"),
        1..60 => format!("{seconds}.{} s", millis / 100),
        60..3_600 => format!("{} min {} s", seconds / 60, seconds % 60),
        3_600..86_400 => format!("{} h {} min", seconds / 3_600, seconds % 3_600 / 60),
        _ => format!("{} d {} h", seconds / 86_400, seconds % 86_400 / 3_600),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn durations_are_told_in_units_that_people_use() {
        for (millis, told) in [
            (0, "0 ms"),
            (999, "999 ms"),
            (4_120, "4.1 s"),
            (124_000, "2 min 4 s"),
            (7_260_000, "2 h 1 min"),
            (90_000_000, "1 d 1 h"),
        ] {
            assert_eq!(took(Duration::from_millis(millis)), told);
        }
        assert_eq!(time(Timestamp(1_761_051_787_412_000)), "2025-10-21 13:03:07");
    }
}
