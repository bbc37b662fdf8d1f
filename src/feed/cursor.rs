//! What is durable of a consumer: everything before a place is settled but for a bounded few.
//!
//! File `cursor-<name>`: a stamp, then, little-endian, `version u32, position 3 × u64, counted 3 × u64,
//! owed u64, unsettled u32 and u64 each, replays u32 and 6 × u64, u16 each, crc32c u32`. A position is a
//! mark of the log and the first record behind it that was not read. Written beside and renamed: a crash
//! leaves the old one or the new one, and an older one only makes things be told twice.

use std::io;

use super::kind::Kinds;
use crate::base::clock::Timestamp;
use crate::spool::disk::{Disk, UNFINISHED_PREFIX, read_small};
use crate::spool::error::OpenError;
use crate::spool::lsn::Lsn;
use crate::spool::stamp::{STAMP_BYTES, Stamp, version_of};
use crate::spool::tape::Mark;

const KIND: [u8; 8] = *b"cursor\0\0";

/// The version of this file's layout.
const VERSION: u32 = 1;

/// A file longer than this is none of ours: windows are bounded.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// How far a reader of the log is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Position {
    /// The chunk to go on with.
    pub mark: Mark,
    /// Records before this address were read.
    pub next: Lsn,
}

impl Position {
    /// The beginning of a frame.
    pub const fn frame(lsn: Lsn) -> Self {
        Self { mark: Mark::frame(lsn), next: lsn }
    }
}

/// A part of the past that is told again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Replay {
    /// How far it is.
    pub position: Position,
    /// Where it ends.
    pub until: Lsn,
    /// Only what was recorded from then on,
    pub from: Timestamp,
    /// and before then,
    pub to: Timestamp,
    /// of these kinds.
    pub kinds: Kinds,
}

/// How far a consumer is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Cursor {
    /// Before it everything is settled, except
    pub position: Position,
    /// these records.
    pub unsettled: Vec<Lsn>,
    /// Up to here what it is owed has been counted:
    pub counted: Position,
    /// so much.
    pub owed: u64,
    /// What it is told again besides.
    pub replays: Vec<Replay>,
}

impl Cursor {
    /// Nothing told yet, beginning with the frame at an address.
    pub fn starting(lsn: Lsn) -> Self {
        let position = Position::frame(lsn);
        Self { position, counted: position, ..Self::default() }
    }

    /// The cursor of a name; `None` if it has none yet.
    ///
    /// # Errors
    /// A file that is damaged, of another directory, or of a version that this program does not know.
    pub fn load(disk: &dyn Disk, directory_id: u64, name: &str) -> Result<Option<Self>, OpenError> {
        let file = file_name(name);
        match read_small(disk, &file, FILE_BYTES_MAX) {
            Ok(octets) => decode(&octets, directory_id, name, &file).map(Some),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(OpenError::io(&file, error)),
        }
    }

    /// Makes it the one of a name, durably but for the name itself: if that gets lost, the one before is
    /// as good.
    ///
    /// # Errors
    /// What the disk said.
    pub fn store(&self, disk: &dyn Disk, directory_id: u64, name: &str) -> io::Result<()> {
        let (file, octets) = (file_name(name), self.encode(directory_id, name));
        let unfinished = format!("{UNFINISHED_PREFIX}{file}");
        let made = disk.create(&unfinished)?;
        made.write_at(&octets, 0)?;
        made.sync_data()?;
        disk.rename(&unfinished, &file)
    }

