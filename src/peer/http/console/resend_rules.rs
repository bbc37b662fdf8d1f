//! Whether a message may be sent again, and if not, why not.
//!
//! A resend is a new message; the first one stays as it is. What ties them is kept with the new one in the log, as an
//! idempotency key is: `key` is a digest of the first message and of how many resends of it came before, `fingerprint`
//! begins with [`MARK`] and has the first one's ordinal. **Invariant**: of a message there is one resend of each
//! number, whoever asks and however often.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::guard::Rep;
use super::refused::Refused;
use super::rights::Right;
use super::row::{time, took};
use crate::base::clock::Timestamp;
use crate::base::id::MessageOrd;
use crate::intake::part_of::{PartOf, part_of};
use crate::message::blank::is_blank;
use crate::message::disposition::Disposition;
use crate::message::event::What;
use crate::message::reason::Reason;
use crate::message::record::Direction;
use crate::peer::http::api::Api;
use crate::peer::http::lookup::{Found, ask};
use crate::peer::http::post_message::public_id;

/// Resends of a message in a day, and the time between two.
pub(super) const PER_DAY: usize = 3;
const DAY: Duration = Duration::from_secs(86_400);
pub(super) const APART: Duration = Duration::from_secs(60);

/// Resends of a message that are looked for.
const NUMBERS_MAX: u16 = 64;

/// What the fingerprint of a resend begins with; the first message's ordinal follows.
const MARK: &[u8; 24] = b"postrider resend of ord ";

/// Whether a message may be sent again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Resend {
    /// Why not; empty if it may.
    pub(super) refused: String,
    /// Whether the rep has to say why: it was delivered.
    pub(super) wants_note: bool,
    /// What may come of it.
    pub(super) warning: &'static str,
    /// How many came before it: the form has it, so that two who send it at once send one.
    pub(super) number: u16,
    /// How many are left today.
    pub(super) left: usize,
    /// The ids of the resends so far, and when they were made.
    pub(super) made: Vec<(String, String)>,
    /// The id of the message that this one repeats.
    pub(super) of: String,
}

/// What the history has of a message's resends.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Made {
    /// The resends, the first one first.
    pub(super) all: Vec<(MessageOrd, Timestamp)>,
}

/// The rules for a message.
pub(super) async fn resend(
    api: &Arc<Api>,
    rep: &Rep,
    found: &Arc<Found>,
) -> Result<Resend, Refused> {
    let ord = found.stored.ord;
    let made = ask(api, move |api| made(api, ord)).await.map_err(|it| rep.problem(&it))?;
    Ok(rules(api, rep, found, &made, api.clock.now()))
}

fn rules(api: &Api, rep: &Rep, found: &Found, made: &Made, now: Timestamp) -> Resend {
    let state = found.whole();
    let today = made.all.iter().filter(|(_, at)| now.since(*at) < DAY).count();
    let refused = not_at_all(rep, found).or_else(|| not_now(made, today, now)).unwrap_or_default();
    Resend {
        refused,
        wants_note: state.disposition == Disposition::Delivered,
        warning: warning(state.disposition),
        number: u16::try_from(made.all.len()).unwrap_or(u16::MAX),
        left: PER_DAY.saturating_sub(today),
        made: made.all.iter().map(|(ord, at)| (public_id(api, *ord), time(*at))).collect(),
        of: original(found).map_or(String::new(), |ord| public_id(api, ord)),
    }
}

/// What keeps it from being sent again whenever that is.
fn not_at_all(rep: &Rep, found: &Found) -> Option<String> {
    let (message, state) = (found.stored.message(), found.whole());
    if !rep.may(Right::Resend) {
        return Some(Right::Resend.missing().to_owned());
    }
    let why = if message.direction == Direction::Inbound {
        "It came from a phone: there is nothing to send again."
    } else if !matches!(part_of(&message), PartOf::Whole) && found.parts.is_empty() {
        "It is one part of a longer message: send the whole again."
    } else if is_blank(&message) {
        "Its text and number are not kept any more."
    } else if state.reason == Reason::OptedOut {
        "The recipient has opted out: they have to opt in again first."
    } else if state.disposition == Disposition::InProgress {
        "It is still in progress: sending it again now would make it come twice."
    } else if state.permanent() && state.disposition != Disposition::Delivered {
        "The same message to the same number can never arrive."
    } else {
        return None;
    };
    Some(why.to_owned())
}

