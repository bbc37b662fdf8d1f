//! When trouble comes to a connection, and what it does to it.

use std::time::Duration;

use super::centre::{Act, Centre};
use super::dice::Dice;
use super::line::LineNo;
use super::profile::{self, Trouble};
use crate::base::clock::Timestamp;
use crate::wire::smpp::command::CommandId;
use crate::wire::smpp::pdu::encode_header;
use crate::wire::smpp::status::CommandStatus;

/// How long an ESME has to answer an unbind.
const UNBIND_WAIT: Duration = Duration::from_secs(1);

/// Counts submits to the next trouble.
#[derive(Debug)]
pub(super) struct Troubles {
    left: u32,
    come: u32,
    /// Until when binds are refused, and with what.
    pub(super) refuses: (Timestamp, u32),
}

impl Troubles {
    /// With the first still to come.
    pub(super) fn new(dice: Dice, line: &profile::Line) -> Self {
        let left = dice.of(b"trouble", 0).within(line.every);
        Self { left, come: 0, refuses: (Timestamp::default(), 0) }
    }

    /// The trouble that comes with one more submit taken, if any does.
    fn next(&mut self, dice: Dice, line: &profile::Line) -> Option<Trouble> {
        if self.come >= line.troubles_max {
            return None;
        }
        self.left = self.left.saturating_sub(1);
        if self.left > 0 {
            return None;
        }
        let kinds = line.troubles.len().max(1);
        let trouble = line.troubles.get(self.come as usize % kinds).copied();
        self.come += 1;
        self.left = dice.of(b"trouble", u64::from(self.come)).within(line.every);
        trouble
    }
}

impl Centre {
    /// Brings the trouble whose turn it is upon a connection; `pdu` is the response to the submit
    /// that it comes with. Whether that response is lost with it, or has been sent.
    pub(super) fn trouble(&mut self, number: LineNo, pdu: &[u8]) -> Fallout {
        let Some(trouble) = self.troubles.next(self.dice, &self.config.profile.line) else {
            return Fallout::None;
        };
        let half = pdu.get(..pdu.len() / 2).unwrap_or_default();
        let Some(line) = self.lines.get_mut(&number) else { return Fallout::Lost };
        match trouble {
            Trouble::CutInWindow => line.closing = true,
            Trouble::CutAfterResponse => {
                line.say(pdu);
                line.closing = true;
                return Fallout::Answered;
            }
            Trouble::CutInPdu => {
                line.say(half);
                line.closing = true;
            }
            Trouble::HalfThenSilence => {
                line.say(half);
                line.mute = true;
            }
            Trouble::Unbind(status, refused_ms) => {
                self.unbind(number, status, Duration::from_millis(u64::from(refused_ms)));
                return Fallout::None;
            }
            Trouble::Deaf(percent) => {
                line.deaf_until = self.now + self.config.response_timer * percent / 100;
                return Fallout::None;
            }
        }
        Fallout::Lost
    }

    fn unbind(&mut self, number: LineNo, status: u32, refused: Duration) {
        self.troubles.refuses = (self.now + refused, status);
        let Some(line) = self.lines.get_mut(&number) else { return };
        line.leaving = true;
        let sequence = line.next_sequence();
        self.tell(number, |out| {
            encode_header(out, CommandId::UNBIND, CommandStatus::ESME_ROK, sequence);
        });
        self.agenda.put(self.now + UNBIND_WAIT, Act::Close(number));
    }
}

/// What trouble did to the response it came with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fallout {
    /// It is still to be sent.
    None,
    /// It has been sent.
    Answered,
    /// It never comes.
    Lost,
}
