//! What an account is owed: the receipt of a message it sent, or a message sent to it.
//!
//! A debt lives in the ledger (`State::owed`) until the application answers; this is its working
//! copy, small enough that a hundred thousand can wait in memory.

use bytes::Bytes;

use crate::base::clock::Timestamp;
use crate::base::id::{AccountId, MessageOrd};
use crate::message::address::Address;
use crate::message::place::Place;

/// An address held by value, up to 21 octets of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Party {
    ton: u8,
    npi: u8,
    length: u8,
    addr: [u8; PARTY_OCTETS_MAX],
}

/// SMPP §5.2.8: 20 octets, and one for a sign. What is longer (only data_sm allows it) is not
/// held by value.
const PARTY_OCTETS_MAX: usize = 21;

impl Party {
    /// Holds an address; one that is too long is cut and says so by [`Party::whole`].
    pub fn of(address: &Address<'_>) -> Self {
        let kept = address.addr.len().min(PARTY_OCTETS_MAX);
        let mut addr = [0; PARTY_OCTETS_MAX];
        addr[..kept].copy_from_slice(&address.addr[..kept]);
        let length = if address.addr.len() > PARTY_OCTETS_MAX { u8::MAX } else { kept as u8 };
        Self { ton: address.ton, npi: address.npi, length, addr }
    }

    /// Whether all of the address is here.
    pub const fn whole(&self) -> bool {
        self.length != u8::MAX
    }

    /// The address.
    pub fn address(&self) -> Address<'_> {
        let kept = usize::from(self.length).min(PARTY_OCTETS_MAX);
        Address { ton: self.ton, npi: self.npi, addr: &self.addr[..kept] }
    }

    /// Whether an address of a receipt may be this one: carriers rewrite to national form, add and
    /// drop signs and zeros, so the last seven digits have to agree, or all of a shorter one.
    pub fn may_be(&self, addr: &[u8]) -> bool {
        let ours = self.address().addr;
        if ours == addr {
            return true;
        }
        let compared = ours.len().min(addr.len()).min(COMPARED_DIGITS);
        let (ours, addr) = (&ours[ours.len() - compared..], &addr[addr.len() - compared..]);
        compared > 0
            && ours.iter().zip(addr).all(|(one, other)| one == other || masks(*one, *other))
    }
}

/// Whether a carrier that does not show whole numbers has put something over a digit.
const fn masks(one: u8, other: u8) -> bool {
    matches!(one, b'*' | b'X' | b'x') || matches!(other, b'*' | b'X' | b'x')
}

const COMPARED_DIGITS: usize = 7;

/// One debt to an account.
#[derive(Clone, Debug)]
pub struct Owed {
    /// The message it is about, or is.
    pub ord: MessageOrd,
    /// Who is owed.
    pub account: AccountId,
    /// Times it was offered and not taken.
    pub failures: u8,
    /// What to send.
    pub what: OwedWhat,
}

/// What to send to settle a debt.
#[derive(Clone, Debug)]
pub enum OwedWhat {
    /// A receipt.
    Receipt(OwedReceipt),
    /// A message from a handset, as its record.
    Message(Bytes),
    /// A part's share in the receipt of the whole message.
    Share(Place),
    /// The receipt of a message of several parts, once all have ended. To be put together from the
    /// ledger.
    Whole,
    /// To be read from the ledger when its turn comes.
    OnDisk,
    /// Nothing, as it turned out: the account did not ask for this outcome.
    Unwanted,
}

/// The parts of a receipt that are not the same for all.
#[derive(Clone, Copy, Debug)]
pub struct OwedReceipt {
    /// Source of the message: where the receipt goes.
    pub source: Party,
    /// Destination of the message: where the receipt comes from.
    pub destination: Party,
    /// Parts of the message.
    pub parts: u8,
    /// Of those, delivered.
    pub delivered: u8,
    /// SMPP `message_state` (§5.2.28).
    pub message_state: u8,
    /// `err` of the receipt text, three digits as a rule.
    pub err: Err,
    /// When the message was accepted.
    pub submitted_at: Timestamp,
    /// When its fate was known.
    pub done_at: Timestamp,
}

/// The `err` field held by value: eight octets are enough for every vendor seen.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Err {
    length: u8,
    octets: [u8; 8],
}

impl Err {
    /// Holds the first eight octets.
    pub fn of(err: &[u8]) -> Self {
        let kept = err.len().min(8);
        let mut octets = [0; 8];
        octets[..kept].copy_from_slice(&err[..kept]);
        Self { length: kept as u8, octets }
    }

    /// The octets; `000` when there are none.
    pub fn text(&self) -> &[u8] {
        if self.length == 0 { b"000" } else { &self.octets[..usize::from(self.length)] }
    }
}
