//! When a refused message is tried again, by what was wrong.
//!
//! | refusal | first pause | longest |
//! | --- | --- | --- |
//! | throttled | 500 ms | 4 s |
//! | a queue is full | 2 s | 5 min |
//! | the carrier's error | 2 s | 10 min |
//! | the destination's application or line is busy | 10 s | 30 min |

use std::time::Duration;

use crate::carrier::status::Retry;
use crate::deliver::backoff::Backoff;
use crate::message::reason::Reason;

/// The back-off after a refusal, from its first pause to its longest.
pub(super) const fn pauses(retry: Retry, reason: Reason) -> Backoff {
    let (first_ms, longest_s) = match (retry, reason) {
        (Retry::Slower, _) => (500, 4),
        (Retry::Busy, _) => (10_000, 1_800),
        (_, Reason::QueueFull) => (2_000, 300),
        _ => (2_000, 600),
    };
    Backoff { first: Duration::from_millis(first_ms), longest: Duration::from_secs(longest_s) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::carrier::status::{Refusal, StatusTable};

    #[test]
    fn what_heals_soon_is_tried_sooner_than_what_does_not() {
        let first = |status| {
            let Refusal { retry, verdict } = StatusTable::default().refusal(status);
            pauses(retry, verdict.reason)
        };
        assert!(first(0x58).longest < first(0x14).longest);
        assert!(first(0x14).longest < first(0x08).longest);
        assert!(first(0x08).first < first(0x64).first);
    }
}
