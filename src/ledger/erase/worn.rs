//! Messages of accounts that keep what is personal for a shorter time than the ledger keeps messages.
//!
//! **Invariant**: everything of an account before the message that the book names was blanked or let go.

use std::io;
use std::time::Duration;

use super::book::Book;
use crate::base::clock::Timestamp;
use crate::base::id::{AccountId, MessageOrd};
use crate::ledger::columns::{Narrow, Wide};
use crate::ledger::store::Ledger;

/// Messages that one pass looks at.
const ROWS_MAX: u64 = 1 << 20;

/// Messages of an account that are older than what it keeps.
#[derive(Debug)]
pub(super) struct Worn {
    pub(super) account: AccountId,
    /// Once they are blank, everything before this one is.
    pub(super) upto: MessageOrd,
    pub(super) ords: Vec<MessageOrd>,
}

impl Ledger {
    /// The next messages that have to be blanked for their age.
    pub(super) fn worn(&self, now: Timestamp, book: &mut Book) -> io::Result<Option<Worn>> {
        for (name, keep) in &self.config.account_keep {
            let Some(account) = self.names.find_account(name) else { continue };
            let worn = self.worn_of(account, now - *keep, book)?;
            if worn.is_some() {
                return Ok(worn);
            }
        }
        Ok(None)
    }

    fn worn_of(
        &self,
        account: AccountId,
        before: Timestamp,
        book: &mut Book,
    ) -> io::Result<Option<Worn>> {
        loop {
            let (kept_from, next_ord) = {
                let index = self.read();
                (index.kept_from(), index.next_ord)
            };
            let from = book.blanked_to(account).max(kept_from);
            let end =
                self.first_since(before, from, MessageOrd(next_ord.0.min(from.0 + ROWS_MAX)))?;
            let (mut ords, mut upto) = (Vec::new(), end);
            for ord in (from.0..end.0).map(MessageOrd) {
                if self.read().narrow(ord, Narrow::Account)? != Some(account.0) {
                    continue;
                }
                if !self.is_finished(ord)? {
                    upto = ord;
                    break;
                }
                ords.push(ord);
            }
            if !ords.is_empty() {
                return Ok(Some(Worn { account, upto, ords }));
            }
            if upto <= from {
                return Ok(None);
            }
            // None of its own: as good as blanked, and looked at once more after a restart.
            book.set_blanked_to(account, upto);
        }
    }

    /// The first message from one on, and before another, that was accepted at or after a time.
    fn first_since(
        &self,
        time: Timestamp,
        from: MessageOrd,
        end: MessageOrd,
    ) -> io::Result<MessageOrd> {
        let (mut low, mut high) = (from.0, end.0.max(from.0));
        while low < high {
            let middle = low + (high - low) / 2;
            match self.read().wide(MessageOrd(middle), Wide::AcceptedAt)? {
                Some(at) if at >= time.0 => high = middle,
                _ => low = middle + 1,
            }
        }
        Ok(MessageOrd(low))
    }
}

/// How often it is looked for messages that are older by now.
pub(in crate::ledger) const LOOK_EVERY: Duration = Duration::from_secs(60 * 60);
