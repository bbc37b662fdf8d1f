//! What comes of one attempt to tell something.

use std::net::IpAddr;
use std::time::Duration;

use crate::base::clock::Timestamp;

/// What the other side said.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// `Retry-After`, from now on.
    pub retry_after: Option<Duration>,
}

/// Why it said nothing.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Fault {
    /// Its name leads nowhere.
    #[error("the name cannot be looked up: {0}")]
    Name(String),
    /// Its name leads to an address that it may not.
    #[error("{0} is a private address, and allow_private does not allow it")]
    Private(IpAddr),
    /// Nobody answers there.
    #[error("cannot be connected to: {0}")]
    Connect(String),
    /// It does not speak TLS as it should.
    #[error("TLS failed: {0}")]
    Tls(String),
    /// Nothing came in time.
    #[error("no answer in time")]
    Timeout,
    /// It answered, and does not say what it has to.
    #[error("the answer does not have {0} in it")]
    Unacknowledged(&'static str),
    /// It broke off.
    #[error("the connection broke: {0}")]
    Broken(String),
}

/// What came of an attempt.
pub type Outcome = Result<Answer, Fault>;

/// Words of `result` in metrics and in the log of deliveries.
pub const RESULTS: &[&str] = &[
    "ok",
    "gone",
    "slow_down",
    "redirect",
    "refused",
    "failed",
    "timeout",
    "private",
    "name",
    "connect",
    "tls",
    "broken",
    "unacknowledged",
    "given_up",
    "unreadable",
];

/// The word of an outcome.
pub const fn result(outcome: &Outcome) -> &'static str {
    match outcome {
        Ok(Answer { status: 200..=299, .. }) => "ok",
        Ok(Answer { status: 410, .. }) => "gone",
        Ok(Answer { status: 429 | 502 | 504, .. }) => "slow_down",
        Ok(Answer { status: 300..=399, .. }) => "redirect",
        Ok(Answer { status: 400..=499, .. }) => "refused",
        Ok(_) => "failed",
        Err(Fault::Timeout) => "timeout",
        Err(Fault::Private(_)) => "private",
        Err(Fault::Name(_)) => "name",
        Err(Fault::Connect(_)) => "connect",
        Err(Fault::Tls(_)) => "tls",
        Err(Fault::Broken(_)) => "broken",
        Err(Fault::Unacknowledged(_)) => "unacknowledged",
    }
}

/// Reads a `Retry-After` (RFC 9110 §10.2.3): seconds, or a date.
pub fn retry_after(text: &str, now: Timestamp) -> Option<Duration> {
    if let Ok(seconds) = text.trim().parse::<u32>() {
        return Some(Duration::from_secs(seconds.into()));
    }
    let moment = jiff::fmt::rfc2822::parse(text.trim()).ok()?.timestamp();
    let at = u64::try_from(moment.as_microsecond()).ok().map(Timestamp)?;
    Some(at.since(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = Timestamp(784_111_777_000_000);
        assert_eq!(retry_after("120", now), Some(Duration::from_secs(120)));
        let date = "Sun, 06 Nov 1994 08:50:37 GMT";
        assert_eq!(retry_after(date, now), Some(Duration::from_secs(60)));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:40:37 GMT", now), Some(Duration::ZERO));
        assert_eq!(retry_after("soon", now), None);
        assert_eq!(retry_after("-5", now), None);
    }

    #[test]
    fn every_result_is_a_word_of_the_list() {
        let statuses = [200, 204, 301, 400, 410, 429, 500, 502, 503, 504];
        for status in statuses {
            let outcome = Ok(Answer { status, retry_after: None });
            assert!(RESULTS.contains(&result(&outcome)), "{status}");
        }
        assert_eq!(result(&Err(Fault::Timeout)), "timeout");
    }
}
