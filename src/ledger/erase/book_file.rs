//! The octets of the book of erasures.
//!
//! File `erasures`: a stamp whose number is that of the newest request; then, little-endian, the requests
//! behind their count u32: `number u64, wish u8, key's name short, account u16, asked u64, done u64 (0: not
//! yet), messages u64, erased u64, loose u64, before u64, kind u8 (0: a message u64; 1: a number, 2: a number
//! that is looked for, with its hash of 32 octets), pending count u32, u64 each`; the late messages, `count
//! u32, u64 each`; the accounts, `count u32, u16 and u64 each`; `crc32c u32` of it all. Replaced whole.

use std::collections::BTreeSet;
use std::io;

use super::book::{Book, DONE_MAX, Erasure, MESSAGES_MAX, UNDER_WAY_MAX, Wanted};
use crate::base::clock::Timestamp;
use crate::base::id::{AccountId, MessageOrd};
use crate::message::event::By;
use crate::message::octets::{Reader, put_short};
use crate::spool::disk::{Disk, read_small, replace};
use crate::spool::error::OpenError;
use crate::spool::stamp::{STAMP_BYTES, Stamp, version_of};

const FILE: &str = "erasures";

/// Octets of the file at most.
const FILE_BYTES_MAX: u64 =
    ((DONE_MAX + UNDER_WAY_MAX) * 256 + (UNDER_WAY_MAX + 1) * MESSAGES_MAX * 8) as u64;

const MESSAGE: u8 = 0;
const NUMBER: u8 = 1;
const NUMBER_SOUGHT: u8 = 2;

fn stamp(directory_id: u64, newest: u64) -> Stamp {
    Stamp { kind: *b"erasures", directory_id, number: newest }
}

impl Book {
    /// Reads the file; nothing was ever asked for if there is none.
    pub(in crate::ledger) fn open(disk: &dyn Disk, directory_id: u64) -> Result<Self, OpenError> {
        let octets = match read_small(disk, FILE, FILE_BYTES_MAX) {
            Ok(octets) => octets,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(OpenError::io(FILE, error)),
        };
        let damaged = || OpenError::damaged(FILE, "it is cut short or changed");
        version_of(octets.first_chunk().ok_or_else(damaged)?, FILE)?;
        let book = Self::decode(&octets).ok_or_else(damaged)?;
        let same = octets[..STAMP_BYTES] == stamp(directory_id, book.newest).encode();
        same.then_some(book).ok_or_else(damaged)
    }

    /// Makes it durable.
    pub(super) fn write(&self, disk: &dyn Disk, directory_id: u64) -> io::Result<()> {
        let mut out = stamp(directory_id, self.newest).encode().to_vec();
        put_count(&mut out, self.erasures.len());
        self.erasures.iter().for_each(|erasure| put(&mut out, erasure));
        put_ords(&mut out, &self.late);
        put_count(&mut out, self.accounts.len());
        for (account, upto) in &self.accounts {
            out.extend_from_slice(&account.0.to_le_bytes());
            out.extend_from_slice(&upto.0.to_le_bytes());
        }
        out.extend_from_slice(&crc32c::crc32c(&out).to_le_bytes());
        replace(disk, FILE, &out).map(|_| ())
    }

    fn decode(octets: &[u8]) -> Option<Self> {
        let (all, crc) = octets.split_last_chunk::<4>()?;
        (crc32c::crc32c(all).to_le_bytes() == *crc).then_some(())?;
        let newest = Reader(all.get(32..40)?).u64()?;
        let mut reader = Reader(all.get(STAMP_BYTES..)?);
        let erasures = many(&mut reader, erasure)?;
        let late = ords(&mut reader)?;
        let accounts = many(&mut reader, |reader| {
            Some((AccountId(reader.u16()?), MessageOrd(reader.u64()?)))
        })?;
        reader.0.is_empty().then_some(Self { newest, erasures, late, accounts })
    }
}

fn put_count(out: &mut Vec<u8>, count: usize) {
    out.extend_from_slice(&(count as u32).to_le_bytes());
}

fn put_ords(out: &mut Vec<u8>, ords: &BTreeSet<u64>) {
    put_count(out, ords.len());
    ords.iter().for_each(|ord| out.extend_from_slice(&ord.to_le_bytes()));
}

