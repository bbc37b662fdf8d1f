//! The dates of receipts: six numbers, from digits that leave much open.
//!
//! Its place: beside [`super::receipt_text`]. A receipt's date is the SMSC's local time unless a
//! route says otherwise, and comes as YYMMDDhhmm (Appendix B), with seconds, with a whole year, or
//! as the standard's absolute time with a zone (§7.1.1).
//!
//! **Invariants**: a date that cannot be is `None`; no receipt fails for a date.
//! **Not here**: zones and calendars beyond counting days.

use crate::base::clock::Timestamp;

/// A date and a time of day, of whatever zone the SMSC keeps.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ReceiptDate {
    /// With the century.
    pub year: u16,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
    /// 0 to 59.
    pub second: u8,
}

/// A date, and its zone if it said one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ZonedDate {
    /// As it was written.
    pub date: ReceiptDate,
    /// How far local time was ahead of UTC, in quarters of an hour.
    pub quarters_ahead: Option<i8>,
}

impl ReceiptDate {
    /// Reads a receipt's date. Twelve digits may be YYMMDDhhmmss or YYYYMMDDhhmm: the reading that
    /// cannot be is dropped, and of two that can, the nearer to `now` is taken.
    pub fn parse(raw: &[u8], now: Timestamp) -> Option<Self> {
        Self::parse_zoned(raw, now).map(|zoned| zoned.date)
    }

    /// As [`parse`](Self::parse), with the zone of sixteen characters `YYMMDDhhmmsstnnp` (§7.1.1).
    pub fn parse_zoned(raw: &[u8], now: Timestamp) -> Option<ZonedDate> {
        if let Some(zoned) = absolute(raw) {
            return Some(zoned);
        }
        let (digits, count) = digits(raw)?;
        let digits = digits.get(..count)?;
        let date = match count {
            10 | 8 | 6 => Self::short_year(digits),
            12 => Self::nearer(Self::short_year(digits), Self::whole_year(digits), now),
            14 => Self::whole_year(digits),
            _ => None,
        };
        date.map(|date| ZonedDate { date, quarters_ahead: None })
    }

    /// The date of a moment, in a zone so many minutes ahead of UTC.
    pub fn at(moment: Timestamp, minutes_ahead: i32) -> Self {
        let seconds = (moment.0 / 1_000_000) as i64 + i64::from(minutes_ahead) * 60;
        let (days, within) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        let (year, month, day) = civil(days);
        Self {
            year,
            month,
            day,
            hour: (within / 3_600) as u8,
            minute: (within / 60 % 60) as u8,
            second: (within % 60) as u8,
        }
    }

    /// Seconds from the Unix epoch, were the date of UTC.
    pub fn unix_seconds(&self) -> i64 {
        let days = days(i64::from(self.year), i64::from(self.month), i64::from(self.day));
        let minutes = i64::from(self.hour) * 60 + i64::from(self.minute);
        days * 86_400 + minutes * 60 + i64::from(self.second)
    }

    /// Writes YYMMDDhhmm, as the classic text has it.
    pub fn write_ten_digits(&self, out: &mut Vec<u8>) {
        let year = (self.year % 100) as u8;
        let mut digits = [0; 10];
        let numbers = [year, self.month, self.day, self.hour, self.minute];
        for (pair, number) in digits.as_chunks_mut::<2>().0.iter_mut().zip(numbers) {
            *pair = [b'0' + number / 10 % 10, b'0' + number % 10];
        }
        out.extend_from_slice(&digits);
    }

    fn short_year(digits: &[u8]) -> Option<Self> {
        let (year, rest) = digits.split_at_checked(2)?;
        Self::checked(2_000 + number(year), rest)
    }

    fn whole_year(digits: &[u8]) -> Option<Self> {
        let (year, rest) = digits.split_at_checked(4)?;
        let year = number(year);
        if !(1_970..2_100).contains(&year) {
            return None;
        }
        Self::checked(year, rest)
    }

    /// Month, day, hour, minute and second in pairs; the later ones may be missing.
    fn checked(year: u16, rest: &[u8]) -> Option<Self> {
        let mut pairs = rest.chunks(2).map(|pair| number(pair) as u8);
        let (month, day) = (pairs.next()?, pairs.next()?);
        let mut next = || pairs.next().unwrap_or(0);
        let (hour, minute, second) = (next(), next(), next());
        let day_may_be = (1..=days_of_month(year, month)).contains(&day);
        // A leap second is written as 60.
        if !day_may_be || hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        Some(Self { year, month, day, hour, minute, second: second.min(59) })
    }

    fn nearer(one: Option<Self>, other: Option<Self>, now: Timestamp) -> Option<Self> {
        let now = (now.0 / 1_000_000) as i64;
        let distance = |date: &Self| date.unix_seconds().abs_diff(now);
        one.into_iter().chain(other).min_by_key(distance)
    }
}

