//! The machine: octets and time in, octets and the ends of connections out.
//!
//! **Invariants**: no socket and no clock; no more than [`WAITING_MAX`] things wait, beyond which
//! submits are refused with ESME_RMSGQFUL.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::agenda::Agenda;
use super::config::Config;
use super::dice::Dice;
use super::line::{Line, LineNo};
use super::owed::{Delivery, Owed};
use super::trouble::Troubles;
use super::truth::Truth;
use crate::base::clock::Timestamp;
use crate::sim::answer;
use crate::sim::link::Closed;
use crate::sim::throttle::Throttle;
use crate::wire::smpp::command::CommandId;
use crate::wire::smpp::frame::{PDU_BYTES_MAX, Split, split};
use crate::wire::smpp::header::Header;
use crate::wire::smpp::pdu::BindMode;
use crate::wire::smpp::status::CommandStatus;

/// Responses and deliveries that may wait.
const WAITING_MAX: usize = 200_000;

/// Octets that may wait to leave on a connection before no more is read from it.
const SAID_MAX: usize = 1 << 20;

/// Something that is to happen at its time.
#[derive(Debug)]
pub(super) enum Act {
    /// The answer to a submit: the submit `.1` of the entry `.0`, where it is recorded.
    Respond { line: LineNo, pdu: Vec<u8>, submit: Option<(usize, usize)> },
    /// A delivery is owed from now on.
    Owe(Delivery),
    /// A connection ends.
    Close(LineNo),
    /// Handsets send, if they have not yet.
    Originate,
}

/// What the shell is to do with a connection.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Output {
    /// Write these octets, at once and apart from those that come later.
    Octets(Vec<u8>),
    /// Close it when everything is written.
    Close,
    /// Hand in again what was read and not used.
    Read,
}

/// A hostile SMSC.
#[derive(Debug)]
pub(super) struct Centre {
    pub(super) config: Config,
    pub(super) dice: Dice,
    pub(super) now: Timestamp,
    pub(super) lines: BTreeMap<LineNo, Line>,
    pub(super) agenda: Agenda<Act>,
    pub(super) owed: Owed,
    pub(super) truth: Arc<Mutex<Truth>>,
    pub(super) troubles: Troubles,
    pub(super) throttle: Option<Throttle>,
    /// The number the next message is named after.
    pub(super) next_id: u64,
    pub(super) originated: bool,
    next_line: LineNo,
    portions: u64,
    pub(super) noises: u64,
}

impl Centre {
    /// An SMSC nobody is connected to.
    pub(super) fn new(config: Config, truth: Arc<Mutex<Truth>>, now: Timestamp) -> Self {
        let dice = Dice(config.seed);
        let rate = config.profile.refusals.rate;
        // Eight hexadecimal digits, which is all that v3.3 has room for.
        let first_id = 0x1000_0000 | u64::from(dice.of(b"ids", 0).0.u32(..0x2000_0000));
        Self {
            next_id: if config.profile.ids.from_one { 1 } else { first_id },
            troubles: Troubles::new(dice, &config.profile.line),
            throttle: (rate > 0).then(|| Throttle::new(rate)),
            config,
            dice,
            now,
            lines: BTreeMap::new(),
            agenda: Agenda::default(),
            owed: Owed::default(),
            truth,
            originated: false,
            next_line: 1,
            portions: 0,
            noises: 0,
        }
    }

    /// The truth, which a panic elsewhere does not make untrue.
    pub(super) fn known(truth: &Mutex<Truth>) -> MutexGuard<'_, Truth> {
        truth.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Somebody has connected.
    pub(super) fn connected(&mut self) -> LineNo {
        let number = self.next_line;
        self.next_line += 1;
        self.lines.insert(number, Line::default());
        number
    }

    /// A connection is over: what it had not confirmed is owed again.
    pub(super) fn closed(&mut self, number: LineNo) {
        if let Some(line) = self.lines.remove(&number) {
            let mut open: Vec<(u32, Delivery)> = line.window.into_iter().collect();
            open.sort_unstable_by_key(|(sequence, _)| *sequence);
            open.into_iter().for_each(|(_, delivery)| self.owed.push(delivery));
        }
    }

