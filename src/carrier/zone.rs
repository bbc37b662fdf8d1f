//! The zone of a carrier's dates: a fixed offset, or a name of the IANA database.
//!
//! A date of a receipt is the SMSC's local time (SMPP v3.4 Appendix B does not say whose). Unless a
//! profile tells the zone it cannot be placed, and is not.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};

use crate::base::clock::Timestamp;
use crate::wire::smpp::receipt_date::{ReceiptDate, may_say_its_zone};

/// Where a carrier's clock hangs.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ReceiptZone(Option<TimeZone>);

/// What a profile may write.
pub const ZONES: &str = "\"unknown\", \"UTC\", an offset such as \"+05:30\", or a name of the IANA \
                         database such as \"Europe/Berlin\"";

impl ReceiptZone {
    /// Reads a profile's word: `unknown`, `UTC`, `±hh:mm` up to 14 hours, or an IANA name. `None` if
    /// it is none of these, or the system's database does not have it.
    pub fn new(text: &str) -> Option<Self> {
        if text == "unknown" {
            return Some(Self(None));
        }
        if text == "UTC" {
            return Some(Self(Some(TimeZone::UTC)));
        }
        if text.starts_with(['+', '-']) {
            let minutes = offset(text)?;
            let offset = Offset::from_seconds(minutes * 60).ok()?;
            return Some(Self(Some(TimeZone::fixed(offset))));
        }
        // A path is no name.
        if text.starts_with(['/', '.']) || text.contains("..") || text.is_empty() {
            return None;
        }
        TimeZone::get(text).ok().map(|zone| Self(Some(zone)))
    }

    /// The moment a receipt's date means. A date with a zone of its own is placed by that; of an hour
    /// that a change of the clocks doubles or skips, the first, or the one after the gap, is taken.
    pub fn moment(&self, raw: &[u8], now: Timestamp) -> Option<Timestamp> {
        if self.0.is_none() && !may_say_its_zone(raw) {
            return None;
        }
        let zoned = ReceiptDate::parse_zoned(raw, now)?;
        if let Some(quarters) = zoned.quarters_ahead {
            return timestamp(zoned.date.unix_seconds() - i64::from(quarters) * 900);
        }
        let zone = self.0.as_ref()?;
        let local = civil(&zoned.date)?;
        let moment = zone.to_ambiguous_timestamp(local).compatible().ok()?;
        timestamp(moment.as_second())
    }
}

/// Minutes ahead of UTC: `+05:30`, `-0330`, `+2`.
fn offset(text: &str) -> Option<i32> {
    let (sign, rest) = text.split_at_checked(1)?;
    let digits: String = rest.chars().filter(|&character| character != ':').collect();
    if digits.is_empty() || digits.len() > 4 || !digits.bytes().all(|digit| digit.is_ascii_digit())
    {
        return None;
    }
    let (hours, minutes) = digits.split_at(digits.len().min(2));
    let hours: i32 = hours.parse().ok()?;
    let minutes: i32 = if minutes.is_empty() { 0 } else { minutes.parse().ok()? };
    let ahead = hours * 60 + minutes;
    (minutes < 60 && ahead <= 14 * 60).then_some(if sign == "-" { -ahead } else { ahead })
}

fn civil(date: &ReceiptDate) -> Option<DateTime> {
    let ReceiptDate { year, month, day, hour, minute, second } = *date;
    let day = Date::new(year as i16, month as i8, day as i8).ok()?;
    let time = Time::new(hour as i8, minute as i8, second as i8, 0).ok()?;
    Some(DateTime::from_parts(day, time))
}

fn timestamp(seconds: i64) -> Option<Timestamp> {
    u64::try_from(seconds).ok()?.checked_mul(1_000_000).map(Timestamp)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-22T02:00:00Z.
    const NOW: Timestamp = Timestamp(1_795_312_800_000_000);

    fn seconds(zone: &str, date: &str) -> Option<u64> {
        let moment = ReceiptZone::new(zone).expect("a zone").moment(date.as_bytes(), NOW);
        moment.map(|moment| moment.0 / 1_000_000)
    }

    #[test]
    fn a_date_is_placed_by_the_offset_told() {
        assert_eq!(seconds("UTC", "2611220200"), Some(1_795_312_800));
        assert_eq!(seconds("+05:30", "2611220730"), Some(1_795_312_800));
        assert_eq!(seconds("-0330", "2611212230"), Some(1_795_312_800));
    }

    #[test]
    fn a_name_knows_summer_and_winter() {
        if ReceiptZone::new("Europe/Berlin").is_none() {
            return;
        }
        assert_eq!(seconds("Europe/Berlin", "2611220300"), Some(1_795_312_800));
        assert_eq!(seconds("Europe/Berlin", "260701120000"), seconds("UTC", "260701100000"));
        // The hour that comes twice: the first of the two.
        assert_eq!(seconds("Europe/Berlin", "2510260230"), seconds("UTC", "2510260030"));
    }

    #[test]
    fn an_unknown_zone_places_only_dates_that_say_theirs() {
        assert_eq!(seconds("unknown", "2611220200"), None);
        assert_eq!(seconds("unknown", "261122030000004+"), Some(1_795_312_800));
        assert_eq!(seconds("UTC", "0000000000"), None);
    }

    #[test]
    fn what_is_no_zone_is_refused() {
        for text in ["", "+15:00", "+5:99", "+", "-12345", "Mars/Olympus", "../etc/passwd", "/etc"]
        {
            assert_eq!(ReceiptZone::new(text), None, "{text:?}");
        }
    }
}
