//! What is to be erased and is not yet: nobody finds it by what it says any more.
//!
//! A message that has come to its end is shown as it is going to be; one that waits is needed as it is until then.

use std::collections::HashSet;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, RwLock};

use super::book::Book;
use crate::base::id::MessageOrd;
use crate::ledger::store::Ledger;
use crate::spool::unpoisoned;

/// The book, and what it hides.
#[derive(Debug)]
pub(in crate::ledger) struct Erasing {
    pub(super) book: Mutex<Book>,
    hidden: RwLock<HashSet<u64>>,
    /// Whether anything is hidden: most of the time nothing is.
    any: AtomicBool,
}

impl Erasing {
    pub(in crate::ledger) fn new(book: Book) -> Self {
        let erasing =
            Self { book: Mutex::default(), hidden: RwLock::default(), any: AtomicBool::new(false) };
        erasing.hide(&book);
        *unpoisoned::lock(&erasing.book) = book;
        erasing
    }

    /// Hides what a book says is to be erased, and nothing else.
    pub(super) fn hide(&self, book: &Book) {
        let pending: HashSet<u64> = book.pending().collect();
        self.any.store(!pending.is_empty(), Ordering::SeqCst);
        *unpoisoned::write(&self.hidden) = pending;
    }

    /// Whether anything is hidden.
    pub(in crate::ledger) fn hides_any(&self) -> bool {
        self.any.load(Ordering::Relaxed)
    }

    /// Whether a message is to be erased.
    pub(in crate::ledger) fn hides(&self, ord: MessageOrd) -> bool {
        self.hides_any() && unpoisoned::read(&self.hidden).contains(&ord.0)
    }
}

impl Ledger {
    /// Whether a message is to be shown as if it were blank already.
    pub(in crate::ledger) fn shows_blank(&self, ord: MessageOrd) -> io::Result<bool> {
        Ok(self.erasing.hides(ord) && self.is_finished(ord)?)
    }
}