/// What keeps it from being sent again for now.
fn not_now(made: &Made, today: usize, now: Timestamp) -> Option<String> {
    if today >= PER_DAY {
        return Some(format!(
            "It was sent again {PER_DAY} times in the last 24 hours: that is all."
        ));
    }
    let (_, last) = made.all.last()?;
    let since = now.since(*last);
    (since < APART).then(|| {
        let wait = took(APART - since);
        format!("It was sent again {} ago: wait another {wait}.", took(since))
    })
}

const fn warning(disposition: Disposition) -> &'static str {
    match disposition {
        Disposition::Delivered => "The phone has got it already, so it will come twice.",
        Disposition::Unknown => "Nobody knows whether it arrived: it may come twice.",
        Disposition::Expired => "If the carrier still has the first one, it may come twice.",
        _ => "",
    }
}

/// The key that resend `number` of a message is kept under.
pub(super) fn key(of: MessageOrd, number: u16) -> [u8; 32] {
    let mut digest = Sha256::new();
    digest.update(b"postrider console resend\0");
    digest.update(of.0.to_le_bytes());
    digest.update(number.to_le_bytes());
    digest.finalize().into()
}

/// What ties a resend to the first message.
pub(super) fn fingerprint(of: MessageOrd) -> [u8; 32] {
    let mut octets = [0; 32];
    let (mark, ord) = octets.split_at_mut(MARK.len());
    mark.copy_from_slice(MARK);
    ord.copy_from_slice(&of.0.to_le_bytes());
    octets
}

/// The message that a fingerprint ties to, if it is one of a resend.
fn original_of(fingerprint: &[u8]) -> Option<MessageOrd> {
    let ord = fingerprint.strip_prefix(MARK)?;
    Some(MessageOrd(u64::from_le_bytes(ord.try_into().ok()?)))
}

/// The message that this one repeats.
fn original(found: &Found) -> Option<MessageOrd> {
    found.events.iter().find_map(|event| match event.event()?.what {
        What::Keyed { fingerprint, .. } => original_of(fingerprint),
        _ => None,
    })
}

/// The resends of a message. The ledger knows those for ever, so that three a day stay three over a restart.
pub(super) fn made(api: &Api, of: MessageOrd) -> io::Result<Made> {
    let mut made = Made::default();
    for number in 0..NUMBERS_MAX {
        let found = api.ledger.keyed(&key(of, number))?;
        let Some(event) = found.last() else { break };
        made.all.extend(event.event().map(|it| (it.ord, event.at)));
    }
    Ok(made)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resend_names_the_first_and_nothing_else_does() {
        let of = MessageOrd(0x0102_0304_0506_0708);
        assert_eq!(original_of(&fingerprint(of)), Some(of));
        assert_eq!(original_of(&[0; 32]), None);
        assert_ne!(key(of, 0), key(of, 1));
        assert_ne!(key(of, 0), key(MessageOrd(1), 0));
    }

    #[test]
    fn three_a_day_and_a_minute_apart() {
        let now = Timestamp(1_000_000_000_000_000);
        let ago = |seconds| (MessageOrd(1), now - Duration::from_secs(seconds));
        let told = |seconds: &[u64]| {
            let made = Made { all: seconds.iter().map(|it| ago(*it)).collect() };
            let today = made.all.iter().filter(|(_, at)| now.since(*at) < DAY).count();
            not_now(&made, today, now)
        };
        assert_eq!(told(&[]), None);
        assert_eq!(told(&[61]), None);
        assert!(told(&[20]).expect("too soon").contains("wait another 40.0 s"));
        assert_eq!(told(&[90_000, 7_200, 3_600]), None, "one is of yesterday");
        assert!(told(&[7_200, 3_600, 120]).expect("enough").contains("3 times"));
    }
}
