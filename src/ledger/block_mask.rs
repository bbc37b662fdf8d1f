//! What the rows of a block have among them, so that a search for something else skips it.
//!
//! A value that a row has no more stays until the block is counted again: a mask may say of a value that
//! is not there that it is, and never the other way.

use super::index::Span;
use crate::base::clock::Timestamp;
use crate::base::id::{AccountId, CarrierId};
use crate::message::disposition::Status;
use crate::message::reason::Reason;
use crate::message::record::Direction;
use crate::message::state::State;

/// The values of one block; accounts and carriers share 64 bits, reasons are fewer than that.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct BlockMask {
    span: Span,
    accounts: u64,
    carriers: u64,
    reasons: u64,
    statuses: u32,
    directions: u8,
}

impl BlockMask {
    /// Takes in a message that was accepted.
    pub(super) fn add(&mut self, at: Timestamp, account: AccountId, carrier: CarrierId) {
        self.span.widen(at);
        self.accounts |= bit(account.0);
        self.carriers |= bit(carrier.0);
    }

    /// Takes in what became of one.
    pub(super) fn add_state(&mut self, state: &State) {
        self.reasons |= bit(u16::from(state.reason as u8));
        self.statuses |= 1 << (state.status as u8 % 32);
        self.directions |= 1 << u8::from(state.inbound());
    }

    pub(super) const fn span(&self) -> Span {
        self.span
    }

    pub(super) const fn has_account(&self, account: AccountId) -> bool {
        self.accounts & bit(account.0) != 0
    }

    pub(super) const fn has_carrier(&self, carrier: CarrierId) -> bool {
        self.carriers & bit(carrier.0) != 0
    }

    pub(super) const fn has_reason(&self, reason: Reason) -> bool {
        self.reasons & bit(reason as u16) != 0
    }

    pub(super) const fn has_status(&self, status: Status) -> bool {
        self.statuses & 1 << (status as u8 % 32) != 0
    }

    pub(super) const fn has_direction(&self, direction: Direction) -> bool {
        self.directions & 1 << (direction as u8) != 0
    }
}

const fn bit(number: u16) -> u64 {
    1 << (number % 64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_has_what_was_put_in_it_and_lacks_the_rest() {
        let mut mask = BlockMask::default();
        mask.add(Timestamp(50), AccountId(3), CarrierId(200));
        assert!(mask.has_account(AccountId(3)) && !mask.has_account(AccountId(4)));
        assert!(mask.has_carrier(CarrierId(200)) && !mask.has_carrier(CarrierId(201)));
        assert_eq!((mask.span().first, mask.span().last), (Timestamp(50), Timestamp(50)));
        for &status in Status::ALL {
            assert!(!mask.has_status(status));
        }
        for &reason in Reason::ALL {
            assert!((reason as u8) < 64 && !mask.has_reason(reason), "{reason}");
        }
    }
}
