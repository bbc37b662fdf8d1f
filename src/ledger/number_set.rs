//! Numbers to search for: some, all that begin alike, or all that end alike.

use std::ops::RangeInclusive;

use crate::message::address::NumberKey;

/// Numbers and ranges of one set.
pub const RANGES_MAX: usize = 256;

/// Digits of a number's key.
const DIGITS_MAX: usize = 15;

/// A set of numbers and alphanumeric senders, by their keys.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NumberSet(Kind);

#[derive(Clone, PartialEq, Eq, Debug)]
enum Kind {
    /// Sorted, none overlapping.
    Ranges(Vec<RangeInclusive<u64>>),
    Ending {
        digits: u64,
        mask: u64,
    },
}

/// Digits of the end of a number that it is listed by.
const ENDING_DIGITS: usize = 8;

/// What a number's end is listed by: its last eight digits in nibbles, the last one first, so that an
/// end is a range. `None` for what has no digits. Part of the durable format.
pub(super) fn ending_key(key: u64) -> Option<u32> {
    if key == 0 || key >> 63 == 1 {
        return None;
    }
    let digits = key >> (key.trailing_zeros() & !3);
    Some((0..ENDING_DIGITS).fold(0, |ending, at| ending << 4 | (digits >> (4 * at)) as u32 & 0xf))
}

impl NumberSet {
    /// One number or alphanumeric sender.
    pub fn exact(key: NumberKey) -> Self {
        Self(Kind::Ranges(vec![key.0..=key.0]))
    }

    /// Several numbers, of which the first [`RANGES_MAX`] count.
    pub fn any(keys: impl IntoIterator<Item = NumberKey>) -> Self {
        let mut keys: Vec<u64> = keys.into_iter().take(RANGES_MAX).map(|key| key.0).collect();
        keys.sort_unstable();
        keys.dedup();
        Self(Kind::Ranges(keys.into_iter().map(|key| key..=key).collect()))
    }

    /// All numbers that begin with these digits; `None` if they are no digits.
    pub fn prefix(digits: &[u8]) -> Option<Self> {
        Self::prefixes([digits])
    }

