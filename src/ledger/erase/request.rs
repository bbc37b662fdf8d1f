//! Asking for something to be erased.
//!
//! **Invariant**: once a request was answered it is durable, hidden from searches, and comes to its end whatever
//! happens to the process.

use std::collections::BTreeSet;
use std::io;
use std::time::Duration;

use super::book::{Book, Erasure, MESSAGES_MAX, UNDER_WAY_MAX, Wanted};
use super::scan::hash_of;
use crate::base::clock::Timestamp;
use crate::base::id::{AccountId, MessageOrd};
use crate::ledger::number_set::NumberSet;
use crate::ledger::predicate::Predicate;
use crate::ledger::query::Query;
use crate::ledger::store::Ledger;
use crate::message::address::NumberKey;
use crate::message::blank::is_blank;
use crate::message::event::{By, What, ords};
use crate::message::record::{Direction, Message};
use crate::spool::unpoisoned;

/// How long before and after a message the same part of it may have come again.
const DOUBLES_WITHIN: Duration = Duration::from_secs(24 * 60 * 60);

/// Messages of a page while they are looked for.
const PAGE: usize = 4096;

/// Octets of a key's name.
const WHO_BYTES_MAX: usize = 64;

/// Who asks, and when.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Asking<'a> {
    /// Whose messages alone; `None` for all accounts'.
    pub account: Option<AccountId>,
    /// Whose wish it is.
    pub by: By,
    /// The name of the key; of more than 64 octets, the first.
    pub who: &'a str,
    /// Now.
    pub at: Timestamp,
}

