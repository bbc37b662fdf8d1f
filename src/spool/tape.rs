//! Reading the log onwards from a place, chunk by chunk: for those who follow it.
//!
//! A [`Mark`] is such a place; it may be kept on disk and gone on from after a restart. A part of the
//! log that cannot be read is passed over and told in the log of the program: whoever accepted the
//! damage at the start has been told what it is.
//! **Invariant**: memory is one chunk, or [`READ_BYTES`] if that is more.

use std::io;
use std::sync::Arc;

use super::chunk::{CHUNK_BYTES_MAX, CHUNK_HEADER_BYTES, ChunkView};
use super::frame::{self, FRAME_HEADER_BYTES};
use super::log::Log;
use super::lsn::Lsn;
use crate::base::clock::Timestamp;

/// Octets of log read at a time.
pub const READ_BYTES: usize = 256 << 10;

/// Octets looked at between two reads in search of a valid frame.
const SEARCH_BYTES: usize = 64 << 10;

/// A place between two chunks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Mark {
    /// Where the next chunk begins, or its frame if that is new.
    pub chunk: Lsn,
    /// Where the frame around it ends; the same as `chunk` between two frames.
    pub frame_end: Lsn,
}

impl Mark {
    /// The place before the frame at an address.
    pub const fn frame(lsn: Lsn) -> Self {
        Self { chunk: lsn, frame_end: lsn }
    }
}

/// A chunk as it was read.
#[derive(Clone, Copy, Debug)]
pub struct Read<'a> {
    /// The place before it.
    pub mark: Mark,
    /// Its address: a record's is this plus its offset.
    pub first: Lsn,
    /// What is in it.
    pub chunk: ChunkView<'a>,
}

/// A reader of the log.
#[derive(Debug)]
pub struct Tape {
    log: Arc<Log>,
    mark: Mark,
    buffer: Vec<u8>,
    /// Address of the buffer's first octet.
    held: Lsn,
    /// What is behind it may be written yet, and is not kept.
    limit: Lsn,
}

impl Tape {
    /// Begins at a place.
    pub const fn new(log: Arc<Log>, mark: Mark) -> Self {
        Self { log, mark, buffer: Vec::new(), held: Lsn(0), limit: Lsn(0) }
    }

    /// Where the next chunk is.
    pub const fn mark(&self) -> Mark {
        self.mark
    }

    /// Goes on somewhere else.
    pub const fn seek(&mut self, mark: Mark) {
        self.mark = mark;
    }