    /// All numbers that begin in one of these ways; `None` if one of them is no digits.
    pub fn prefixes<'a>(digits: impl IntoIterator<Item = &'a [u8]>) -> Option<Self> {
        let range = |digits| {
            let keys = NumberKey::prefix_range(digits)?;
            Some(keys.start().0..=keys.end().0)
        };
        let mut ranges: Vec<_> =
            digits.into_iter().take(RANGES_MAX).map(range).collect::<Option<_>>()?;
        ranges.sort_unstable_by_key(|range| (*range.start(), u64::MAX - range.end()));
        // Of two prefixes one may begin with the other.
        ranges.dedup_by(|later, earlier| earlier.contains(later.start()));
        Some(Self(Kind::Ranges(ranges)))
    }

    /// All numbers that end with these digits; `None` if they are no digits, or too many.
    pub fn ending(digits: &[u8]) -> Option<Self> {
        let given = (1..=DIGITS_MAX).contains(&digits.len());
        (given && digits.iter().all(u8::is_ascii_digit)).then(|| {
            // As in a key: digit `d` is nibble `d + 1`.
            let packed = |key: u64, digit: &u8| key << 4 | u64::from(digit - b'0' + 1);
            let mask = (1 << (4 * digits.len())) - 1;
            Self(Kind::Ending { digits: digits.iter().fold(0, packed), mask })
        })
    }

    /// Whether a key is in it. The key of a lost message, 0, is in none.
    pub fn contains(&self, key: u64) -> bool {
        match &self.0 {
            Kind::Ranges(ranges) => match &ranges[..] {
                [one] => one.contains(&key),
                ranges => {
                    let after = ranges.partition_point(|range| *range.start() <= key);
                    after.checked_sub(1).is_some_and(|at| ranges[at].contains(&key))
                }
            },
            // What has the top bit set is a hash and has no digits.
            Kind::Ending { digits, mask } => {
                key != 0 && key >> 63 == 0 && (key >> (key.trailing_zeros() & !3)) & mask == *digits
            }
        }
    }

    /// The ranges of keys, in their order; `None` if it is none of ranges.
    pub(super) fn ranges(&self) -> Option<&[RangeInclusive<u64>]> {
        match &self.0 {
            Kind::Ranges(ranges) => Some(ranges),
            Kind::Ending { .. } => None,
        }
    }

    /// The keys that the ends of its numbers are listed by, and perhaps of others that end alike; `None`
    /// if it is a set of ranges.
    pub(super) fn endings(&self) -> Option<RangeInclusive<u32>> {
        match &self.0 {
            Kind::Ranges(_) => None,
            Kind::Ending { digits, mask } => {
                let first = ending_key(*digits)?;
                let length = mask.trailing_ones() as usize / 4;
                let open = 4 * ENDING_DIGITS.saturating_sub(length) as u32;
                Some(first..=first | 1_u32.checked_shl(open).map_or(u32::MAX, |bit| bit - 1))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(set: &NumberSet, number: &str) -> bool {
        set.contains(NumberKey::of(number.as_bytes()).0)
    }

    #[test]
    fn the_last_digits_are_found_whatever_comes_before_them() {
        let set = NumberSet::ending(b"0013").expect("digits");
        for number in ["447700900013", "+10013", "0013", "100000000000013"] {
            assert!(has(&set, number), "{number}");
        }
        for number in ["447700900130", "013", "13", "ACME0013", "4477009000130", "447700910023"] {
            assert!(!has(&set, number), "{number}");
        }
        assert!(!set.contains(0), "a lost message has no number");
        for wrong in [&b""[..], b"12a", b"1234567890123456"] {
            assert_eq!(NumberSet::ending(wrong), None);
        }
        let all = NumberSet::ending(b"100000000000013").expect("15 digits");
        assert!(has(&all, "100000000000013") && !has(&all, "200000000000013"));
    }

    #[test]
    fn last_digits_agree_with_the_ends_of_texts() {
        let mut random = fastrand::Rng::with_seed(4);
        for _ in 0..20_000 {
            let number: String = (0..random.usize(1..=15)).map(|_| random.digit(10)).collect();
            let ending: String = (0..random.usize(1..=3)).map(|_| random.digit(10)).collect();
            let set = NumberSet::ending(ending.as_bytes()).expect("digits");
            assert_eq!(has(&set, &number), number.ends_with(&ending), "{number} {ending}");
        }
    }

    #[test]
    fn the_list_of_an_end_has_every_number_that_ends_so() {
        let mut random = fastrand::Rng::with_seed(5);
        let digits = |random: &mut fastrand::Rng, max| -> String {
            (0..random.usize(1..=max)).map(|_| random.digit(10)).collect()
        };
        for _ in 0..50_000 {
            let (number, other) = (digits(&mut random, 15), digits(&mut random, 4));
            let length = random.usize(1..=number.len());
            for ending in [&number[number.len() - length..], &other] {
                let keys = NumberSet::ending(ending.as_bytes()).expect("digits").endings();
                let key = ending_key(NumberKey::of(number.as_bytes()).0).expect("a number");
                let listed = keys.expect("an end").contains(&key);
                let ends = number.ends_with(&ending[ending.len().saturating_sub(8)..]);
                assert_eq!(listed, ends, "{number} {ending}");
            }
        }
        assert_eq!((ending_key(NumberKey::of(b"ACME").0), ending_key(0)), (None, None));
    }

    #[test]
    fn several_numbers_and_prefixes_are_one_set() {
        let keys =
            ["447700900123", "07700900123", "ACME"].map(|text| NumberKey::of(text.as_bytes()));
        let set = NumberSet::any(keys);
        assert!(has(&set, "+447700900123") && has(&set, "acme") && !has(&set, "447700900124"));
        let set = NumberSet::prefixes([&b"4477"[..], b"44", b"33"]).expect("digits");
        assert!(has(&set, "441") && has(&set, "3312") && !has(&set, "4") && !has(&set, "49"));
        assert_eq!(set.ranges().map(<[_]>::len), Some(2), "4477 is within 44");
        assert_eq!(NumberSet::prefixes([&b"44"[..], b"ACME"]), None);
    }
}
