//! Answers to submits that wait until their account has taken receipts that it is owed.
//!
//! Who submits faster than it takes its receipts, and takes them fast, is owed more and more, until they have to
//! be read from the log again, which is slower still. Its messages are on disk and go their way; only the answer
//! waits, for a second at most, and with it the room in the application's window. Who takes receipts slowly, or none, waits for
//! nothing: those are kept on disk.

use std::collections::VecDeque;
use std::time::Duration;

use super::effect::{Effect, LinkId};
use crate::base::clock::Timestamp;
use crate::base::id::MessageOrd;

/// How often it is looked at how fast receipts are taken.
const MEASURE_EVERY: Duration = Duration::from_millis(100);

/// How long an answer waits at most: an application gives up on one after some seconds.
const WAIT_MAX: Duration = Duration::from_secs(1);

/// Receipts taken between two looks, below which no answer waits.
const FLOWING_MIN: u32 = 5_000;

/// An answer to a submit_sm or a data_sm.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Answer {
    pub(super) link: LinkId,
    pub(super) sequence: u32,
    pub(super) data: bool,
    pub(super) ord: MessageOrd,
}

/// The answers of one account.
#[derive(Debug, Default)]
pub(super) struct Withheld {
    answers: VecDeque<Answer>,
    /// Since when the oldest of them waits.
    since: Option<Timestamp>,
    taken: u32,
    flowing: bool,
    measured_at: Timestamp,
}

impl Answer {
    pub(super) const fn effect(self) -> Effect {
        let Self { link, sequence, data, ord } = self;
        Effect::Accepted { link, sequence, data, ord }
    }
}

impl Withheld {
    /// A receipt was taken.
    pub(super) const fn took(&mut self) {
        self.taken = self.taken.saturating_add(1);
    }

    /// Whether an answer waits, when so much is owed: behind others always.
    pub(super) fn holds(&self, owed: usize, owed_max: usize) -> bool {
        !self.answers.is_empty() || self.flowing && owed > ease(owed_max)
    }

    pub(super) fn push(&mut self, answer: Answer) {
        self.answers.push_back(answer);
    }

    /// Says how fast receipts are taken, and lets the answers go if so much that is owed is little again.
    pub(super) fn release(
        &mut self,
        now: Timestamp,
        owed: usize,
        owed_max: usize,
        effects: &mut Vec<Effect>,
    ) {
        if now.since(self.measured_at) >= MEASURE_EVERY {
            self.measured_at = now;
            self.flowing = self.taken >= FLOWING_MIN;
            self.taken = 0;
        }
        if self.answers.is_empty() {
            return;
        }
        let since = *self.since.get_or_insert(now);
        let late = now.since(since) >= WAIT_MAX;
        if late || !self.flowing || owed <= ease(owed_max) / 4 * 3 {
            self.since = None;
            effects.extend(self.answers.drain(..).map(Answer::effect));
        }
    }

    /// When to look again even if nothing happens.
    pub(super) fn deadline(&self) -> Timestamp {
        if self.flowing { self.measured_at + MEASURE_EVERY } else { Timestamp::NEVER }
    }
}

/// What an account may be owed before its answers wait: half of what is held in memory for it.
const fn ease(owed_max: usize) -> usize {
    owed_max / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAX: usize = 100_000;

    fn answer(sequence: u32) -> Answer {
        Answer { link: LinkId(1), sequence, data: false, ord: MessageOrd(u64::from(sequence)) }
    }

    fn at(ms: u64) -> Timestamp {
        Timestamp(1_000_000_000) + Duration::from_millis(ms)
    }

    /// Has so many receipts taken in a tenth of a second.
    fn taking(count: u32) -> Withheld {
        let mut withheld = Withheld::default();
        withheld.release(at(0), 0, MAX, &mut Vec::new());
        (0..count).for_each(|_| withheld.took());
        withheld.release(at(100), 0, MAX, &mut Vec::new());
        withheld
    }

    fn released(withheld: &mut Withheld, ms: u64, owed: usize) -> usize {
        let mut effects = Vec::new();
        withheld.release(at(ms), owed, MAX, &mut effects);
        effects.len()
    }

    #[test]
    fn answers_wait_while_much_is_owed_and_leaves_fast_and_go_in_order_when_little_is() {
        let mut withheld = taking(40_000);
        assert!(!withheld.holds(50_000, MAX));
        assert!(withheld.holds(50_001, MAX));
        withheld.push(answer(1));
        assert!(withheld.holds(0, MAX), "nobody overtakes");
        withheld.push(answer(2));
        assert_eq!(released(&mut withheld, 150, 37_501), 0);
        let mut effects = Vec::new();
        withheld.release(at(160), 37_500, MAX, &mut effects);
        let sequences: Vec<u32> = effects
            .iter()
            .map(|effect| match effect {
                Effect::Accepted { sequence, .. } => *sequence,
                _ => 0,
            })
            .collect();
        assert_eq!(sequences, [1, 2]);
    }

    #[test]
    fn nobody_waits_for_longer_than_a_second_however_much_is_owed_and_taken() {
        let mut withheld = taking(40_000);
        withheld.push(answer(1));
        for tenth in 1..=10 {
            assert_eq!(released(&mut withheld, 100 * tenth, 90_000), 0, "{tenth}");
            (0..40_000).for_each(|_| withheld.took());
        }
        withheld.push(answer(2));
        assert_eq!(released(&mut withheld, 1_100, 90_000), 2);
        withheld.push(answer(3));
        assert_eq!(released(&mut withheld, 1_110, 90_000), 0, "its own second has begun");
    }

    #[test]
    fn who_takes_receipts_slowly_is_answered_however_much_it_is_owed() {
        assert!(!taking(4_999).holds(90_000, MAX));
    }

    #[test]
    fn who_takes_no_receipts_any_more_is_answered_within_a_tenth_of_a_second() {
        let mut withheld = taking(40_000);
        withheld.push(answer(1));
        assert_eq!(withheld.deadline(), at(200));
        assert_eq!(released(&mut withheld, 199, 60_000), 0);
        assert_eq!(released(&mut withheld, 200, 60_000), 1);
        assert_eq!(withheld.deadline(), Timestamp::NEVER);
    }
}
