//! When something is told again that was not taken.

use std::time::Duration;

use crate::base::clock::Timestamp;

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// The waits before each attempt: at once, then longer and longer (Standard Webhooks, "Deliverability").
pub const SCHEDULE: [Duration; 10] = [
    seconds(0),
    seconds(5),
    seconds(5 * 60),
    seconds(30 * 60),
    seconds(2 * 3600),
    seconds(5 * 3600),
    seconds(10 * 3600),
    seconds(14 * 3600),
    seconds(20 * 3600),
    seconds(24 * 3600),
];

/// `Retry-After` is honoured up to here.
pub const RETRY_AFTER_MAX: Duration = seconds(3600);

/// The jitter: up to a fifth more.
const JITTER: f64 = 0.2;

/// When an event is told again after so many attempts (1 or more); `None` if it has had its time: all
/// attempts of the schedule, and as long as they take.
pub fn again(attempts: u32, first_at: Timestamp, now: Timestamp, jitter: f64) -> Option<Timestamp> {
    let total: Duration = SCHEDULE.iter().sum();
    let used_up = attempts as usize >= SCHEDULE.len();
    if used_up && now.since(first_at) >= total {
        return None;
    }
    let wait = SCHEDULE[(attempts as usize).min(SCHEDULE.len() - 1)];
    Some(now + wait.mul_f64(1.0 + JITTER * jitter.clamp(0.0, 1.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_by_the_schedule_with_a_little_jitter() {
        let now = Timestamp(1);
        let wait = |attempts, jitter| again(attempts, now, now, jitter).unwrap().since(now);
        assert_eq!(wait(1, 0.0), seconds(5));
        assert_eq!(wait(1, 1.0), seconds(6));
        assert_eq!(wait(2, 0.0), seconds(300));
        assert_eq!(wait(9, 0.0), seconds(24 * 3600));
    }

    #[test]
    fn an_event_is_given_up_when_all_attempts_and_all_their_time_are_used_up() {
        let begun = Timestamp(1);
        let three_days = begun + seconds(76 * 3600);
        assert_eq!(again(10, begun, three_days, 0.0), None);
        assert!(again(9, begun, three_days, 0.0).is_some(), "an attempt is left");
        assert!(again(200, begun, begun + seconds(3600), 0.0).is_some(), "time is left");
    }
}
