//! The settings of a simulated SMSC.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use crate::sim::ids::IdStyle;
use crate::sim::outcome::Outcomes;

/// The settings of a simulated SMSC; the default is one that delivers everything after 10 to 50 ms.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where ESMEs bind; port 0 picks a free one.
    pub listen: SocketAddr,
    /// Who may bind; `None` lets everybody in.
    pub credentials: Option<(String, String)>,
    /// Form of the message ids in submit_sm_resp.
    pub ids: IdStyle,
    /// Form of the message ids in receipts.
    pub receipt_ids: IdStyle,
    /// Time from a submit to its receipt.
    pub delay: Span,
    /// deliver_sm in flight on one bind. Real SMSCs allow 1 to 100; the default does not hold up the
    /// receipts of a load test.
    pub window: usize,
    /// Shares of the ways a message can end.
    pub outcomes: Outcomes,
    /// Destinations of this prefix and three digits have a fate of their own.
    pub fate_prefix: String,
    /// Submits a second above which ESME_RTHROTTLED is answered.
    pub rate: Option<u32>,
    /// How long a submit_sm_resp is held back.
    pub response_delay: Duration,
    /// Percentage of receipts that are sent before their submit_sm_resp.
    pub receipt_before_response: u8,
    /// Mobile-originated messages a second.
    pub mobile_originated: u32,
    /// Where these are addressed to.
    pub mobile_originated_to: String,
    /// Makes chance and message ids the same in every run.
    pub seed: Option<u64>,
    /// A file that every submit taken is written to.
    pub record: Option<PathBuf>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            credentials: Some(("sink".to_owned(), "sink".to_owned())),
            ids: IdStyle::default(),
            receipt_ids: IdStyle::default(),
            delay: Span::new(Duration::from_millis(10), Duration::from_millis(50)),
            window: 10_000,
            outcomes: Outcomes::default(),
            fate_prefix: "447700900".to_owned(),
            rate: None,
            response_delay: Duration::ZERO,
            receipt_before_response: 0,
            mobile_originated: 0,
            mobile_originated_to: "12345".to_owned(),
            seed: None,
            record: None,
        }
    }
}

/// A time drawn from a range.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Span {
    /// The shortest.
    pub least: Duration,
    /// The longest.
    pub most: Duration,
}

/// The longest delay of a receipt: two days, as long as an SMSC keeps a message.
const DELAY_MAX: Duration = Duration::from_secs(48 * 3600);

impl Span {
    /// From `least` to `most`.
    pub const fn new(least: Duration, most: Duration) -> Self {
        Self { least, most }
    }

    /// A time from the range.
    #[inline]
    pub(crate) fn draw(&self, random: &mut fastrand::Rng) -> Duration {
        let (least, most) = (self.least.as_micros() as u64, self.most.as_micros() as u64);
        Duration::from_micros(if least < most { random.u64(least..=most) } else { least })
    }
}

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (least, most) = text.split_once("..").unwrap_or((text, text));
        let (least, most) = (duration(least)?, duration(most)?);
        if least > most || most > DELAY_MAX {
            return Err(format!("`{text}` does not ascend, or goes beyond 48h"));
        }
        Ok(Self { least, most })
    }
}

/// Reads `250us`, `10ms`, `1.5s`, `2m` or `1h`.
pub fn duration(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    let split = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let seconds = match unit {
        "us" => 1e-6,
        "ms" => 1e-3,
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return Err(format!("`{text}` is not a time such as 250us, 10ms, 1.5s, 2m or 1h")),
    };
    number
        .parse::<f64>()
        .ok()
        .and_then(|number| Duration::try_from_secs_f64(number * seconds).ok())
        .ok_or_else(|| format!("`{number}` is not a number"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_with_their_unit() {
        assert_eq!(duration("250us"), Ok(Duration::from_micros(250)));
        assert_eq!(duration("1.5s"), Ok(Duration::from_millis(1500)));
        assert_eq!(duration("2m"), Ok(Duration::from_secs(120)));
        for text in ["", "10", "ms", "1.2.3s", "-1s"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_span_is_one_time_or_a_range() {
        let span: Span = "10ms..50ms".parse().unwrap();
        assert_eq!(span, Span::new(Duration::from_millis(10), Duration::from_millis(50)));
        assert_eq!("1s".parse::<Span>().unwrap().most, Duration::from_secs(1));
        assert!("50ms..10ms".parse::<Span>().is_err());
        let mut random = fastrand::Rng::with_seed(3);
        assert!((0..1000).all(|_| {
            let drawn = span.draw(&mut random);
            span.least <= drawn && drawn <= span.most
        }));
    }
}
