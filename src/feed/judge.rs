//! What a record of the log tells consumers: nothing, or one kind of news.
//!
//! It is a function of the log up to the record and of nothing else, so that the same record tells the
//! same whenever it is read. A message that was cut is one message: it is told what becomes of all of it.

use std::io;

use super::kind::{Kind, Kinds};
use super::lane::Lane;
use super::notice::{Notice, Wants};
use crate::base::clock::Timestamp;
use crate::base::id::{AccountId, CarrierId, MessageOrd};
use crate::ledger::follow::Located;
use crate::ledger::store::Ledger;
use crate::ledger::stored::StoredEvent;
use crate::message::callback::CallbackRef;
use crate::message::disposition::Status;
use crate::message::event::{Event, NO_MESSAGE, What};
use crate::message::record::{Direction, Message};
use crate::message::state::State;
use crate::message::unjoined::Unjoined;
use crate::spool::lsn::Lsn;
use crate::spool::record;
use crate::spool::tape::Read;

/// Where a record stands.
#[derive(Clone, Copy, Debug)]
struct Place {
    lsn: Lsn,
    at: Timestamp,
}

/// Calls a function with what each record of a chunk tells those who want any of these.
///
/// # Errors
/// What the disk said.
pub fn each(
    ledger: &Ledger,
    read: &Read<'_>,
    wants: &[Wants],
    mut told: impl FnMut(Notice),
) -> io::Result<()> {
    let mut ord = read.chunk.base_ord;
    let kinds = wants.iter().fold(Kinds::NONE, |all, wants| all.or(wants.kinds));
    for (offset, octets) in read.chunk.iter() {
        let place = Place { lsn: read.first.plus(u64::from(offset)), at: read.chunk.time };
        let notice = match record::message(octets) {
            Some(octets) => {
                let of_message = message(ledger, place, ord, octets, kinds)?;
                ord.0 += 1;
                of_message
            }
            None => event(ledger, place, octets, kinds, wants)?,
        };
        let wanted = |notice: &Notice| wants.iter().any(|wants| wants.takes(notice));
        notice.filter(wanted).into_iter().for_each(&mut told);
    }
    Ok(())
}

/// What the record at an address tells, whoever wants it; `None` too if there is no record.
///
/// # Errors
/// What the disk said.
pub fn at(ledger: &Ledger, lsn: Lsn) -> io::Result<Option<Notice>> {
    let Some(located) = ledger.locate(lsn)? else { return Ok(None) };
    let octets = ledger.record(lsn)?;
    let all = Wants { kinds: Kinds::ALL, account: None };
    match located {
        Located::Message(ord, at) => message(ledger, Place { lsn, at }, ord, &octets, Kinds::ALL),
        Located::Event(_, at) => event(ledger, Place { lsn, at }, &octets, Kinds::ALL, &[all]),
    }
}

fn message(
    ledger: &Ledger,
    place: Place,
    ord: MessageOrd,
    octets: &[u8],
    kinds: Kinds,
) -> io::Result<Option<Notice>> {
    if !kinds.has(Kind::Accepted) && !kinds.has(Kind::Received) {
        return Ok(None);
    }
    let Some(message) = Message::decode(octets) else { return Ok(None) };
    let kind = match message.direction {
        // The first part speaks for all.
        Direction::Outbound if message.place().is_none_or(|place| place.number == 1) => {
            Kind::Accepted
        }
        // A part waits for the others, and is nobody's.
        Direction::Inbound if message.account != AccountId::NONE => Kind::Received,
        _ => return Ok(None),
    };
    if kind == Kind::Received && cut_for_its_bind(ledger, ord)? {
        return Ok(None);
    }
    let Message { account, carrier, .. } = message;
    Ok(Some(Notice { lsn: place.lsn, at: place.at, kind, ord, account, carrier, lane: None }))
}

/// A long text that an old bind gets in parts was told when it came.
fn cut_for_its_bind(ledger: &Ledger, ord: MessageOrd) -> io::Result<bool> {
    let events = ledger.events(ord)?;
    let why = |event: &StoredEvent| match event.event()?.what {
        What::Unjoined { why, .. } => Some(why),
        _ => None,
    };
    Ok(events.iter().filter_map(why).any(|why| why == Unjoined::Version))
}

/// What an event of this kind can come to.
const fn possible(what: &What<'_>) -> Kinds {
    match what {
        What::Sent { .. } => Kinds::NONE.with(Kind::Sent),
        What::Refused { retry_at, .. } if retry_at.0 != Timestamp::NEVER.0 => {
            Kinds::NONE.with(Kind::Queued)
        }
        What::InDoubt { resend: true, .. } | What::Rerouted { .. } => {
            Kinds::NONE.with(Kind::Queued)
        }
        What::Refused { .. }
        | What::InDoubt { .. }
        | What::Receipt { .. }
        | What::Ended { .. }
        | What::Cancelled { .. } => Kinds::FINAL,
        What::Consent { change, .. } => Kinds::NONE.with(Kind::of_consent(*change)),
        _ => Kinds::NONE,
    }
}

/// What an event of no message tells.
const fn of_none(place: Place, what: &What<'_>) -> Option<Notice> {
    let (kind, carrier) = match *what {
        What::Carrier { carrier, condition, .. } => (Kind::of_condition(condition), carrier),
        What::Consent { change, .. } => (Kind::of_consent(change), CarrierId::NONE),
        _ => return None,
    };
    let account = AccountId::NONE;
    Some(Notice {
        lsn: place.lsn,
        at: place.at,
        kind,
        ord: NO_MESSAGE,
        account,
        carrier,
        lane: None,
    })
}