/// Why something is not erased.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EraseError {
    /// There is no such message, or it is another account's.
    #[error("there is no such message")]
    NoMessage,
    /// The number has more messages than one request may have.
    #[error("the number has more than {MESSAGES_MAX} messages")]
    TooMany,
    /// There are as many requests as there may be.
    #[error("{UNDER_WAY_MAX} erasures are under way")]
    Busy,
    /// What the disk said.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl Ledger {
    /// Has one message erased, with the parts it was cut in or joined of: at once if it has come to its end,
    /// otherwise then. Asking again for what is under way gives the same request.
    ///
    /// # Errors
    /// See [`EraseError`]; nothing was asked for then.
    pub fn erase_message(
        &self,
        ord: MessageOrd,
        asking: &Asking<'_>,
    ) -> Result<Erasure, EraseError> {
        let stored = self.accepted(ord)?.ok_or(EraseError::NoMessage)?;
        let message = stored.message();
        if asking.account.is_some_and(|account| account != message.account) {
            return Err(EraseError::NoMessage);
        }
        let pending = match is_blank(&message) && !self.erasing.hides(ord) {
            true => BTreeSet::new(),
            false => self.belonging(ord, &message, stored.accepted_at)?,
        };
        self.ask(Wanted::Message(ord), None, pending, asking)
    }

    /// Has everything erased that a number sent or got, whether it came with a `+` or not: what has come to its
    /// end at once, the rest then. Messages that come later are not.
    ///
    /// # Errors
    /// See [`EraseError`]; nothing was asked for then.
    pub fn erase_number(&self, digits: &[u8], asking: &Asking<'_>) -> Result<Erasure, EraseError> {
        let key = NumberKey::of(digits);
        let number = Predicate::Any(vec![
            Predicate::To(NumberSet::exact(key)),
            Predicate::From(NumberSet::exact(key)),
        ]);
        let mut all = vec![number];
        all.extend(asking.account.map(Predicate::Account));
        let pending = self.found(all)?;
        let digits = digits.strip_prefix(b"+").unwrap_or(digits);
        self.ask(Wanted::Number, Some(hash_of(self.identity.id_key, digits)), pending, asking)
    }

    /// A request by its number; those that were done long ago are forgotten.
    pub fn erasure(&self, number: u64) -> Option<Erasure> {
        let book = unpoisoned::lock(&self.erasing.book);
        book.erasures.iter().find(|erasure| erasure.number == number).cloned()
    }

    fn ask(
        &self,
        wanted: Wanted,
        hash: Option<[u8; 32]>,
        pending: BTreeSet<u64>,
        asking: &Asking<'_>,
    ) -> Result<Erasure, EraseError> {
        let before = self.read().next_ord;
        let mut known = unpoisoned::lock(&self.erasing.book);
        let same = |one: &&Erasure| {
            let open = one.done_at.is_none() && one.account == asking.account;
            open && one.wanted == wanted && (hash.is_none() || one.hash == hash)
        };
        if let Some(same) = known.erasures.iter().find(same)
            && pending.is_subset(&same.pending)
        {
            return Ok(same.clone());
        }
        if known.under_way() >= UNDER_WAY_MAX {
            return Err(EraseError::Busy);
        }
        let who = asking.who.chars();
        let erasure = Erasure {
            number: known.newest + 1,
            wanted,
            account: asking.account,
            by: asking.by,
            who: who
                .scan(0, |used, c| {
                    *used += c.len_utf8();
                    (*used <= WHO_BYTES_MAX).then_some(c)
                })
                .collect(),
            asked_at: asking.at,
            done_at: (pending.is_empty() && hash.is_none()).then_some(asking.at),
            messages: pending.len() as u64,
            erased: 0,
            loose: 0,
            before,
            hash,
            pending,
        };
        let mut book: Book = known.clone();
        book.newest = erasure.number;
        book.erasures.push(erasure.clone());
        book.forget_old();
        book.write(&*self.disk, self.identity.directory_id)?;
        self.erasing.hide(&book);
        *known = book;
        Ok(erasure)
    }

    /// All messages that match, up to as many as one request may have.
    fn found(&self, all: Vec<Predicate>) -> Result<BTreeSet<u64>, EraseError> {
        let mut found = BTreeSet::new();
        let mut query = Query { limit: PAGE, ..Query::of(all) };
        loop {
            let page = self.search(&query)?;
            found.extend(page.hits.iter().map(|hit| hit.ord.0));
            if found.len() > MESSAGES_MAX {
                return Err(EraseError::TooMany);
            }
            let Some(next) = page.next else { return Ok(found) };
            query.after = Some(next);
        }
    }

    /// A message with the others that say the same: its parts, what it is a part of, and parts that came twice.
    fn belonging(
        &self,
        ord: MessageOrd,
        message: &Message<'_>,
        at: Timestamp,
    ) -> Result<BTreeSet<u64>, EraseError> {
        let mut found = BTreeSet::from([ord.0]);
        if message.direction == Direction::Outbound {
            let place = message.place();
            found.extend(place.iter().flat_map(|place| place.all(place.first(ord))).map(|it| it.0));
            return Ok(found);
        }
        let numbers = [
            Predicate::From(NumberSet::exact(message.source.key())),
            Predicate::To(NumberSet::exact(message.destination.key())),
            Predicate::Direction(Direction::Inbound),
            Predicate::Accepted(at - DOUBLES_WITHIN..at + DOUBLES_WITHIN),
        ];
        let near = self.found(numbers.to_vec())?;
        // Each look finds what belongs to what was found before, until nothing new does.
        let mut before = 0;
        while found.len() > before {
            before = found.len();
            for other in near.iter().chain(&found.clone()) {
                for event in self.events(MessageOrd(*other))? {
                    let others: Vec<u64> = match event.event().map(|event| event.what) {
                        Some(What::Joined { parts }) => ords(parts).map(|ord| ord.0).collect(),
                        Some(What::Folded { into: one } | What::Doubles { of: one }) => vec![one.0],
                        _ => continue,
                    };
                    if found.contains(other) || others.iter().any(|one| found.contains(one)) {
                        found.insert(*other);
                        found.extend(others);
                    }
                }
            }
        }
        Ok(found)
    }
}
