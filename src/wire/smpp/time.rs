//! Absolute and relative times: `schedule_delivery_time` and `validity_period` (SMPP 3.4 §7.1.1).
//!
//! Sixteen characters: `YYMMDDhhmmsstnnp` is a date with tenths of a second, `nn` quarters of an hour
//! and `p` `+` or `-` for local time ahead of or behind UTC; `YYMMDDhhmmss000R` is a span of years,
//! months, days and so on from now. Empty stands for the default.
//! Beside [`super::receipt_date`], which reads what receipts make of it: here nothing is guessed.

use std::time::Duration;

use super::receipt_date::ReceiptDate;
use crate::base::clock::Timestamp;

/// A text that is no time of §7.1.1.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NotATime;

/// Quarters of an hour between a zone and UTC: twelve hours.
const QUARTERS_MAX: i64 = 48;

/// The moment a text stands for, which may be past; `None` for an empty one. A relative one counts
/// from `now`, by the calendar: a month from the 31st is the last of the next month.
///
/// # Errors
/// [`NotATime`] for any other length, for anything but digits, for dates that do not exist.
pub fn moment(text: &[u8], now: Timestamp) -> Result<Option<Timestamp>, NotATime> {
    if text.is_empty() {
        return Ok(None);
    }
    let (digits, sign) = text.split_at_checked(15).ok_or(NotATime)?;
    if !digits.iter().all(u8::is_ascii_digit) {
        return Err(NotATime);
    }
    match sign {
        b"R" => after(digits, now).map(Some).ok_or(NotATime),
        b"+" => zoned(text, 1).map(Some).ok_or(NotATime),
        b"-" => zoned(text, -1).map(Some).ok_or(NotATime),
        _ => Err(NotATime),
    }
}

fn zoned(text: &[u8], ahead: i64) -> Option<Timestamp> {
    let date = ReceiptDate::parse_zoned(text, Timestamp(0))?.date;
    let quarters = pair(text, 13);
    if quarters > QUARTERS_MAX {
        return None;
    }
    let seconds = date.unix_seconds() - ahead * quarters * 900;
    let tenths = u64::from(text.get(12)? - b'0');
    Some(Timestamp(u64::try_from(seconds).ok()? * 1_000_000 + tenths * 100_000))
}

fn after(digits: &[u8], now: Timestamp) -> Option<Timestamp> {
    let months = pair(digits, 0) * 12 + pair(digits, 2);
    let within = pair(digits, 6) * 3_600 + pair(digits, 8) * 60 + pair(digits, 10);
    let seconds = pair(digits, 4) * 86_400 + within;
    let tenths = u64::from(digits.get(12)? - b'0');
    let from = if months > 0 { months_later(now, months)? } else { now };
    Some(from + Duration::from_millis(u64::try_from(seconds).ok()? * 1_000 + tenths * 100))
}

fn months_later(now: Timestamp, months: i64) -> Option<Timestamp> {
    let date = ReceiptDate::at(now, 0);
    let month = |count: i64| {
        let year = u16::try_from(count.div_euclid(12)).ok()?;
        let month = u8::try_from(count.rem_euclid(12)).ok()? + 1;
        Some(ReceiptDate { year, month, day: 1, ..date })
    };
    let count = i64::from(date.year) * 12 + i64::from(date.month) - 1 + months;
    let first = month(count)?;
    let days = (month(count + 1)?.unix_seconds() - first.unix_seconds()) / 86_400;
    let day = i64::from(date.day).min(days) - 1;
    let seconds = u64::try_from(first.unix_seconds() + day * 86_400).ok()?;
    Some(Timestamp(seconds * 1_000_000 + now.0 % 1_000_000))
}

fn pair(digits: &[u8], at: usize) -> i64 {
    let digit = |at: usize| digits.get(at).map_or(0, |digit| i64::from(digit - b'0'));
    digit(at) * 10 + digit(at + 1)
}

/// Days a span is written in before months are: a day number that every SMSC takes.
const DAYS_MAX: u64 = 28;

/// A span as `YYMMDDhhmmss000R`, cut to seconds and at least one. What is longer than four weeks is
/// written in months of thirty days, at most 99 years.
pub fn relative(span: Duration) -> [u8; 16] {
    let seconds = span.as_secs().max(1);
    let (mut days, within) = (seconds / 86_400, seconds % 86_400);
    let mut months = 0;
    if days > DAYS_MAX {
        (months, days) = (days / 30, days % 30);
    }
    let (years, months) = ((months / 12).min(99), months % 12);
    let mut text = *b"000000000000000R";
    let numbers = [years, months, days, within / 3_600, within / 60 % 60, within % 60];
    for (place, number) in text.as_chunks_mut::<2>().0.iter_mut().zip(numbers) {
        *place = [b'0' + (number / 10 % 10) as u8, b'0' + (number % 10) as u8];
    }
    text
}

