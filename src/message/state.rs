//! The state of a message: the fold over its events that people and recovery read.
//!
//! **Invariants**: the fold over receipts does not depend on their order; a final state is raised by
//! stronger news (delivered over bounced over expired over unknown) and never lowered; what differs
//! from an earlier final sets `contradicted`. Eight octets, durable: see [`State::to_bytes`].

use super::disposition::{Disposition, Evidence, Status};
use super::event::{Report, What};
use super::reason::Reason;
use super::record::{Direction, Message};
use super::ruling::{Ruling, permanence_bits, permanence_of_bits};

/// What is known of one message at a moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct State {
    /// Lifecycle.
    pub status: Status,
    /// Bucket.
    pub disposition: Disposition,
    /// Who says so.
    pub evidence: Evidence,
    /// Why.
    pub reason: Reason,
    /// Submits that left or were about to.
    pub attempts: u8,
    flags: u8,
    finals: u8,
    pub(super) permanent: Option<bool>,
    rerouted: bool,
    replaced: bool,
}

const OWED: u8 = 1;
const CONTRADICTED: u8 = 1 << 1;
const IN_DOUBT: u8 = 1 << 2;
const WANTS_SUCCESS: u8 = 1 << 3;
const WANTS_FAILURE: u8 = 1 << 4;
const INBOUND: u8 = 1 << 5;
const MAY_BE_DOUBLE: u8 = 1 << 6;
const RETRYING: u8 = 1 << 7;

/// In the last octet, beside the permanence.
const REROUTED: u8 = 1 << 7;
const REPLACED: u8 = 1 << 6;

impl State {
    /// The state of a message that has just been written.
    pub fn accepted(message: &Message<'_>) -> Self {
        let mut state = Self {
            status: Status::Queued,
            disposition: Disposition::InProgress,
            evidence: Evidence::Gateway,
            reason: Reason::None,
            attempts: 0,
            flags: 0,
            finals: 0,
            permanent: None,
            rerouted: false,
            replaced: false,
        };
        if message.direction == Direction::Inbound {
            state.status = Status::Received;
            state.flags = INBOUND | OWED;
            return state;
        }
        state.ask(message);
        state
    }

    /// Takes in which receipts the account asks for.
    fn ask(&mut self, message: &Message<'_>) {
        self.flags &= !(WANTS_SUCCESS | WANTS_FAILURE);
        let wants = message.registered_delivery;
        if wants_receipt(wants, Disposition::Delivered) {
            self.flags |= WANTS_SUCCESS;
        }
        if wants_receipt(wants, Disposition::Bounced) {
            self.flags |= WANTS_FAILURE;
        }
        // What the account wants to hear of is the whole: each part has its say in that.
        if message.place().is_some() && self.flags & (WANTS_SUCCESS | WANTS_FAILURE) != 0 {
            self.flags |= WANTS_SUCCESS | WANTS_FAILURE;
        }
    }

    /// Whether the account is still owed a receipt, or the message itself when it is inbound.
    pub const fn owed(&self) -> bool {
        self.flags & OWED != 0
    }

    /// Whether two final reports disagree.
    pub const fn contradicted(&self) -> bool {
        self.flags & CONTRADICTED != 0
    }

    /// Whether a submit of it was left without an answer at some time.
    pub const fn was_in_doubt(&self) -> bool {
        self.flags & IN_DOUBT != 0
    }

    /// Whether it was submitted again after a doubt, so that the handset may have it twice.
    pub const fn may_be_double(&self) -> bool {
        self.flags & MAY_BE_DOUBLE != 0
    }

    /// Whether it waits to be tried again after the carrier refused it for the moment.
    pub const fn retrying(&self) -> bool {
        self.flags & RETRYING != 0
    }

    /// Whether another carrier than the record's has it.
    pub const fn rerouted(&self) -> bool {
        self.rerouted
    }

    /// The same of the octets of a state.
    pub const fn rerouted_in(octets: &[u8; 8]) -> bool {
        octets[7] & REROUTED != 0
    }

    /// Whether its contents are those of its newest replacement, and not those of its record.
    pub const fn replaced(&self) -> bool {
        self.replaced
    }

    /// The same of the octets of a state.
    pub const fn replaced_in(octets: &[u8; 8]) -> bool {
        octets[7] & REPLACED != 0
    }

    /// Whether anything final is known.
    pub const fn concluded(&self) -> bool {
        self.finals != 0
    }

    /// Whether it came from a handset.
    pub const fn inbound(&self) -> bool {
        self.flags & INBOUND != 0
    }

    /// Whether trying the same message again cannot help: the carrier's word, or the reason's.
    pub fn permanent(&self) -> bool {
        self.permanent.unwrap_or(self.reason.permanent())
    }

    /// Whether a carrier still has to be given it: what a restart puts back in the queue.
    pub const fn to_submit(&self) -> bool {
        matches!(self.status, Status::Queued | Status::Sending)
    }