    /// The next chunk before `limit`, which is the end of a frame; `None` when there is none.
    ///
    /// # Errors
    /// What the disk said.
    pub fn next(&mut self, limit: Lsn) -> io::Result<Option<Read<'_>>> {
        self.limit = limit;
        loop {
            if !self.enter(limit)? {
                return Ok(None);
            }
            let mark = self.mark;
            let room = usize::try_from(mark.frame_end.since(mark.chunk)).unwrap_or(usize::MAX);
            let header = self.have(mark.chunk, CHUNK_HEADER_BYTES.min(room))?;
            let length = header.first_chunk::<4>().map_or(0, |it| u32::from_le_bytes(*it) as usize);
            let plausible = (CHUNK_HEADER_BYTES..=room.min(CHUNK_BYTES_MAX)).contains(&length);
            if !plausible || self.have(mark.chunk, length)?.len() < length {
                tracing::warn!(lsn = %mark.chunk, "a frame of the log holds no chunks: passed over");
                self.mark = Mark::frame(mark.frame_end);
                continue;
            }
            self.mark.chunk = mark.chunk.plus(length as u64);
            let start = mark.chunk.since(self.held) as usize;
            // Its length was checked above, so that this is one.
            return Ok(ChunkView::parse(&self.buffer[start..start + length]).map(|chunk| Read {
                mark,
                first: mark.chunk,
                chunk,
            }));
        }
    }

    /// Steps over the header of a frame if one is next; `false` at the limit.
    fn enter(&mut self, limit: Lsn) -> io::Result<bool> {
        while self.mark.chunk >= self.mark.frame_end {
            let lsn = self.mark.chunk;
            if lsn >= limit {
                return Ok(false);
            }
            let directory_id = self.log.directory_id();
            let octets = self.have(lsn, FRAME_HEADER_BYTES)?;
            match frame::header(octets, directory_id, lsn) {
                Some((length, _)) => {
                    let chunk = lsn.plus(FRAME_HEADER_BYTES as u64);
                    self.mark = Mark { chunk, frame_end: chunk.plus(length as u64) };
                }
                None => {
                    let next = self.search(lsn, limit)?;
                    tracing::warn!(from = %lsn, to = %next, "a part of the log cannot be read: passed over");
                    self.mark = Mark::frame(next);
                }
            }
        }
        Ok(self.mark.chunk < limit)
    }

    /// The next place at which a frame begins, or the limit.
    fn search(&mut self, bad: Lsn, limit: Lsn) -> io::Result<Lsn> {
        let first = self.log.first();
        if bad < first {
            // It was let go: nobody is owed what is older than what is kept.
            return Ok(first.min(limit));
        }
        let directory_id = self.log.directory_id();
        let mut lsn = bad.plus(1);
        while lsn < limit {
            let octets = self.have(lsn, SEARCH_BYTES)?;
            let places = octets.len().saturating_sub(FRAME_HEADER_BYTES - 1);
            if places == 0 {
                // The end of a file that has lost octets: the next one begins behind it.
                lsn = lsn.plus(1);
                continue;
            }
            let found = (0..places).find(|&at| {
                octets[at..at + 4] != [0; 4]
                    && frame::header(&octets[at..], directory_id, lsn.plus(at as u64)).is_some()
            });
            match found {
                Some(at) => return Ok(lsn.plus(at as u64).min(limit)),
                None => lsn = lsn.plus(places as u64),
            }
        }
        Ok(limit)
    }

    /// Up to so many octets at an address; fewer at the end of a file.
    fn have(&mut self, lsn: Lsn, count: usize) -> io::Result<&[u8]> {
        let end = self.held.plus(self.buffer.len() as u64);
        if lsn < self.held || lsn.plus(count as u64) > end {
            let left = usize::try_from(self.limit.since(lsn)).unwrap_or(usize::MAX);
            self.buffer.resize(count.max(READ_BYTES).min(left), 0);
            let got = self.log.read_at(lsn, &mut self.buffer)?;
            self.buffer.truncate(got);
            self.held = lsn;
        }
        let start = lsn.since(self.held) as usize;
        let end = self.buffer.len().min(start + count);
        Ok(self.buffer.get(start..end).unwrap_or_default())
    }
}

/// A place from which on everything at or after a time is found, and little before it.
///
/// # Errors
/// What the disk said.
pub fn at_time(log: &Arc<Log>, time: Timestamp, limit: Lsn) -> io::Result<Mark> {
    let bases = log.bases();
    let mut before = bases.first().copied().unwrap_or_default();
    for base in bases.into_iter().skip(1).filter(|base| *base < limit) {
        match frame_time(log, base)? {
            Some((at, _)) if at < time => before = base,
            _ => break,
        }
    }
    let mut lsn = before;
    while lsn < limit {
        match frame_time(log, lsn)? {
            Some((at, next)) if at < time => {
                before = lsn;
                lsn = next;
            }
            _ => break,
        }
    }
    Ok(Mark::frame(before))
}

/// When the first chunk of the frame at an address was appended, and where the frame ends.
fn frame_time(log: &Log, lsn: Lsn) -> io::Result<Option<(Timestamp, Lsn)>> {
    let mut octets = [0; FRAME_HEADER_BYTES];
    log.read_at(lsn, &mut octets)?;
    let Some((length, _)) = frame::header(&octets, log.directory_id(), lsn) else {
        return Ok(None);
    };
    let chunk = lsn.plus(FRAME_HEADER_BYTES as u64);
    let time = log.chunk_time(chunk)?;
    Ok(time.map(|time| (time, chunk.plus(length as u64))))
}
