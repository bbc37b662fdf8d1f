//! Who may not be written to by whom: the fold over the changes of consent in the log.
//!
//! The indexer brings it up to the log with everything else, so it holds from the moment a change is on
//! disk, and again after a restart. File `opt-outs`: a stamp whose number is how many, then for each `key
//! u128, address of the event u64, when u64, message u64`, `crc32c u32` of it all; replaced whole before a
//! checkpoint that would forget a change. A pair of sender and number is a keyed hash there and in memory: the
//! numbers themselves stand in the log alone.
//! **Invariant**: the file has every change up to the checkpoint; applying one again changes nothing.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::sync::RwLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use sha2::{Digest, Sha256};

use super::identity::Identity;
use crate::base::clock::Timestamp;
use crate::base::id::MessageOrd;
use crate::message::address::{Address, NumberKey};
use crate::message::consent::Consent;
use crate::spool::disk::{Disk, read_small, replace};
use crate::spool::error::OpenError;
use crate::spool::lsn::Lsn;
use crate::spool::stamp::{STAMP_BYTES, Stamp};
use crate::spool::unpoisoned;

pub(super) const FILE: &str = "opt-outs";

/// Pairs of sender and number that are remembered, about 150 octets each. Beyond, a change is in the log and in
/// the history of its message, and an error tells that nobody heeds it.
pub const OPT_OUTS_MAX: usize = 1 << 23;

const ENTRY_BYTES: usize = 40;

/// One number that takes nothing from one sender, or from none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OptOut {
    /// The event that says so.
    pub lsn: Lsn,
    /// When it was recorded.
    pub at: Timestamp,
    /// The message it was read from; [`NO_MESSAGE`](crate::message::event::NO_MESSAGE) if somebody recorded it.
    pub ord: MessageOrd,
}

/// All of them.
#[derive(Debug)]
pub struct OptOuts {
    directory_id: u64,
    key: u64,
    count: AtomicUsize,
    book: RwLock<Book>,
}

#[derive(Debug, Default)]
struct Book {
    by_pair: HashMap<u128, OptOut>,
    /// In the order of the log.
    pairs: BTreeMap<u64, u128>,
    unwritten: bool,
}

impl Book {
    fn put(&mut self, pair: u128, opt_out: OptOut) {
        self.take(pair);
        self.pairs.insert(opt_out.lsn.0, pair);
        self.by_pair.insert(pair, opt_out);
    }

    fn take(&mut self, pair: u128) -> bool {
        let taken = self.by_pair.remove(&pair);
        taken.is_some_and(|it| self.pairs.remove(&it.lsn.0).is_some())
    }
}