/// A moment in UTC as `YYMMDDhhmmsst00+`, cut to tenths of a second.
pub fn absolute(at: Timestamp) -> [u8; 16] {
    let date = ReceiptDate::at(at, 0);
    let numbers = [date.year % 100, date.month.into(), date.day.into(), date.hour.into()];
    let mut text = *b"000000000000000+";
    let numbers = numbers.into_iter().chain([date.minute.into(), date.second.into()]);
    for (place, number) in text.as_chunks_mut::<2>().0.iter_mut().zip(numbers) {
        *place = [b'0' + (number / 10 % 10) as u8, b'0' + (number % 10) as u8];
    }
    text[12] = b'0' + (at.0 / 100_000 % 10) as u8;
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-22T02:00:00Z.
    const NOW: Timestamp = Timestamp(1_795_312_800_000_000);

    fn seconds_from_now(text: &[u8]) -> i64 {
        let at = moment(text, NOW).expect("a time").expect("not empty");
        (at.0 as i64 - NOW.0 as i64) / 1_000_000
    }

    #[test]
    fn a_moment_reads_back_from_its_text_to_the_tenth_of_a_second() {
        let at = Timestamp(NOW.0 + 7_345_678);
        assert_eq!(&absolute(at), b"261122020007300+");
        assert_eq!(moment(&absolute(at), NOW), Ok(Some(Timestamp(NOW.0 + 7_300_000))));
    }

    #[test]
    fn a_relative_time_counts_from_now() {
        assert_eq!(seconds_from_now(b"000000000100000R"), 60);
        assert_eq!(seconds_from_now(b"000002000000000R"), 2 * 86_400);
        assert_eq!(seconds_from_now(b"000000999999000R"), 99 * 3_600 + 99 * 60 + 99);
        assert_eq!(seconds_from_now(b"000000000000000R"), 0);
        assert_eq!(seconds_from_now(b"000100000000000R"), 30 * 86_400, "November has thirty days");
        assert_eq!(seconds_from_now(b"010000000000000R"), 365 * 86_400);
    }

    #[test]
    fn a_month_from_the_last_of_a_long_one_is_the_last_of_the_next() {
        // 2027-01-31T12:00:00Z.
        let now = Timestamp(1_801_396_800_000_000);
        let at = moment(b"000100000000000R", now).expect("a time").expect("not empty");
        let date = ReceiptDate::at(at, 0);
        assert_eq!((date.year, date.month, date.day, date.hour), (2027, 2, 28, 12));
    }

    #[test]
    fn an_absolute_time_is_of_its_zone() {
        assert_eq!(seconds_from_now(b"261122020000000+"), 0);
        assert_eq!(seconds_from_now(b"261122030000004+"), 0);
        assert_eq!(seconds_from_now(b"261121210000020-"), 0);
        assert_eq!(seconds_from_now(b"261122073000022+"), 0);
        assert_eq!(seconds_from_now(b"261122015959000+"), -1);
        let tenth = moment(b"261122020000500+", NOW).expect("a time");
        assert_eq!(tenth, Some(Timestamp(NOW.0 + 500_000)));
    }

    #[test]
    fn an_empty_text_is_the_default_and_anything_else_is_no_time() {
        assert_eq!(moment(b"", NOW), Ok(None));
        for text in [
            &b"0"[..],
            b"000000000100000",
            b"000000000100000r",
            b"00000000010000 R",
            b"000000000100000RR",
            b"261322020000000+",
            b"260230020000000+",
            b"261122240000000+",
            b"261122020000049+",
            b"261122020000000*",
            b"\xFF00000000100000R",
        ] {
            assert_eq!(moment(text, NOW), Err(NotATime), "{}", text.escape_ascii());
        }
    }

    #[test]
    fn what_is_left_is_written_so_that_it_reads_back() {
        for seconds in [1, 59, 3_600, 86_399, 86_400, 7 * 86_400 + 61, 28 * 86_400] {
            let text = relative(Duration::from_secs(seconds));
            assert_eq!(seconds_from_now(&text), seconds as i64, "{}", text.escape_ascii());
        }
        assert_eq!(&relative(Duration::from_millis(3)), b"000000000001000R");
        assert_eq!(&relative(Duration::from_secs(60 * 86_400)), b"000200000000000R");
        assert!(moment(&relative(Duration::MAX), NOW).is_ok());
    }
}
