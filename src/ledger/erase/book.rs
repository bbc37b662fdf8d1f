//! What was asked to be erased, and how far that is.
//!
//! **Invariants**: a number is never in it, only a hash with the directory's own key while it is looked for, and
//! nothing once that is done; what is asked for counts once the file is durable (see `book_file`).

use std::collections::BTreeSet;

use crate::base::clock::Timestamp;
use crate::base::id::{AccountId, MessageOrd};
use crate::message::event::By;

/// Erasures that are done and still told of; of more, the oldest are forgotten.
pub const DONE_MAX: usize = 10_000;

/// Erasures under way at a time.
pub const UNDER_WAY_MAX: usize = 100;

/// Messages of one erasure.
pub const MESSAGES_MAX: usize = 1 << 20;

/// What is to be erased.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wanted {
    /// One message, with the parts it was cut in or joined of.
    Message(MessageOrd),
    /// A number, wherever it is the sender or the destination.
    Number,
}

/// One request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Erasure {
    /// Its number, from 1.
    pub number: u64,
    /// What was asked for.
    pub wanted: Wanted,
    /// Whose messages alone; `None` for all accounts'.
    pub account: Option<AccountId>,
    /// Whose wish it was, and which way it came.
    pub by: By,
    /// The name of the key, at most 64 octets.
    pub who: String,
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// When it was complete.
    pub done_at: Option<Timestamp>,
    /// Messages that it is about; those that are found later are added.
    pub messages: u64,
    /// Those of them that nothing personal is left of.
    pub erased: u64,
    /// Receipts without a message and notices that were blanked.
    pub loose: u64,
    /// Only messages before this one: those that came later were not there to be erased.
    pub(super) before: MessageOrd,
    /// The hash of a number, until the log was looked through for it.
    pub(super) hash: Option<[u8; 32]>,
    /// Messages that are still to be blanked.
    pub(super) pending: BTreeSet<u64>,
}

impl Erasure {
    /// How many messages wait: for the pass, or to come to their end.
    pub fn waiting(&self) -> u64 {
        self.pending.len() as u64
    }

    /// Whether nothing is left to be done.
    pub(super) fn is_through(&self) -> bool {
        self.pending.is_empty() && self.hash.is_none()
    }
}

/// All requests, and what else is to be blanked.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(in crate::ledger) struct Book {
    /// The number of the newest request.
    pub(super) newest: u64,
    /// Oldest first.
    pub(super) erasures: Vec<Erasure>,
    /// Messages that were erased before and of which something came later.
    pub(super) late: BTreeSet<u64>,
    /// Accounts of which everything before a message was blanked.
    pub(super) accounts: Vec<(AccountId, MessageOrd)>,
}

impl Book {
    /// Whether something was asked for that is not done, or came late.
    pub(in crate::ledger) fn is_under_way(&self) -> bool {
        self.under_way() > 0 || !self.late.is_empty()
    }

    /// Messages that are to be blanked.
    pub(super) fn pending(&self) -> impl Iterator<Item = u64> {
        let asked = self.erasures.iter().flat_map(|erasure| erasure.pending.iter());
        asked.chain(&self.late).copied()
    }

    pub(super) fn under_way(&self) -> usize {
        self.erasures.iter().filter(|erasure| erasure.done_at.is_none()).count()
    }

    /// Up to which message everything of an account was blanked.
    pub(super) fn blanked_to(&self, account: AccountId) -> MessageOrd {
        let known = self.accounts.iter().find(|(known, _)| *known == account);
        known.map_or(MessageOrd(0), |(_, upto)| *upto)
    }

    pub(super) fn set_blanked_to(&mut self, account: AccountId, upto: MessageOrd) {
        self.accounts.retain(|(known, _)| *known != account);
        self.accounts.push((account, upto));
    }

    /// Forgets the oldest of those that are done, where they are too many.
    pub(super) fn forget_old(&mut self) {
        let done = self.erasures.len() - self.under_way();
        let mut extra = done.saturating_sub(DONE_MAX);
        self.erasures.retain(|erasure| {
            let gone = extra > 0 && erasure.done_at.is_some();
            extra -= usize::from(gone);
            !gone
        });
    }
}
