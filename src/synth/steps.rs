//! What happens to messages under way: each step writes its event and says what comes next.

use std::time::Duration;

use super::fate::Fate;
use super::fill::Traffic;
use super::flight::Step;
use crate::base::clock::Timestamp;
use crate::base::id::MessageOrd;
use crate::carrier::status::Retry;
use crate::message::disposition::Disposition;
use crate::message::event::{By, Doubt, Event, What};
use crate::message::reason::Reason;
use crate::message::ruling::Ruling;
use crate::message::state::{refused, wants_receipt};

/// Of a thousand submits, those refused for the moment: at most times, and in a carrier's bad hour.
const REFUSED: u32 = 12;
const REFUSED_BADLY: u32 = 350;

/// ESME_RTHROTTLED, ESME_RMSGQFUL, ESME_RSYSERR.
const FOR_THE_MOMENT: [u32; 3] = [0x58, 0x14, 0x08];

/// Failures before another carrier is asked.
const FAILURES_MAX: u8 = 3;

/// How long a receipt is waited for.
const SILENCE: Duration = Duration::from_secs(72 * 3600);

/// A carrier's own status for a recipient who has opted out.
const OPTED_OUT: u32 = 0x410;

impl Traffic {
    /// Does the next thing that happens to a message.
    pub(super) fn step(&mut self, now: Timestamp, place: u32, step: Step) {
        match step {
            Step::Replace => self.replace(now, place),
            Step::Cancel => {
                self.tell(place, What::Cancelled { by: By::AccountKey });
                self.conclude(now, place, Disposition::Blocked);
            }
            Step::Submit => self.submit(now, place),
            Step::Answer => self.answer(now, place),
            Step::Enroute => {
                self.receipt(now, place, (1, b"ENROUTE", 0));
            }
            Step::Report => self.report(now, place),
            Step::ReportAgain => {
                self.receipt(now, place, Fate::Delivered.report());
            }
            Step::GiveUp => {
                let (reason, disposition) = match self.agenda.get(place).fate {
                    Fate::Ended(reason) => (reason, Disposition::Expired),
                    _ => (Reason::NoReceipt, Disposition::Unknown),
                };
                self.tell(place, What::Ended { reason });
                self.conclude(now, place, disposition);
            }
            Step::Settle => self.settle(now, place),
        }
        if self.agenda.release(place) {
            self.replacements.remove(&place);
        }
    }

    fn tell(&mut self, place: u32, what: What<'_>) {
        let ord = self.agenda.get(place).ord;
        self.chunk.event(&Event { ord, what });
    }

    fn later(&mut self, now: Timestamp, seconds: f64, place: u32, step: Step) {
        self.agenda.put(now + Duration::from_secs_f64(seconds), place, step);
    }

    fn replace(&mut self, now: Timestamp, place: u32) {
        if let Some(message) = self.replacements.remove(&place) {
            self.tell(place, What::Replaced { by: By::Application, message: &message });
        }
        self.later(now, 20.0, place, Step::Submit);
    }

    fn submit(&mut self, now: Timestamp, place: u32) {
        let bind = self.random.u16(..4);
        let flight = self.agenda.get(place);
        flight.attempt = flight.attempt.saturating_add(1);
        let what = What::Sending { carrier: flight.carrier, bind, attempt: flight.attempt };
        self.tell(place, what);
        let chance = self.random.f64();
        self.later(now, 0.02 + 0.3 * chance * chance * chance, place, Step::Answer);
    }

    fn answer(&mut self, now: Timestamp, place: u32) {
        let flight = *self.agenda.get(place);
        let carrier = flight.carrier;
        if flight.fate == Fate::Doubtful && flight.attempt == 1 {
            self.tell(place, What::InDoubt { carrier, cause: Doubt::LinkLost, resend: true });
            self.later(now, 2.0, place, Step::Submit);
            return;
        }
        let refused = if is_bad_hour(flight.carrier_at, now) { REFUSED_BADLY } else { REFUSED };
        if self.random.u32(..1_000) < refused {
            let status = FOR_THE_MOMENT[self.random.usize(..FOR_THE_MOMENT.len())];
            self.refused_for_the_moment(now, place, status);
            return;
        }
        match flight.fate {
            Fate::Refused(status) => {
                let verdict = self.profile.refusal(status).verdict;
                self.refuse(now, place, status, (verdict.reason, verdict.ruling));
            }
            Fate::OptedOut => {
                self.refuse(now, place, OPTED_OUT, (Reason::OptedOut, Ruling::default()));
            }
            _ => self.sent(now, place),
        }
    }

    fn refuse(&mut self, now: Timestamp, place: u32, status: u32, verdict: (Reason, Ruling)) {
        let (reason, ruling) = verdict;
        let (carrier, retry_at) = (self.agenda.get(place).carrier, Timestamp::NEVER);
        let what = What::Refused { carrier, command_status: status, reason, ruling, retry_at };
        self.tell(place, what);
        self.conclude(now, place, refused(reason, ruling));
    }