/// Whether a date is of the form that ends with its zone, without reading it.
#[inline]
pub const fn may_say_its_zone(raw: &[u8]) -> bool {
    raw.len() == ABSOLUTE_OCTETS
}

/// Characters of an absolute time (§7.1.1).
const ABSOLUTE_OCTETS: usize = 16;

/// `YYMMDDhhmmsstnnp`: tenths, quarters of an hour, and a sign.
fn absolute(raw: &[u8]) -> Option<ZonedDate> {
    let &[.., _tenths, tens, ones, sign] = raw else {
        return None;
    };
    let head = raw.get(..12)?;
    let all_digits = raw.get(..15)?.iter().all(u8::is_ascii_digit);
    if !may_say_its_zone(raw) || !all_digits {
        return None;
    }
    let quarters = ((tens - b'0') * 10 + (ones - b'0')) as i8;
    let quarters_ahead = match sign {
        b'+' => Some(quarters),
        b'-' => Some(-quarters),
        _ => return None,
    };
    Some(ZonedDate { date: ReceiptDate::short_year(head)?, quarters_ahead })
}

/// The digits of a date whose parts may be set apart; `None` where anything else is in it, or if
/// all are zero, as for a message that never was done.
fn digits(raw: &[u8]) -> Option<([u8; 14], usize)> {
    let mut digits = [0; 14];
    let mut count = 0;
    for &octet in raw.trim_ascii() {
        match octet {
            b'0'..=b'9' => {
                *digits.get_mut(count)? = octet;
                count += 1;
            }
            b'-' | b'/' | b':' | b' ' | b'.' | b'T' | b'Z' => {}
            _ => return None,
        }
    }
    let any = digits.get(..count)?.iter().any(|&digit| digit != b'0');
    any.then_some((digits, count))
}

fn number(digits: &[u8]) -> u16 {
    digits.iter().fold(0, |number, &digit| number * 10 + u16::from(digit.wrapping_sub(b'0') % 10))
}

fn days_of_month(year: u16, month: u8) -> u8 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 0,
    }
}

fn is_leap(year: u16) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

/// Days from the Unix epoch. Years begin in March here, so that the leap day is the last of a year.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// Year, month and day of a count of days from the Unix epoch.
fn civil(days: i64) -> (u16, u8, u8) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (u16::try_from(year).unwrap_or(u16::MAX), month as u8, day as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-22T02:00:00Z.
    const NOW: Timestamp = Timestamp(1_795_312_800_000_000);

    fn read(raw: &str) -> Option<(u16, u8, u8, u8, u8, u8)> {
        ReceiptDate::parse(raw.as_bytes(), NOW)
            .map(|date| (date.year, date.month, date.day, date.hour, date.minute, date.second))
    }

    #[test]
    fn every_length_seen_is_read() {
        assert_eq!(read("2611211530"), Some((2026, 11, 21, 15, 30, 0)));
        assert_eq!(read("110206193041"), Some((2011, 2, 6, 19, 30, 41)));
        assert_eq!(read("20110314181534"), Some((2011, 3, 14, 18, 15, 34)));
        assert_eq!(read("2026-11-21 15:30:01"), Some((2026, 11, 21, 15, 30, 1)));
        let zoned = ReceiptDate::parse_zoned(b"261121153000004+", NOW).unwrap();
        assert_eq!((zoned.date.hour, zoned.quarters_ahead), (15, Some(4)));
    }

    #[test]
    fn twelve_digits_drop_what_cannot_be_and_else_take_the_nearer() {
        assert_eq!(read("201906190720"), Some((2019, 6, 19, 7, 20, 0)));
        // 2020-12-02 07:20 against 2020-20-…: month 20 cannot be.
        assert_eq!(read("202012020720"), Some((2020, 12, 2, 7, 20, 0)));
        // Both can be: 2020-10-11 12:10:45 and 2010-11-12 … is year 2010; the nearer is 2020.
        assert_eq!(read("201011121045"), Some((2020, 10, 11, 12, 10, 45)));
        let then = Timestamp(1_289_000_000_000_000);
        assert_eq!(ReceiptDate::parse(b"201011121045", then).map(|date| date.year), Some(2010));
    }

    #[test]
    fn what_is_no_date_is_none() {
        for raw in ["", "0000000000", "2613211530", "2602301530", "junk", "123", "26112115300"] {
            assert_eq!(read(raw), None, "{raw}");
        }
    }

    #[test]
    fn a_moment_and_its_date_agree() {
        let date = ReceiptDate::at(NOW, 0);
        assert_eq!((date.year, date.month, date.day, date.hour), (2026, 11, 22, 2));
        for day in 0..40_000_u64 {
            let moment = Timestamp((day * 86_400 + 12_345) * 1_000_000);
            assert_eq!(ReceiptDate::at(moment, 0).unix_seconds() as u64, moment.0 / 1_000_000);
        }
        assert_eq!(ReceiptDate::at(NOW, -150).day, 21);
    }
}