    /// Folds one event in.
    pub fn apply(&mut self, what: &What<'_>) {
        match *what {
            What::Sending { attempt, .. } => {
                self.attempts = self.attempts.max(attempt);
                self.flags &= !RETRYING;
                self.advance(Status::Sending, Reason::None);
            }
            What::Sent { .. } => {
                self.advance(Status::Sent, Reason::AwaitingReceipt);
                self.evidence = self.evidence.max(Evidence::Submitted);
            }
            What::Refused { reason, ruling, retry_at, .. } => {
                if retry_at == crate::base::clock::Timestamp::NEVER {
                    self.conclude(refused(reason, ruling), reason, Evidence::Submitted, ruling);
                } else {
                    self.flags |= RETRYING;
                    self.advance(Status::Queued, reason);
                }
            }
            What::InDoubt { resend, .. } => {
                self.flags |= IN_DOUBT;
                if resend {
                    self.flags |= MAY_BE_DOUBLE;
                    self.advance(Status::Queued, Reason::InDoubt);
                } else {
                    let (unknown, ruling) = (Disposition::Unknown, Ruling::default());
                    self.conclude(unknown, Reason::InDoubt, Evidence::Inferred, ruling);
                }
            }
            What::Receipt { report, .. } => self.report(&report),
            What::Ended { reason } => {
                let silence = reason == Reason::NoReceipt;
                let evidence = if silence { Evidence::Inferred } else { Evidence::Gateway };
                self.conclude(ending(reason), reason, evidence, Ruling::default());
                if self.inbound() {
                    self.flags &= !OWED;
                    self.status = Status::UndeliverableInbound;
                }
            }
            What::Answered { command_status } => self.answered(command_status),
            What::Folded { .. } => self.folded(),
            What::Rerouted { reason, .. } => {
                self.flags &= !RETRYING;
                self.rerouted = true;
                self.advance(Status::Queued, reason);
            }
            What::Cancelled { .. } => {
                let reason = Reason::Cancelled;
                self.conclude(ending(reason), reason, Evidence::Gateway, Ruling::default());
            }
            What::Replaced { message, .. } => {
                self.replaced = true;
                if let Some(message) = Message::decode(message) {
                    self.ask(&message);
                }
            }
            What::Doubles { .. } => self.elsewhere(Reason::Duplicate),
            What::Orphan { .. }
            | What::Notice { .. }
            | What::Carrier { .. }
            | What::Rewritten { .. }
            | What::Readdressed { .. }
            | What::Keyed { .. }
            | What::Consent { .. }
            | What::Callback(_)
            | What::Routed { .. }
            | What::Joined { .. }
            | What::Unjoined { .. }
            | What::Erased { .. } => {}
        }
    }

    fn folded(&mut self) {
        self.flags &= !OWED;
        if self.inbound() {
            self.elsewhere(Reason::PartOf);
        }
    }

    /// A message from a handset that another one speaks for: nothing of it is lost or waits.
    fn elsewhere(&mut self, reason: Reason) {
        self.flags &= !OWED;
        self.status = Status::Forwarded;
        self.disposition = Disposition::Delivered;
        self.reason = reason;
        self.finals |= 1 << Disposition::Delivered as u8;
    }

    /// A report moves the lifecycle on only if nothing final is known.
    fn report(&mut self, report: &Report<'_>) {
        let reason = Reason::from_u8(report.reason).unwrap_or(Reason::VendorOther);
        match report.disposition() {
            Disposition::InProgress => self.advance(Status::Sent, Reason::Enroute),
            disposition => {
                self.conclude(disposition, reason, report.ruling.evidence(), report.ruling);
            }
        }
    }

    fn advance(&mut self, status: Status, reason: Reason) {
        if self.finals == 0 {
            self.status = status;
            self.reason = reason;
        }
    }

    /// Takes a final verdict in. The strongest one wins, whatever the order they came in.
    fn conclude(
        &mut self,
        disposition: Disposition,
        reason: Reason,
        evidence: Evidence,
        ruling: Ruling,
    ) {
        let first = self.finals == 0;
        let seen = 1 << disposition as u8;
        if first && self.wants(disposition) {
            self.flags |= OWED;
        }
        // "Unknown" is the absence of news: news after it contradicts nothing.
        let unknown = 1 << Disposition::Unknown as u8;
        if (self.finals | seen) & !unknown & ((self.finals | seen) & !unknown).wrapping_sub(1) != 0
        {
            self.flags |= CONTRADICTED;
        }
        self.finals |= seen;
        let stronger = rank(disposition) > rank(self.disposition);
        let same = disposition == self.disposition && evidence > self.evidence;
        if first || stronger || same {
            self.disposition = disposition;
            self.reason = reason;
            self.permanent = ruling.permanent;
            self.status = status_of(disposition, reason);
            self.evidence = if first || stronger { evidence } else { self.evidence.max(evidence) };
        }
    }

    fn wants(&self, disposition: Disposition) -> bool {
        let wanted =
            if disposition == Disposition::Delivered { WANTS_SUCCESS } else { WANTS_FAILURE };
        self.flags & wanted != 0
    }

