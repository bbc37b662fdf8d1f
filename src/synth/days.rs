//! When messages are accepted: more by day than by night, fewer at weekends, and no hour like another.

use crate::base::clock::Timestamp;

/// The share of each hour of a day in UTC.
const DAILY: [u32; 24] =
    [14, 10, 8, 8, 10, 16, 30, 52, 74, 88, 94, 92, 86, 88, 92, 96, 98, 100, 96, 84, 68, 50, 34, 22];

const HOUR_US: u64 = 3_600_000_000;

/// The times of all messages, ascending.
#[derive(Debug)]
pub(super) struct Days {
    since: u64,
    messages: u64,
    /// How much of everything has come by the end of each hour.
    upto: Vec<u64>,
    hour: usize,
    /// Messages before this hour, in it, and given out of it.
    before: u64,
    here: u64,
    given: u64,
}

impl Days {
    /// So many messages from a time on over so many days.
    pub(super) fn new(
        since: Timestamp,
        days: u32,
        messages: u64,
        random: &mut fastrand::Rng,
    ) -> Self {
        let mut sum = 0;
        let hours = u64::from(days) * 24;
        let upto = (0..hours).map(|hour| {
            let at = since.0 / HOUR_US + hour;
            // 1970 began on a Thursday.
            let weekend = matches!((at / 24 + 4) % 7, 0 | 6);
            let daily = u64::from(DAILY[(at % 24) as usize]);
            sum += daily * random.u64(80..120) * if weekend { 6 } else { 10 };
            sum
        });
        let upto = upto.collect();
        let mut days =
            Self { since: since.0, messages, upto, hour: 0, before: 0, here: 0, given: 0 };
        days.here = days.by(0);
        days
    }

    /// Messages up to the end of an hour.
    fn by(&self, hour: usize) -> u64 {
        let (Some(&all), Some(&upto)) = (self.upto.last(), self.upto.get(hour)) else { return 0 };
        (u128::from(self.messages) * u128::from(upto) / u128::from(all.max(1))) as u64
    }

    /// The time of the next message.
    pub(super) fn next(&mut self, random: &mut fastrand::Rng) -> Option<Timestamp> {
        while self.given == self.here {
            self.before += self.here;
            self.hour += 1;
            if self.hour >= self.upto.len() {
                return None;
            }
            self.here = self.by(self.hour) - self.before;
            self.given = 0;
        }
        let place = (self.given as f64 + random.f64()) / self.here as f64;
        self.given += 1;
        let inside = ((place * HOUR_US as f64) as u64).min(HOUR_US - 1);
        Some(Timestamp(self.since + self.hour as u64 * HOUR_US + inside))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_has_its_time_within_the_days_and_nights_have_fewer() {
        let mut random = fastrand::Rng::with_seed(1);
        let since = Timestamp(1_760_000_000_000_000 / HOUR_US * HOUR_US);
        let mut days = Days::new(since, 14, 50_000, &mut random);
        let times: Vec<u64> =
            std::iter::from_fn(|| days.next(&mut random)).map(|at| at.0).collect();
        assert_eq!(times.len(), 50_000);
        assert!(times.is_sorted() && times[0] >= since.0);
        assert!(times[49_999] < since.0 + 14 * 24 * HOUR_US);
        let at = |hour| times.iter().filter(|at| **at / HOUR_US % 24 == hour).count();
        assert!(at(17) > 5 * at(2), "{} {}", at(17), at(2));
    }
}
