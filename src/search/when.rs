//! Moments as people write them: a date and time, a date, or some time ago.

use std::fmt;
use std::time::Duration;

use crate::base::clock::Timestamp;

/// What can be written.
pub(super) const ALLOWED: &str = "RFC 3339 such as 2025-10-21T13:03:07Z, a date or a time of UTC such as \
    2025-10-21 or 2025-10-21T13:03, 90s, 30m, 2h, 7d, 2w or 1h30m ago, now, today, yesterday";

/// A moment, perhaps told from the present.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum When {
    /// This one. A date is its first moment in UTC.
    At(Timestamp),
    /// So many seconds ago.
    Ago(u64),
    /// The present.
    Now,
    /// The first moment of today in UTC.
    Today,
    /// The first moment of yesterday in UTC.
    Yesterday,
}

/// Longest time ago, in seconds: a hundred years.
const AGO_MAX: u64 = 36_525 * DAY;

const DAY: u64 = 86_400;

/// Units of time and their seconds, the longest first.
const UNITS: [(char, u64); 5] = [('w', 7 * DAY), ('d', DAY), ('h', 3_600), ('m', 60), ('s', 1)];

impl When {
    /// Reads a moment; what was before 1970 is 1970.
    pub fn read(text: &str) -> Option<Self> {
        match &*text.to_ascii_lowercase() {
            "now" => Some(Self::Now),
            "today" => Some(Self::Today),
            "yesterday" => Some(Self::Yesterday),
            lower => ago(lower).map(Self::Ago).or_else(|| at(text).map(Self::At)),
        }
    }

    /// The moment it is at a present.
    pub fn moment(self, now: Timestamp) -> Timestamp {
        let midnight = Timestamp(now.0 - now.0 % (DAY * 1_000_000));
        match self {
            Self::At(at) => at,
            Self::Ago(seconds) => now - Duration::from_secs(seconds),
            Self::Now => now,
            Self::Today => midnight,
            Self::Yesterday => midnight - Duration::from_secs(DAY),
        }
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::At(at) => {
                let micros = i64::try_from(at.0).unwrap_or(i64::MAX);
                let moment = jiff::Timestamp::from_microsecond(micros);
                write!(f, "{}", moment.unwrap_or(jiff::Timestamp::MAX))
            }
            Self::Ago(seconds) => {
                let whole = |(_, unit): &&(char, u64)| seconds > 0 && seconds.is_multiple_of(*unit);
                let (unit, each) = UNITS.iter().find(whole).unwrap_or(&('s', 1));
                write!(f, "{}{unit}", seconds / each)
            }
            Self::Now => f.write_str("now"),
            Self::Today => f.write_str("today"),
            Self::Yesterday => f.write_str("yesterday"),
        }
    }
}

/// Numbers with units, such as `1h30m`, in seconds.
fn ago(text: &str) -> Option<u64> {
    let (mut total, mut rest) = (0_u64, text);
    while !rest.is_empty() {
        let digits = rest.find(|letter: char| !letter.is_ascii_digit())?;
        let count: u64 = rest[..digits].parse().ok()?;
        let unit = rest[digits..].chars().next()?;
        let (_, seconds) = UNITS.iter().find(|(name, _)| *name == unit)?;
        total = total.checked_add(count.checked_mul(*seconds)?)?;
        rest = &rest[digits + unit.len_utf8()..];
    }
    (!text.is_empty() && total <= AGO_MAX).then_some(total)
}

fn at(text: &str) -> Option<Timestamp> {
    let moment = match text.parse::<jiff::Timestamp>() {
        Ok(moment) => moment,
        Err(_) => {
            let local: jiff::civil::DateTime = text.parse().ok()?;
            local.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp()
        }
    };
    Some(Timestamp(u64::try_from(moment.as_microsecond()).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2025-10-21T13:03:07Z.
    const NOW: Timestamp = Timestamp(1_761_051_787_000_000);

    fn moment(text: &str) -> Option<u64> {
        When::read(text).map(|when| when.moment(NOW).0 / 1_000_000)
    }

    #[test]
    fn moments_are_read_as_people_write_them() {
        let now = NOW.0 / 1_000_000;
        for (text, ago) in [
            ("now", 0),
            ("2h", 7_200),
            ("1h30m", 5_400),
            ("2W", 14 * 86_400),
            ("today", 13 * 3_600 + 3 * 60 + 7),
            ("Yesterday", 37 * 3_600 + 3 * 60 + 7),
            ("2025-10-21", 13 * 3_600 + 3 * 60 + 7),
            ("2025-10-21T13:03", 7),
            ("2025-10-21 13:03:06", 1),
            ("2025-10-21T15:03:07+02:00", 0),
            ("2025-10-21T13:03:07Z", 0),
        ] {
            assert_eq!(moment(text), Some(now - ago), "{text}");
        }
        assert_eq!(moment("1960-01-01"), Some(0));
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for text in [
            "",
            "2",
            "h",
            "2x",
            "-2h",
            "99999999999999999999s",
            "101w101w9999999w",
            "tomorrow",
            "2025-13-01",
            "13:03",
        ] {
            assert_eq!(When::read(text), None, "{text}");
        }
    }

    #[test]
    fn a_moment_reads_back_as_it_is_written() {
        for text in ["2h", "90m", "1w", "0s", "now", "today", "yesterday", "2025-10-21T13:03:07.5Z"]
        {
            let when = When::read(text).expect(text);
            assert_eq!(When::read(&when.to_string()), Some(when), "{text} {when}");
        }
        assert_eq!(When::Ago(7_200).to_string(), "2h");
        assert_eq!(When::Ago(5_400).to_string(), "90m");
    }
}