impl OptOuts {
    pub(super) fn open(disk: &dyn Disk, identity: Identity) -> Result<Self, OpenError> {
        let Identity { directory_id, id_key: key, .. } = identity;
        let most = (STAMP_BYTES + OPT_OUTS_MAX * ENTRY_BYTES + 4) as u64;
        let mut book = Book::default();
        match read_small(disk, FILE, most) {
            Ok(octets) => {
                let entries = decode(&octets, directory_id)
                    .ok_or_else(|| OpenError::damaged(FILE, "its checksum is another"))?;
                entries.for_each(|(pair, opt_out)| book.put(pair, opt_out));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(OpenError::io(FILE, error)),
        }
        let count = AtomicUsize::new(book.by_pair.len());
        Ok(Self { directory_id, key, count, book: RwLock::new(book) })
    }

    /// Whether a number takes nothing from a sender, or from nobody, and since when.
    pub fn find(&self, sender: &Address<'_>, number: &Address<'_>) -> Option<OptOut> {
        let of_all = Address::default();
        let pairs = [self.pair(sender, number), self.pair(&of_all, number)];
        let book = unpoisoned::read(&self.book);
        pairs.iter().find_map(|pair| book.by_pair.get(pair).copied())
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }

    /// The newest before an address in the log, newest first.
    pub fn newest(&self, before: Lsn, limit: usize) -> Vec<OptOut> {
        let book = unpoisoned::read(&self.book);
        let pairs = book.pairs.range(..before.0).rev().take(limit);
        pairs.filter_map(|(_, pair)| book.by_pair.get(pair).copied()).collect()
    }

    /// Takes a change in. No sender is every sender.
    pub(super) fn apply(
        &self,
        change: Consent,
        (sender, number): (&Address<'_>, &Address<'_>),
        opt_out: OptOut,
    ) {
        let pair = self.pair(sender, number);
        let mut book = unpoisoned::write(&self.book);
        match change {
            Consent::OptedOut if book.by_pair.contains_key(&pair) => {}
            Consent::OptedOut if book.by_pair.len() >= OPT_OUTS_MAX => {
                tracing::error!(OPT_OUTS_MAX, "there are too many opt-outs: one is not heeded");
            }
            Consent::OptedOut => {
                book.put(pair, opt_out);
                book.unwritten = true;
            }
            Consent::OptedIn => book.unwritten |= book.take(pair),
        }
        self.count.store(book.by_pair.len(), Ordering::Relaxed);
    }

    /// Makes it durable, before a checkpoint forgets what was applied.
    pub(super) fn keep(&self, disk: &dyn Disk) -> io::Result<()> {
        let octets = {
            let mut book = unpoisoned::write(&self.book);
            if !std::mem::take(&mut book.unwritten) {
                return Ok(());
            }
            encode(&book, self.directory_id)
        };
        replace(disk, FILE, &octets).map(drop).inspect_err(|_| {
            unpoisoned::write(&self.book).unwritten = true;
        })
    }

    fn pair(&self, sender: &Address<'_>, number: &Address<'_>) -> u128 {
        let sender = if sender.addr.is_empty() { 0 } else { sender.key().0 };
        let NumberKey(number) = number.key();
        let mut hash = Sha256::new();
        [self.key, sender, number].iter().for_each(|it| hash.update(it.to_le_bytes()));
        let digest: [u8; 32] = hash.finalize().into();
        let mut pair = [0; 16];
        pair.copy_from_slice(&digest[..16]);
        u128::from_le_bytes(pair)
    }
}

fn stamp(directory_id: u64, count: usize) -> Stamp {
    Stamp { kind: *b"opt-outs", directory_id, number: count as u64 }
}

fn encode(book: &Book, directory_id: u64) -> Vec<u8> {
    let mut octets = stamp(directory_id, book.by_pair.len()).encode().to_vec();
    octets.reserve(book.by_pair.len() * ENTRY_BYTES + 4);
    for pair in book.pairs.values() {
        let Some(OptOut { lsn, at, ord }) = book.by_pair.get(pair) else { continue };
        octets.extend_from_slice(&pair.to_le_bytes());
        [lsn.0, at.0, ord.0].iter().for_each(|it| octets.extend_from_slice(&it.to_le_bytes()));
    }
    octets.extend_from_slice(&crc32c::crc32c(&octets).to_le_bytes());
    octets
}

fn decode(
    octets: &[u8],
    directory_id: u64,
) -> Option<impl Iterator<Item = (u128, OptOut)> + use<'_>> {
    let (all, crc) = octets.split_last_chunk::<4>()?;
    let (head, entries) = all.split_first_chunk::<STAMP_BYTES>()?;
    let (entries, rest) = entries.as_chunks::<ENTRY_BYTES>();
    let whole = crc32c::crc32c(all).to_le_bytes() == *crc
        && rest.is_empty()
        && stamp(directory_id, entries.len()).encode() == *head;
    whole.then(|| entries.iter().filter_map(entry))
}

fn entry(octets: &[u8; ENTRY_BYTES]) -> Option<(u128, OptOut)> {
    let (pair, rest) = octets.split_first_chunk::<16>()?;
    let [lsn, at, ord] = rest.as_chunks::<8>().0 else { return None };
    let number = |octets: &[u8; 8]| u64::from_le_bytes(*octets);
    let opt_out =
        OptOut { lsn: Lsn(number(lsn)), at: Timestamp(number(at)), ord: MessageOrd(number(ord)) };
    Some((u128::from_le_bytes(*pair), opt_out))
}