    /// Forgets the one of a name.
    ///
    /// # Errors
    /// What the disk said.
    pub fn remove(disk: &dyn Disk, name: &str) -> io::Result<()> {
        match disk.remove(&file_name(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    fn encode(&self, directory_id: u64, name: &str) -> Vec<u8> {
        let mut octets = stamp(directory_id, name).encode().to_vec();
        octets.extend_from_slice(&VERSION.to_le_bytes());
        let mut put = |value: u64| octets.extend_from_slice(&value.to_le_bytes());
        for position in [self.position, self.counted] {
            put_position(&mut put, position);
        }
        put(self.owed);
        put(self.unsettled.len() as u64);
        self.unsettled.iter().for_each(|lsn| put(lsn.0));
        put(self.replays.len() as u64);
        for replay in &self.replays {
            put_position(&mut put, replay.position);
            put(replay.until.0);
            put(replay.from.0);
            put(replay.to.0);
            put(replay.kinds.bits().into());
        }
        octets.extend_from_slice(&crc32c::crc32c(&octets).to_le_bytes());
        octets
    }
}

fn put_position(put: &mut impl FnMut(u64), position: Position) {
    put(position.mark.chunk.0);
    put(position.mark.frame_end.0);
    put(position.next.0);
}

fn decode(octets: &[u8], directory_id: u64, name: &str, file: &str) -> Result<Cursor, OpenError> {
    let damaged = || OpenError::damaged(file, "it is cut short or changed");
    let head = octets.first_chunk::<STAMP_BYTES>().ok_or_else(damaged)?;
    version_of(head, file)?;
    if *head != stamp(directory_id, name).encode() {
        return Err(OpenError::damaged(file, "it is of another directory or name"));
    }
    let (body, crc) = octets.split_last_chunk::<4>().ok_or_else(damaged)?;
    let (version, rest) =
        body.get(STAMP_BYTES..).and_then(<[u8]>::split_first_chunk::<4>).ok_or_else(damaged)?;
    if crc32c::crc32c(body) != u32::from_le_bytes(*crc) {
        return Err(damaged());
    }
    let found = u32::from_le_bytes(*version);
    if found != VERSION {
        return Err(OpenError::Version { file: file.to_owned(), found, known: VERSION });
    }
    let mut words = rest.as_chunks::<8>().0.iter().map(|word| u64::from_le_bytes(*word));
    read(&mut words).ok_or_else(damaged)
}

fn read(words: &mut impl Iterator<Item = u64>) -> Option<Cursor> {
    let position = position(words)?;
    let counted = self::position(words)?;
    let owed = words.next()?;
    let count = words.next()?.min(FILE_BYTES_MAX);
    let unsettled = (0..count).map(|_| words.next().map(Lsn)).collect::<Option<_>>()?;
    let count = words.next()?.min(FILE_BYTES_MAX);
    let replays = (0..count).map(|_| replay(words)).collect::<Option<_>>()?;
    Some(Cursor { position, unsettled, counted, owed, replays })
}

fn position(words: &mut impl Iterator<Item = u64>) -> Option<Position> {
    let mark = Mark { chunk: Lsn(words.next()?), frame_end: Lsn(words.next()?) };
    Some(Position { mark, next: Lsn(words.next()?) })
}

fn replay(words: &mut impl Iterator<Item = u64>) -> Option<Replay> {
    Some(Replay {
        position: position(words)?,
        until: Lsn(words.next()?),
        from: Timestamp(words.next()?),
        to: Timestamp(words.next()?),
        kinds: Kinds::from_bits(u32::try_from(words.next()?).ok()?),
    })
}

fn stamp(directory_id: u64, name: &str) -> Stamp {
    Stamp { kind: KIND, directory_id, number: crc32c::crc32c(name.as_bytes()).into() }
}

fn file_name(name: &str) -> String {
    format!("cursor-{name}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spool::sim_disk::SimDisk;

    fn cursor() -> Cursor {
        let position =
            Position { mark: Mark { chunk: Lsn(40), frame_end: Lsn(90) }, next: Lsn(50) };
        let (from, to) = (Timestamp(3), Timestamp(4));
        let replay = Replay { position, until: Lsn(99), from, to, kinds: Kinds::ALL };
        Cursor {
            position,
            unsettled: vec![Lsn(7), Lsn(8)],
            counted: Position::frame(Lsn(90)),
            owed: 12,
            replays: vec![replay],
        }
    }

    #[test]
    fn a_cursor_reads_back_as_it_was_written() {
        let disk = SimDisk::new(1);
        assert!(Cursor::load(&disk, 5, "whk_a").unwrap().is_none());
        cursor().store(&disk, 5, "whk_a").unwrap();
        assert_eq!(Cursor::load(&disk, 5, "whk_a").unwrap(), Some(cursor()));
        Cursor::remove(&disk, "whk_a").unwrap();
        assert!(Cursor::load(&disk, 5, "whk_a").unwrap().is_none());
        Cursor::remove(&disk, "whk_a").unwrap();
    }

    #[test]
    fn another_version_is_refused_with_the_reason() {
        let mut octets = cursor().encode(5, "a");
        octets[STAMP_BYTES] = 9;
        let end = octets.len() - 4;
        let crc = crc32c::crc32c(&octets[..end]).to_le_bytes();
        octets[end..].copy_from_slice(&crc);
        let error = decode(&octets, 5, "a", "cursor-a").unwrap_err().to_string();
        assert!(error.contains("format version 9, this program knows 1"), "{error}");
    }

    #[test]
    fn damage_at_any_octet_and_other_directories_are_refused() {
        let octets = cursor().encode(5, "a");
        for at in 0..octets.len() {
            let mut changed = octets.clone();
            changed[at] ^= 1;
            assert!(decode(&changed, 5, "a", "f").is_err(), "at {at}");
            assert!(decode(&octets[..at], 5, "a", "f").is_err(), "cut at {at}");
        }
        assert!(decode(&octets, 6, "a", "f").is_err() && decode(&octets, 5, "b", "f").is_err());
    }
}