fn put(out: &mut Vec<u8>, erasure: &Erasure) {
    out.extend_from_slice(&erasure.number.to_le_bytes());
    out.push(erasure.by as u8);
    put_short(out, erasure.who.as_bytes());
    out.extend_from_slice(&erasure.account.unwrap_or(AccountId::NONE).0.to_le_bytes());
    let done = erasure.done_at.map_or(0, |at| at.0);
    let numbers = [
        erasure.asked_at.0,
        done,
        erasure.messages,
        erasure.erased,
        erasure.loose,
        erasure.before.0,
    ];
    numbers.iter().for_each(|number| out.extend_from_slice(&number.to_le_bytes()));
    match (erasure.wanted, erasure.hash) {
        (Wanted::Message(ord), _) => {
            out.push(MESSAGE);
            out.extend_from_slice(&ord.0.to_le_bytes());
        }
        (Wanted::Number, None) => out.push(NUMBER),
        (Wanted::Number, Some(hash)) => {
            out.push(NUMBER_SOUGHT);
            out.extend_from_slice(&hash);
        }
    }
    put_ords(out, &erasure.pending);
}

fn erasure(reader: &mut Reader<'_>) -> Option<Erasure> {
    let number = reader.u64()?;
    let by = By::from_u8(reader.u8()?)?;
    let who = String::from_utf8(reader.short()?.to_vec()).ok()?;
    let account = AccountId(reader.u16()?);
    let (asked_at, done) = (Timestamp(reader.u64()?), reader.u64()?);
    let (messages, erased, loose) = (reader.u64()?, reader.u64()?, reader.u64()?);
    let before = MessageOrd(reader.u64()?);
    let (wanted, hash) = match reader.u8()? {
        MESSAGE => (Wanted::Message(MessageOrd(reader.u64()?)), None),
        NUMBER => (Wanted::Number, None),
        NUMBER_SOUGHT => (Wanted::Number, reader.take(32)?.first_chunk().copied()),
        _ => return None,
    };
    Some(Erasure {
        number,
        wanted,
        account: (account != AccountId::NONE).then_some(account),
        by,
        who,
        asked_at,
        done_at: (done > 0).then_some(Timestamp(done)),
        messages,
        erased,
        loose,
        before,
        hash,
        pending: ords(reader)?,
    })
}

fn ords(reader: &mut Reader<'_>) -> Option<BTreeSet<u64>> {
    Some(many(reader, Reader::u64)?.into_iter().collect())
}

/// A count, and that many items.
fn many<'a, T>(
    reader: &mut Reader<'a>,
    mut item: impl FnMut(&mut Reader<'a>) -> Option<T>,
) -> Option<Vec<T>> {
    let count = reader.u32()?;
    // Never more memory than the octets could stand for.
    (u64::from(count) <= reader.0.len() as u64).then_some(())?;
    (0..count).map(|_| item(reader)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spool::sim_disk::SimDisk;

    fn book() -> Book {
        let one = Erasure {
            number: 1,
            wanted: Wanted::Message(MessageOrd(7)),
            account: Some(AccountId(2)),
            by: By::AccountKey,
            who: "shop".to_owned(),
            asked_at: Timestamp(5),
            done_at: Some(Timestamp(9)),
            messages: 2,
            erased: 2,
            loose: 0,
            before: MessageOrd(8),
            hash: None,
            pending: BTreeSet::new(),
        };
        let other = Erasure {
            number: 2,
            wanted: Wanted::Number,
            account: None,
            done_at: None,
            hash: Some([7; 32]),
            pending: [3, 5].into(),
            ..one.clone()
        };
        let accounts = vec![(AccountId(1), MessageOrd(99))];
        Book { newest: 2, erasures: vec![one, other], late: [11].into(), accounts }
    }

    #[test]
    fn the_book_reads_back_and_damage_to_it_is_told() {
        let disk = SimDisk::new(1);
        assert_eq!(Book::open(&disk, 7).expect("none"), Book::default());
        book().write(&disk, 7).expect("room");
        assert_eq!(Book::open(&disk, 7).expect("whole"), book());
        assert!(Book::open(&disk, 8).is_err(), "of another directory");
        let whole = disk.contents(FILE).expect("there");
        for at in 0..whole.len() {
            disk.damage(FILE, |octets| octets[at] ^= 1);
            assert!(Book::open(&disk, 7).is_err(), "octet {at}");
            disk.damage(FILE, |octets| *octets = whole[..at].to_vec());
            assert!(Book::open(&disk, 7).is_err(), "cut at {at}");
            disk.damage(FILE, |octets| octets.clone_from(&whole));
        }
    }

    #[test]
    fn of_those_that_are_done_the_oldest_are_forgotten() {
        let mut book = book();
        let done = book.erasures[0].clone();
        let more = (3..).map(|number| Erasure { number, ..done.clone() });
        book.erasures.extend(more.take(DONE_MAX));
        book.forget_old();
        assert_eq!(book.erasures.len(), DONE_MAX + 1);
        assert_eq!(book.erasures[0].number, 2, "it is not done");
    }
}