fn event(
    ledger: &Ledger,
    place: Place,
    octets: &[u8],
    kinds: Kinds,
    wants: &[Wants],
) -> io::Result<Option<Notice>> {
    let Some(Event { ord, what }) = Event::decode(octets) else { return Ok(None) };
    if ord == NO_MESSAGE {
        return Ok(of_none(place, &what));
    }
    let possible = possible(&what);
    if !possible.meets(kinds) {
        return Ok(None);
    }
    let Some(stored) = ledger.accepted(ord)? else { return Ok(None) };
    let message = stored.message();
    let account = message.account;
    if let What::Consent { change, .. } = what {
        let (kind, carrier) = (Kind::of_consent(change), message.carrier);
        let Place { lsn, at } = place;
        return Ok(Some(Notice { lsn, at, kind, ord, account, carrier, lane: None }));
    }
    let interested = |wants: &Wants| wants.kinds.meets(possible) && wants.of_interest(account);
    if message.direction == Direction::Inbound || !wants.iter().any(interested) {
        return Ok(None);
    }
    let mut carrier = message.carrier;
    let (mut before, mut after) = (Whole::default(), Whole::default());
    let mut callback = Vec::new();
    let whole = message.place().map_or(ord, |place| place.first(ord));
    let ords: Vec<MessageOrd> = message.place().map_or(vec![ord], |place| place.all(ord).collect());
    for part in ords {
        let accepted = if part == ord { Some(stored.clone()) } else { ledger.accepted(part)? };
        let Some(accepted) = accepted else { continue };
        let mut events = ledger.events(part)?;
        let fold = Fold::upto(&accepted.message(), &events, place.lsn, &mut carrier);
        before.take(&fold.before);
        after.take(&fold.after);
        events.retain(|event| called(event).is_some());
        callback.append(&mut events);
    }
    let Some(kind) = told(&before, &after, &what) else { return Ok(None) };
    let callback = callback.iter().find_map(called);
    let lane = callback.and_then(|callback| Lane::called(account, &callback, kind, &what));
    Ok(Some(Notice { lsn: place.lsn, at: place.at, kind, ord: whole, account, carrier, lane }))
}

/// Where a message's sender wants it called, if an event says so.
pub fn called(stored: &StoredEvent) -> Option<CallbackRef<'_>> {
    match stored.event()?.what {
        What::Callback(callback) => Some(callback),
        _ => None,
    }
}

/// The state of a message just before a record and with it.
struct Fold {
    before: State,
    after: State,
}

impl Fold {
    fn upto(
        message: &Message<'_>,
        events: &[StoredEvent],
        lsn: Lsn,
        carrier: &mut CarrierId,
    ) -> Self {
        let accepted = State::accepted(message);
        let mut fold = Self { before: accepted, after: accepted };
        for stored in events.iter().filter(|stored| stored.lsn <= lsn) {
            let Some(event) = stored.event() else { continue };
            if stored.lsn == lsn {
                fold.before = fold.after;
            }
            fold.after.apply(&event.what);
            if let What::Sending { carrier: by, .. }
            | What::Sent { carrier: by, .. }
            | What::Rerouted { to: by, .. } = event.what
            {
                *carrier = by;
            }
        }
        if events.iter().all(|stored| stored.lsn != lsn) {
            // Another part's record: nothing of this one changes with it.
            fold.before = fold.after;
        }
        fold
    }
}

/// The states of all parts of a message taken together.
#[derive(Default)]
struct Whole {
    worst: Option<State>,
    /// Every part has ended.
    unconcluded: u32,
    /// Parts that no carrier has taken.
    unsent: u32,
    queued: u32,
    contradicted: bool,
}

impl Whole {
    fn take(&mut self, state: &State) {
        let concluded = state.concluded();
        self.unconcluded += u32::from(!concluded);
        self.unsent += u32::from(!concluded && state.status != Status::Sent);
        self.queued += u32::from(!concluded && state.status == Status::Queued);
        self.contradicted |= state.contradicted();
        if self.worst.is_none_or(|worst| state.disposition.worse_than(worst.disposition)) {
            self.worst = Some(*state);
        }
    }

    fn end(&self) -> Option<Status> {
        let worst = self.worst.filter(|_| self.unconcluded == 0);
        worst.map(|state| state.status)
    }
}

fn told(before: &Whole, after: &Whole, what: &What<'_>) -> Option<Kind> {
    if let Some(status) = after.end()
        && before.end() != Some(status)
    {
        return ended(status);
    }
    if after.contradicted && !before.contradicted {
        return Some(Kind::Conflicting);
    }
    match what {
        What::Sent { .. } if after.unsent == 0 && before.unsent > 0 && after.unconcluded > 0 => {
            Some(Kind::Sent)
        }
        What::Refused { .. } | What::InDoubt { .. } | What::Rerouted { .. }
            if after.queued > before.queued =>
        {
            Some(Kind::Queued)
        }
        _ => None,
    }
}

const fn ended(status: Status) -> Option<Kind> {
    Some(match status {
        Status::Delivered => Kind::Delivered,
        Status::Undelivered => Kind::Undelivered,
        Status::Expired => Kind::Expired,
        Status::Rejected => Kind::Rejected,
        Status::Cancelled => Kind::Cancelled,
        Status::Unknown => Kind::Unknown,
        _ => return None,
    })
}