    /// Octets came; how many of them were used.
    pub(super) fn received(
        &mut self,
        now: Timestamp,
        number: LineNo,
        octets: &[u8],
    ) -> Result<usize, Closed> {
        self.now = now;
        let mut used = 0;
        while let Some(line) = self.lines.get_mut(&number) {
            if line.mute {
                return Ok(octets.len());
            }
            if line.said() > SAID_MAX {
                line.deaf_until = line.deaf_until.max(now + Duration::from_millis(10));
            }
            if line.deaf_until > now || line.closing {
                break;
            }
            match split(octets.get(used..).unwrap_or_default(), PDU_BYTES_MAX) {
                Split::Pdu(frame) => {
                    used += frame.len();
                    self.pdu(number, frame)?;
                    self.pace(number);
                }
                Split::Incomplete => break,
                Split::Bad(_) => return Err(Closed),
            }
        }
        self.dispatch();
        Ok(used)
    }

    fn pdu(&mut self, number: LineNo, frame: &[u8]) -> Result<(), Closed> {
        let Some(header) = Header::read(frame) else { return Err(Closed) };
        match header.command_id {
            CommandId::SUBMIT_SM => self.submit(number, header, frame),
            CommandId::DELIVER_SM_RESP | CommandId::DATA_SM_RESP | CommandId::GENERIC_NACK => {
                self.delivery_answered(number, header);
            }
            CommandId::UNBIND => {
                self.tell(number, |out| {
                    answer::upkeep(header, out);
                });
                return Err(Closed);
            }
            CommandId::UNBIND_RESP => return Err(Closed),
            _ if BindMode::of(header.command_id).is_some() && !header.command_id.is_response() => {
                self.bind(number, header, frame);
            }
            _ => self.tell(number, |out| {
                if !answer::upkeep(header, out) {
                    answer::refuse(header, CommandStatus::ESME_RINVCMDID, out);
                }
            }),
        }
        Ok(())
    }

    /// A slow reader leaves the next PDU where it is for a while.
    fn pace(&mut self, number: LineNo) {
        let every = self.config.profile.line.read_every_ms;
        if every > 0
            && let Some(line) = self.lines.get_mut(&number)
        {
            let pause = Duration::from_millis(u64::from(every));
            line.deaf_until = line.deaf_until.max(self.now + pause);
        }
    }

    /// Says what `write` writes on a connection.
    pub(super) fn tell(&mut self, number: LineNo, write: impl FnOnce(&mut Vec<u8>)) {
        let mut pdu = Vec::new();
        write(&mut pdu);
        if let Some(line) = self.lines.get_mut(&number) {
            line.say(&pdu);
        }
    }

    /// Time has passed.
    pub(super) fn tick(&mut self, now: Timestamp) {
        self.now = now;
        while let Some(act) = self.agenda.take(now) {
            match act {
                Act::Respond { line, pdu, submit } => self.respond(line, &pdu, submit),
                Act::Owe(delivery) => self.owed.push(delivery),
                Act::Close(number) => self.end(number),
                Act::Originate => self.originate(),
            }
        }
        self.dispatch();
    }

    /// Ends a connection once everything said is written.
    pub(super) fn end(&mut self, number: LineNo) {
        if let Some(line) = self.lines.get_mut(&number) {
            line.closing = true;
        }
    }

    /// What the shell is to do now.
    pub(super) fn outputs(&mut self) -> Vec<(LineNo, Output)> {
        let mut outputs = Vec::new();
        for (&number, line) in &mut self.lines {
            let split = (self.config.profile.line.glued && !line.closing).then(|| {
                self.portions += 1;
                self.dice.of(b"portion", self.portions)
            });
            if line.has_said() {
                let octets = line.leaves(self.now, split);
                if !octets.is_empty() {
                    outputs.push((number, Output::Octets(octets)));
                }
            }
            if line.closing && !line.has_said() {
                outputs.push((number, Output::Close));
            }
            if line.deaf_until != Timestamp::default() && line.deaf_until <= self.now {
                line.deaf_until = Timestamp::default();
                outputs.push((number, Output::Read));
            }
        }
        outputs
    }

    /// Whether one more submit would be too much.
    pub(super) fn is_full(&self) -> bool {
        self.agenda.len() + self.owed.len() > WAITING_MAX
    }

    /// Whether nothing happens until somebody says something.
    pub(super) fn is_idle(&self) -> bool {
        let quiet = |line: &Line| !line.has_said() && line.deaf_until == Timestamp::default();
        self.agenda.len() == 0 && self.lines.values().all(quiet)
    }
}
