//! The new contents of a message that is replaced: its text cut again, its times, its receipts.

use bytes::Bytes;

use super::admission::told;
use super::change::{Change, NewPart, Replacement, Unchanged, Withdrawal};
use super::change_ask::Meant;
use super::engine::Engine;
use crate::base::clock::Timestamp;
use crate::deliver::life::{BadTime, Life};
use crate::gsm::coding::DefaultAlphabet;
use crate::gsm::part::{Segment, UDHI};
use crate::intake::admit::{Inadmissible, admit};
use crate::intake::cut::cut;
use crate::intake::rewrite::octets;
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
        let shared = self.shared.clone();
        let carrier = shared.carrier(meant.carrier).ok_or(Unchanged::Apart)?;
        let profile = &carrier.config.profile;
        let old = Message::decode(&meant.record).ok_or(Unchanged::Ended)?;
        let times = Times::of(replacement, now)?;
        let new = Message {
            esm_class: unwritten(&old, meant.came_in.is_some()),
            data_coding: meant.came_in.unwrap_or(old.data_coding),
            body: &replacement.body,
            schedule_delivery_time: times.schedule(&old),
            validity_period: times.validity(&old),
            registered_delivery: replacement.registered_delivery,
            sm_default_msg_id: replacement.sm_default_msg_id,
            parts: if old.place().is_some() { 1 } else { old.parts },
            part: 0,
            ..old
        };
        let life = life(&new, meant.accepted_at, now, carrier.config.lifetime)?;
        let reference = self.reference.wrapping_add(1);
        let rewritten = shared.rewritten(new.account, &new, false, (profile, reference));
        let told = rewritten.as_ref().map(|text| told(new.data_coding, text));
        let new = rewritten.as_ref().map_or(new, |text| text.apply(&new));
        let default = profile.default_alphabet;
        let parts = cut_again(&new, reference, default, meant.parts.len())?;
        self.reference = if parts.is_some() { reference } else { self.reference };
        let mut with = match parts {
            None => vec![NewPart { record: record(&new), life, rewritten: None }],
            Some(parts) => in_parts(&new, &parts, default, life),
        };
        if let Some(first) = with.first_mut() {
            first.rewritten = told;
        }
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

/// The `esm_class` that a message came with: a header that only cutting made is not its own, and what was
/// written anew had none.
fn unwritten(message: &Message<'_>, is_rewritten: bool) -> u8 {
    let only_cut = message.place().is_some() && message.body.first() == Some(&CUT_HEADER);
    if is_rewritten || only_cut { message.esm_class & !UDHI } else { message.esm_class }
}

fn in_parts(
    new: &Message<'_>,
    parts: &[Segment],
    default: DefaultAlphabet,
    life: Life,
) -> Vec<NewPart> {
    let of = parts.len() as u8;
    let part = |(number, part): (u8, &Segment)| {
        let esm_class = new.esm_class | part.esm_class();
        let body = octets(part, default);
        let part = Message { parts: of, part: number, esm_class, body: &body, ..*new };
        NewPart { record: record(&part), life, rewritten: None }
    };
    (1..=of).zip(parts).map(part).collect()
}

fn record(message: &Message<'_>) -> Bytes {
    let mut octets = Vec::new();
    message.encode(&mut octets);
    Bytes::from(octets)
}
