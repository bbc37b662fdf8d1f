//! Messages of accounts that keep what is personal for a shorter time than the ledger keeps messages.
//!
//! **Invariant**: everything of an account before the message that the book names was blanked or let go.

use std::io;
use std::time::Duration;

use super::book::Book;
use crate::base::clock::Timestamp;
use crate::base::id::{AccountId, MessageOrd};
use crate::ledger::columns::{Narrow, Wide};
use crate::ledger::search_part::Part;
use crate::ledger::store::Ledger;

/// Messages of an account that are older than what it keeps.
#[derive(Debug)]
pub(super) struct Worn {
    pub(super) account: AccountId,
    /// Once they are blank, everything before this one is.
    pub(super) upto: MessageOrd,
    pub(super) ords: Vec<MessageOrd>,
}

impl Ledger {
    /// The next messages of a segment that have to be blanked for their age.
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
            let (from, last, part) = {
                let index = self.read();
                let from = book.blanked_to(account).max(index.kept_from());
                let segment = index.geometry.segment(from);
                let behind = index.geometry.ord(segment + 1, 0).min(index.next_ord);
                (from, behind.max(from), Part::of(&index, segment))
            };
            let end = self.first_since(before, from, last)?;
            let first = part.geometry.row(from);
            let rows = first..first + (end.0 - from.0) as usize;
            let accounts = part.narrows(self, Narrow::Account, rows)?;
            let (mut ords, mut upto) = (Vec::new(), end);
            let own = (from.0..end.0).zip(&accounts).filter(|(_, of)| **of == account.0);
            for ord in own.map(|(ord, _)| MessageOrd(ord)) {
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
