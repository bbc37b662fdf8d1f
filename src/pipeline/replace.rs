//! The new contents of a message that is replaced: its text cut again, its times, its receipts.

use bytes::Bytes;

use super::change::{Change, NewPart, Replacement, Unchanged, Withdrawal};
use super::change_ask::Meant;
use super::engine::Engine;
use crate::base::clock::Timestamp;
use crate::deliver::life::{BadTime, Life};
use crate::gsm::coding::DefaultAlphabet;
use crate::gsm::part::{Segment, UDHI};
use crate::intake::admit::{Inadmissible, admit};
use crate::intake::cut::cut;
use crate::message::record::Message;
use crate::spool::journal::Health;
use crate::wire::smpp::time::{absolute, moment};

/// Octets of the header that cutting puts in front of a part, without the length octet
/// (TS 23.040 §9.2.3.24.1).
const CUT_HEADER: u8 = 5;

impl Engine {
    /// What is to become of one message.
    pub(super) fn withdrawal(
        &mut self,
        now: Timestamp,
        change: &Change,
        meant: Meant,
    ) -> Result<Withdrawal, Unchanged> {
        let Some(replacement) = &change.replacement else {
            return Ok(Withdrawal { parts: meant.parts, with: Vec::new() });
        };
        if self.journal.health() != Health::Accepting {
            return Err(Unchanged::DiskFull);
        }
        let carrier = self.shared.carrier(meant.carrier).ok_or(Unchanged::Apart)?;
        let default = carrier.config.profile.default_alphabet;
        let lifetime = carrier.config.lifetime;
        let old = Message::decode(&meant.record).ok_or(Unchanged::Ended)?;
        let times = Times::of(replacement, now)?;
        let new = Message {
            esm_class: uncut(&old),
            body: &replacement.body,
            schedule_delivery_time: times.schedule(&old),
            validity_period: times.validity(&old),
            registered_delivery: replacement.registered_delivery,
            sm_default_msg_id: replacement.sm_default_msg_id,
            parts: if old.place().is_some() { 1 } else { old.parts },
            part: 0,
            ..old
        };
        let life = life(&new, meant.accepted_at, now, lifetime)?;
        let reference = self.reference.wrapping_add(1);
        let parts = cut_again(&new, reference, default, meant.parts.len())?;
        self.reference = if parts.is_some() { reference } else { self.reference };
        let with = match parts {
            None => vec![NewPart { record: record(&new), life }],
            Some(parts) => in_parts(&new, &parts, life),
        };
        Ok(Withdrawal { parts: meant.parts, with })
    }
}

/// The new times as of now: relative ones count from the replacement, not from the acceptance.
struct Times {
    schedule: Option<[u8; 16]>,
    validity: Option<[u8; 16]>,
}

impl Times {
    fn of(replacement: &Replacement, now: Timestamp) -> Result<Self, Unchanged> {
        let schedule = moment(&replacement.schedule_delivery_time, now)
            .map_err(|_| Unchanged::InvalidSchedule)?;
        let validity =
            moment(&replacement.validity_period, now).map_err(|_| Unchanged::InvalidValidity)?;
        Ok(Self { schedule: schedule.map(absolute), validity: validity.map(absolute) })
    }

    fn schedule<'a>(&'a self, old: &Message<'a>) -> &'a [u8] {
        self.schedule.as_ref().map_or(old.schedule_delivery_time, |text| text)
    }

    fn validity<'a>(&'a self, old: &Message<'a>) -> &'a [u8] {
        self.validity.as_ref().map_or(old.validity_period, |text| text)
    }
}

fn life(
    new: &Message<'_>,
    accepted_at: Timestamp,
    now: Timestamp,
    lifetime: std::time::Duration,
) -> Result<Life, Unchanged> {
    let life = Life::of(new, accepted_at, lifetime).map_err(|bad| match bad {
        BadTime::Validity => Unchanged::InvalidValidity,
        BadTime::Schedule => Unchanged::InvalidSchedule,
    })?;
    if life.expires_at <= now { Err(Unchanged::InvalidValidity) } else { Ok(life) }
}

/// The parts of the new text, if it needs several.
fn cut_again(
    new: &Message<'_>,
    reference: u8,
    default: DefaultAlphabet,
    had: usize,
) -> Result<Option<Vec<Segment>>, Unchanged> {
    admit(new).map_err(refusal_of)?;
    // The header is part of the text (§5.2.22): the new one has to bring its own.
    let header = new.body.first().is_some_and(|&length| usize::from(length) < new.body.len());
    if new.esm_class & UDHI != 0 && !header {
        return Err(Unchanged::NoHeader);
    }
    let parts = cut(new, reference, default).map_err(refusal_of)?;
    if parts.as_ref().map_or(1, Vec::len) > had {
        return Err(Unchanged::MoreParts);
    }
    Ok(parts)
}

const fn refusal_of(inadmissible: Inadmissible) -> Unchanged {
    match inadmissible {
        Inadmissible::Source => Unchanged::OtherSource,
        Inadmissible::Destination => Unchanged::OtherDestination,
        Inadmissible::TooLong => Unchanged::TooLong,
    }
}

/// The `esm_class` of a message before it was cut: a header that cutting made alone is not its own.
fn uncut(part: &Message<'_>) -> u8 {
    let only_ours = part.body.first() == Some(&CUT_HEADER);
    if part.place().is_some() && only_ours { part.esm_class & !UDHI } else { part.esm_class }
}

fn in_parts(new: &Message<'_>, parts: &[Segment], life: Life) -> Vec<NewPart> {
    let of = parts.len() as u8;
    let part = |(number, part): (u8, &Segment)| {
        let esm_class = new.esm_class | part.esm_class();
        let body = part.short_message();
        let part = Message { parts: of, part: number, esm_class, body: &body, ..*new };
        NewPart { record: record(&part), life }
    };
    (1..=of).zip(parts).map(part).collect()
}

fn record(message: &Message<'_>) -> Bytes {
    let mut octets = Vec::new();
    message.encode(&mut octets);
    Bytes::from(octets)
}