    fn refused_for_the_moment(&mut self, now: Timestamp, place: u32, command_status: u32) {
        let refusal = self.profile.refusal(command_status);
        let (reason, ruling) = (refusal.verdict.reason, refusal.verdict.ruling);
        let flight = self.agenda.get(place);
        let (from, at) = (flight.carrier, flight.carrier_at);
        flight.failures += u8::from(refusal.retry != Retry::Slower);
        let (failures, attempt) = (flight.failures, flight.attempt);
        let passes = failures >= FAILURES_MAX;
        let pause = f64::from(1_u32 << attempt.min(8)) * (0.5 + self.random.f64());
        let retry_at = if passes { now } else { now + Duration::from_secs_f64(pause) };
        let what = What::Refused { carrier: from, command_status, reason, ruling, retry_at };
        self.tell(place, what);
        if passes {
            let other = self.world.other_carrier(at);
            let to = self.world.carriers[other].id;
            let flight = self.agenda.get(place);
            (flight.carrier, flight.carrier_at, flight.failures) = (to, other, 0);
            self.tell(place, What::Rerouted { from, to, reason });
        }
        self.agenda.put(retry_at, place, Step::Submit);
    }

    fn sent(&mut self, now: Timestamp, place: u32) {
        let flight = self.agenda.get(place);
        let carrier = &mut self.world.carriers[flight.carrier_at];
        carrier.next_number += 1 + self.random.u64(..4);
        carrier.ids.write(carrier.next_number, &mut self.id);
        (flight.number, flight.sent_at) = (carrier.next_number, now);
        let (ord, fate, carrier) = (flight.ord, flight.fate, flight.carrier);
        let what = What::Sent { carrier, carrier_message_id: &self.id };
        self.chunk.event(&Event { ord, what });
        match fate {
            Fate::Silent => self.agenda.put(now + SILENCE, place, Step::GiveUp),
            Fate::Late => self.later(now, 5.0, place, Step::Enroute),
            _ => {}
        }
        if fate != Fate::Silent {
            let delay = fate.delay_s(&mut self.random);
            self.later(now, delay, place, Step::Report);
        }
    }

    fn report(&mut self, now: Timestamp, place: u32) {
        let fate = self.agenda.get(place).fate;
        let disposition = self.receipt(now, place, fate.report());
        if fate == Fate::Contradicted {
            let delay = 60.0 + 3_600.0 * self.random.f64();
            self.later(now, delay, place, Step::ReportAgain);
        }
        self.conclude(now, place, disposition);
    }

    /// Writes a receipt; what it says.
    fn receipt(&mut self, now: Timestamp, place: u32, says: (u8, &[u8], u16)) -> Disposition {
        let flight = *self.agenda.get(place);
        self.world.carriers[flight.carrier_at].ids.write(flight.number, &mut self.id);
        let report = self.receipts.report(&flight, &self.id, says, now);
        let what = What::Receipt { carrier: flight.carrier, report };
        self.chunk.event(&Event { ord: flight.ord, what });
        report.disposition()
    }

    /// It has ended: its account is owed the news, if it wants to hear of this.
    fn conclude(&mut self, now: Timestamp, place: u32, disposition: Disposition) {
        let flight = *self.agenda.get(place);
        let any = flight.group.is_some() && flight.wants & 0b11 != 0;
        if !any && !wants_receipt(flight.wants, disposition) {
            return;
        }
        if let Some(group) = flight.group {
            let (first, left) = &mut self.groups[group as usize];
            *left -= 1;
            let (into, left) = (*first, *left);
            if into != flight.ord {
                self.tell(place, What::Folded { into });
            }
            if left > 0 {
                return;
            }
            self.free_groups.push(group);
            self.agenda.get(place).ord = into;
        }
        let delay = 0.005 + 0.08 * self.random.f64();
        self.later(now, delay, place, Step::Settle);
    }

    /// The account takes what it is owed, or says that it cannot at the moment.
    fn settle(&mut self, now: Timestamp, place: u32) {
        let busy = self.random.u8(..100) == 0;
        // ESME_RMSGQFUL: it is offered again.
        self.tell(place, What::Answered { command_status: if busy { 0x14 } else { 0 } });
        if busy {
            self.later(now, 5.0, place, Step::Settle);
        }
    }

    /// Begins to count the parts of a message.
    pub(super) fn group(&mut self, first: MessageOrd, parts: u8) -> u32 {
        if let Some(group) = self.free_groups.pop() {
            self.groups[group as usize] = (first, parts);
            return group;
        }
        self.groups.push((first, parts));
        self.groups.len() as u32 - 1
    }
}

/// One hour of a carrier's day, on one day of five.
fn is_bad_hour(carrier: usize, now: Timestamp) -> bool {
    let hours = now.0 / 3_600_000_000;
    let drawn = (hours / 24 * 64 + carrier as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
    drawn.is_multiple_of(5) && hours % 24 == drawn / 5 % 24
}