    /// An answer that does not settle the debt leaves it: it is offered again.
    fn answered(&mut self, command_status: u32) {
        if !settles(command_status) {
            return;
        }
        self.flags &= !OWED;
        if self.inbound() {
            let taken = command_status == 0;
            self.status = if taken { Status::Forwarded } else { Status::UndeliverableInbound };
            self.disposition = if taken { Disposition::Delivered } else { Disposition::Bounced };
            self.finals |= 1 << self.disposition as u8;
        }
    }

    /// The eight octets kept for each message.
    pub const fn to_bytes(self) -> [u8; 8] {
        [
            self.status as u8,
            self.disposition as u8,
            self.evidence as u8,
            self.reason as u8,
            self.attempts,
            self.flags,
            self.finals,
            permanence_bits(self.permanent)
                | if self.rerouted { REROUTED } else { 0 }
                | if self.replaced { REPLACED } else { 0 },
        ]
    }

    /// Reads what [`State::to_bytes`] wrote.
    pub fn from_bytes(octets: [u8; 8]) -> Option<Self> {
        let [status, disposition, evidence, reason, attempts, flags, finals, permanence] = octets;
        Some(Self {
            status: Status::from_u8(status)?,
            disposition: Disposition::from_u8(disposition)?,
            evidence: Evidence::from_u8(evidence)?,
            reason: Reason::from_u8(reason)?,
            attempts,
            flags,
            finals,
            permanent: permanence_of_bits(permanence),
            rerouted: Self::rerouted_in(&octets),
            replaced: Self::replaced_in(&octets),
        })
    }
}

/// Whether `registered_delivery` asks for a receipt of this outcome (SMPP §5.2.17, bits 1-0: 01 both,
/// 10 failure only, 11 success only since 5.0).
pub fn wants_receipt(registered_delivery: u8, disposition: Disposition) -> bool {
    match registered_delivery & 0b11 {
        0b01 => true,
        0b10 => disposition != Disposition::Delivered,
        0b11 => disposition == Disposition::Delivered,
        _ => false,
    }
}

/// Whether an application's answer to what it was owed settles the debt, for good or ill: ESME_ROK,
/// ESME_RX_P_APPN and ESME_RX_R_APPN do (SMPP §5.1.3), after anything else it is offered again.
pub const fn settles(command_status: u32) -> bool {
    matches!(command_status, 0 | 0x65 | 0x66)
}

/// What an SMPP `message_state` (§5.2.28) means, refined by the reason its `err` was read as.
pub const fn reported(message_state: u8, reason: Reason) -> Disposition {
    match message_state {
        2 => Disposition::Delivered,
        3 => Disposition::Expired,
        4 => Disposition::Unknown,
        5 | 8 => match reason {
            Reason::CarrierFiltered | Reason::OptedOut | Reason::SenderNotAllowed => {
                Disposition::Blocked
            }
            _ if message_state == 8 => Disposition::Blocked,
            _ => Disposition::Bounced,
        },
        _ => Disposition::InProgress,
    }
}

/// The bucket of a carrier's permanent refusal.
pub const fn refusal(reason: Reason) -> Disposition {
    match reason {
        Reason::CarrierFiltered
        | Reason::SenderNotAllowed
        | Reason::OptedOut
        | Reason::InvalidRequest => Disposition::Blocked,
        _ => Disposition::Bounced,
    }
}

/// The bucket of a carrier's permanent refusal, where its tables may have a word of their own.
pub fn refused(reason: Reason, ruling: Ruling) -> Disposition {
    ruling.disposition.unwrap_or_else(|| refusal(reason))
}

/// The bucket of our own verdict.
pub const fn ending(reason: Reason) -> Disposition {
    match reason {
        Reason::ValidityOver | Reason::ThrottledExpired => Disposition::Expired,
        Reason::NoReceipt | Reason::InDoubt => Disposition::Unknown,
        Reason::AttemptsUsedUp
        | Reason::Unreadable
        | Reason::CarrierDown
        | Reason::CarrierError
        | Reason::CarrierSuspended
        | Reason::CarrierRemoved
        | Reason::EndedByOperator => Disposition::Bounced,
        _ => Disposition::Blocked,
    }
}

/// Which verdict stands when several were given.
const fn rank(disposition: Disposition) -> u8 {
    match disposition {
        Disposition::InProgress => 0,
        Disposition::Unknown => 1,
        Disposition::Expired => 2,
        Disposition::Blocked => 3,
        Disposition::Bounced => 4,
        Disposition::Misdirected => 5,
        Disposition::Delivered => 6,
    }
}

const fn status_of(disposition: Disposition, reason: Reason) -> Status {
    match disposition {
        Disposition::InProgress => Status::Sent,
        Disposition::Delivered => Status::Delivered,
        Disposition::Expired => Status::Expired,
        Disposition::Blocked => match reason {
            Reason::Cancelled => Status::Cancelled,
            _ => Status::Rejected,
        },
        Disposition::Bounced | Disposition::Misdirected => Status::Undelivered,
        Disposition::Unknown => match reason {
            Reason::OperatorCancelled => Status::Cancelled,
            _ => Status::Unknown,
        },
    }
}
