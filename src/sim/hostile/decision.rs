//! What is decided about a message when it is submitted.
//!
//! What becomes of a message is drawn once, however often it is submitted; how a submit of it is
//! answered and reported on is drawn anew each time.

use std::time::Duration;

use super::config::Config;
use super::dice::{Dice, Draw};
use super::profile::{Dialect, Profile, Receipts};
use crate::sim::outcome::{Fate, Outcome};

/// The absent subscriber, for lies.
const ABSENT: u16 = 27;

/// How long a response waits behind a receipt that is sent before it.
const BEHIND_MS: (u32, u32) = (30, 250);

/// Between two receipts of one message.
const BETWEEN_MS: (u32, u32) = (5, 150);

/// The decision about one submit that is taken.
#[derive(Debug)]
pub(super) struct Decision {
    /// How the message ends; `None` if nobody ever hears.
    pub(super) end: Option<Outcome>,
    /// From now to the response.
    pub(super) respond_after: Duration,
    /// Whether that is after the ESME's response timer.
    pub(super) late: bool,
    /// Whether the response names no id.
    pub(super) nameless: bool,
    /// Whether the id is that of the message before.
    pub(super) reuses_id: bool,
    /// How its receipts are worded.
    pub(super) dialect: Option<Dialect>,
    /// Its receipts.
    pub(super) words: Vec<Word>,
}

/// One receipt to come.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word {
    /// From now.
    pub(super) after: Duration,
    /// What it says.
    pub(super) says: Outcome,
    /// The state of its text, if that differs.
    pub(super) text_says: Option<&'static str>,
    /// Whether it is an intermediate notification.
    pub(super) intermediate: bool,
    /// Whether it names an id that was never given.
    pub(super) stray: bool,
}

/// Not an end: on its way (message_state 1).
const ENROUTE: Outcome = Outcome { stat: "ENROUTE", message_state: 1, err: 0 };

/// With which status a message is refused for good, if it is.
pub(super) fn refused_for_good(profile: &Profile, dice: Dice, key: &[u8]) -> Option<u32> {
    let mut draw = dice.of(&[b"refused\0", key].concat(), 0);
    draw.percent(profile.refusals.final_percent)
        .then(|| draw.one(profile.refusals.statuses).copied())
        .flatten()
}

/// Whether the queue of a destination is full.
pub(super) fn queue_is_full(profile: &Profile, dice: Dice, destination: &[u8]) -> bool {
    dice.of(&[b"queue\0", destination].concat(), 0).percent(profile.refusals.full_percent)
}

/// Decides about the submit number `nth` of a message.
pub(super) fn decide(config: &Config, dice: Dice, key: &[u8], nth: u64) -> Decision {
    let Profile { outcomes, responses, ids, receipts, .. } = config.profile;
    let end = match outcomes.draw(&mut dice.of(&[b"end\0", key].concat(), 0).0) {
        Fate::Ends(outcome) => Some(outcome),
        _ => None,
    };
    let mut draw = dice.of(key, nth);
    let late = draw.percent(responses.late_percent);
    let first = draw.percent(receipts.first_percent);
    let respond_after = match (late, first) {
        (true, _) => of_timer(config, draw.within(responses.late_by_percent)),
        (false, true) => millis(draw.within(BEHIND_MS)),
        (false, false) => millis(draw.within(responses.delay_ms)),
    };
    let report_after = if first {
        Duration::ZERO
    } else if draw.percent(receipts.late_percent) {
        respond_after + of_timer(config, draw.within(receipts.late_by_percent))
    } else {
        respond_after + millis(draw.within(receipts.delay_ms))
    };
    Decision {
        end,
        respond_after,
        late,
        nameless: draw.percent(ids.empty_percent),
        reuses_id: draw.percent(ids.reused_percent),
        dialect: draw.one(receipts.dialects).copied(),
        words: end.map_or_else(Vec::new, |end| words(receipts, end, report_after, &mut draw)),
    }
}

/// All that is said of one end.
fn words(receipts: &Receipts, end: Outcome, after: Duration, draw: &mut Draw) -> Vec<Word> {
    let lies = draw.percent(receipts.lie_percent);
    let text_says = lies.then(|| opposite(end).stat);
    let word = Word { after, says: end, text_says, intermediate: false, stray: false };
    let mut words = Vec::new();
    let mut last = after;
    let mut later = |draw: &mut Draw| {
        last += millis(draw.within(BETWEEN_MS));
        last
    };
    if draw.percent(receipts.enroute_percent) {
        words.push(Word { says: ENROUTE, text_says: None, intermediate: true, ..word });
    }
    if draw.percent(receipts.contradict_percent) {
        let ends = if draw.percent(50) { [end, opposite(end)] } else { [opposite(end), end] };
        words.extend(ends.map(|says| Word { says, after: later(draw), ..word }));
    } else {
        words.push(Word { after: if words.is_empty() { after } else { later(draw) }, ..word });
    }
    if draw.percent(receipts.repeat_percent)
        && let Some(&said) = words.last()
    {
        words.push(Word { after: later(draw), ..said });
    }
    if draw.percent(receipts.stray_percent) {
        words.push(Word { after: later(draw), stray: true, ..word });
    }
    words
}

/// What a lie says.
fn opposite(end: Outcome) -> Outcome {
    let delivered = end.message_state == Outcome::DELIVERED.message_state;
    if delivered { Outcome::undeliverable(ABSENT) } else { Outcome::DELIVERED }
}

fn of_timer(config: &Config, percent: u32) -> Duration {
    config.response_timer * percent / 100
}

fn millis(number: u32) -> Duration {
    Duration::from_millis(u64::from(number))
}

#[cfg(test)]
mod tests {
    use super::super::profiles::all::find;
    use super::*;

    fn config(profile: &str) -> Config {
        Config { profile: find(profile).unwrap(), ..Config::default() }
    }

    fn many(config: &Config) -> Vec<Decision> {
        (0..1_000_u32).map(|number| decide(config, Dice(5), &number.to_le_bytes(), 0)).collect()
    }

    #[test]
    fn a_message_ends_the_same_way_however_often_it_is_submitted() {
        let config = config("liar");
        for number in 0..200_u32 {
            let ends = (0..3).map(|nth| decide(&config, Dice(9), &number.to_le_bytes(), nth).end);
            let ends: Vec<Option<Outcome>> = ends.collect();
            assert!(ends.iter().all(|end| *end == ends[0]), "{ends:?}");
        }
    }

    #[test]
    fn an_honest_carrier_says_one_thing_after_the_response() {
        for decision in many(&config("honest")) {
            assert_eq!(decision.words.len(), usize::from(decision.end.is_some()));
            assert!(decision.words.iter().all(|word| word.after > decision.respond_after));
            assert!(!decision.late && !decision.nameless && !decision.reuses_id);
        }
    }

    #[test]
    fn what_is_late_is_later_than_the_response_timer() {
        let config = config("delay");
        let late: Vec<Decision> =
            many(&config).into_iter().filter(|decision| decision.late).collect();
        assert!((40..140).contains(&late.len()), "{}", late.len());
        assert!(late.iter().all(|decision| decision.respond_after > config.response_timer));
    }

    #[test]
    fn a_contradiction_says_both_ends() {
        let both = many(&config("double"))
            .into_iter()
            .filter(|decision| {
                let delivered = |word: &&Word| word.says.message_state == 2;
                let said = decision.words.iter().filter(delivered).count();
                0 < said && said < decision.words.len()
            })
            .count();
        assert!((120..260).contains(&both), "{both}");
    }
}
