//! Writing a closed file of the log anew, with some records changed in their places.
//!
//! Addresses and lengths stay, so that whatever points into the log still does; frames that hold a changed
//! record get new checksums. What was compressed is compressed again. **Invariants**: the new file takes the
//! place of the old one in one moment and durably, or not at all; what was damaged before is copied as it is, and never made to look whole.

use std::io;
use std::sync::Arc;

use super::chunk::{CHUNK_HEADER_BYTES, ChunkView};
use super::cold::file::ColdFile;
use super::cold::layout::Place;
use super::cold::write::ColdWriter;
use super::disk::{DiskFile, Paced, UNFINISHED_PREFIX};
use super::frame::{self, FRAME_HEADER_BYTES};
use super::log::{Log, LogFile, file_name};
use super::lsn::Lsn;
use super::record;
use super::recovery::Window;
use super::stamp::STAMP_BYTES;
use crate::base::id::MessageOrd;

/// A record that may be changed.
#[derive(Debug)]
pub(crate) struct Changeable<'a> {
    /// Where it is.
    pub(crate) lsn: Lsn,
    /// Whose it is: the message itself, or the event's.
    pub(crate) ord: MessageOrd,
    /// Whether it is the message itself.
    pub(crate) is_message: bool,
    /// What `Message::decode` or `Event::decode` takes.
    pub(crate) octets: &'a mut [u8],
}

/// Changes a record; says whether it did.
pub(crate) type Change<'a> = dyn FnMut(Changeable<'_>) -> bool + 'a;

/// Octets gathered before they are written.
const WRITE_BYTES: usize = 1 << 20;

/// Octets looked at between two reads in search of a valid frame.
const SEARCH_BYTES: usize = 64 << 10;

impl Log {
    /// Has the records of a closed file changed; says whether any was. The newest file is never changed.
    pub(crate) fn rewrite(&self, base: Lsn, change: &mut Change<'_>) -> io::Result<bool> {
        let Some((old, end)) = self.closed(base) else { return Ok(false) };
        let directory_id = self.directory_id();
        let walk = || Walk { file: &*old.file, directory_id, base, end, window: Window::default() };
        if !walk().frames(change, None)? {
            return Ok(false);
        }
        let name = file_name(base);
        let unfinished = format!("{UNFINISHED_PREFIX}{name}");
        let new = self.disk().create(&unfinished)?;
        let place = Place { directory_id, base };
        let mut copy = match &old.cold {
            Some(cold) => {
                let (file, block_bytes) = (Arc::clone(&new), cold.block_bytes());
                let writer = ColdWriter::new(file, place, block_bytes, Paced::default())?;
                Copy::Cold(Box::new(writer))
            }
            None => Copy::Plain(Plain::begin(&*new, place)?),
        };
        walk().frames(change, Some(&mut copy))?;
        copy.finish()?;
        let mut file = LogFile { base, file: Arc::clone(&new), limit: end, cold: None };
        if old.cold.is_some() {
            let cold = Arc::new(ColdFile::open(new, place, &self.blocks)?);
            if !cold.is_whole(end.since(base)) {
                return Err(io::Error::other("a compressed file does not read back"));
            }
            (file.file, file.cold) = (Arc::clone(&cold) as _, Some(cold));
        }
        self.disk().rename(&unfinished, &name)?;
        self.disk().sync_dir()?;
        self.replaced(file);
        Ok(true)
    }
}

struct Walk<'a> {
    file: &'a dyn DiskFile,
    directory_id: u64,
    base: Lsn,
    end: Lsn,
    window: Window,
}

/// The new file, in the form of the old one.
enum Copy<'a> {
    Plain(Plain<'a>),
    Cold(Box<ColdWriter>),
}

struct Plain<'a> {
    file: &'a dyn DiskFile,
    at: u64,
    held: Vec<u8>,
    paced: Paced,
}

impl Copy<'_> {
    fn put(&mut self, octets: &[u8]) -> io::Result<()> {
        match self {
            Self::Plain(plain) => plain.put(octets),
            Self::Cold(writer) => writer.put(octets),
        }
    }

    /// Has all of it on disk.
    fn finish(self) -> io::Result<()> {
        match self {
            Self::Plain(mut plain) => {
                plain.write()?;
                plain.file.sync_data()
            }
            Self::Cold(writer) => writer.finish(),
        }
    }
}

impl<'a> Plain<'a> {
    fn begin(file: &'a dyn DiskFile, place: Place) -> io::Result<Self> {
        file.write_at(&place.plain_stamp().encode(), 0)?;
        Ok(Self { file, at: STAMP_BYTES as u64, held: Vec::new(), paced: Paced::default() })
    }

    fn put(&mut self, octets: &[u8]) -> io::Result<()> {
        self.held.extend_from_slice(octets);
        if self.held.len() < WRITE_BYTES { Ok(()) } else { self.write() }
    }

    fn write(&mut self) -> io::Result<()> {
        self.paced.write_at(self.file, &self.held, self.at)?;
        self.at += self.held.len() as u64;
        self.held.clear();
        Ok(())
    }
}

impl Walk<'_> {
    /// Has every record changed and copies all; without a copy it ends at the first that was.
    fn frames(
        mut self,
        change: &mut Change<'_>,
        mut copy: Option<&mut Copy<'_>>,
    ) -> io::Result<bool> {
        let (mut lsn, mut any) = (self.base, false);
        while lsn < self.end {
            let Some(length) = self.frame(lsn)? else {
                let next = self.search(lsn)?;
                self.copy(lsn, next, copy.as_deref_mut())?;
                lsn = next;
                continue;
            };
            let mut frame = self.read(lsn, length)?.to_vec();
            let payload = lsn.plus(FRAME_HEADER_BYTES as u64);
            if changed(payload, &mut frame[FRAME_HEADER_BYTES..], change) {
                any = true;
                frame::seal(&mut frame, self.directory_id, lsn);
            }
            match copy.as_deref_mut() {
                Some(copy) => copy.put(&frame)?,
                None if any => return Ok(true),
                None => {}
            }
            lsn = lsn.plus(length as u64);
        }
        Ok(any)
    }

    /// The length of the frame at an address, if it is valid.
    fn frame(&mut self, lsn: Lsn) -> io::Result<Option<usize>> {
        let directory_id = self.directory_id;
        let room = self.end.since(lsn);
        let header = self.read(lsn, FRAME_HEADER_BYTES)?;
        let Some((length, crc)) = frame::header(header, directory_id, lsn) else { return Ok(None) };
        let whole = FRAME_HEADER_BYTES + length;
        if whole as u64 > room {
            return Ok(None);
        }
        let frame = self.read(lsn, whole)?;
        let valid = frame.len() == whole
            && frame::checksum(directory_id, lsn, &frame[FRAME_HEADER_BYTES..]) == crc;
        Ok(valid.then_some(whole))
    }

    /// The next place behind a bad one at which a frame may begin, or the end.
    fn search(&mut self, bad: Lsn) -> io::Result<Lsn> {
        let (directory_id, end) = (self.directory_id, self.end);
        let mut lsn = bad.plus(1);
        while lsn < end {
            let octets = self.read(lsn, SEARCH_BYTES)?;
            let places = octets.len().saturating_sub(FRAME_HEADER_BYTES - 1);
            if places == 0 {
                return Ok(end);
            }
            let found = (0..places).find(|&at| {
                octets[at..at + 4] != [0; 4]
                    && frame::header(&octets[at..], directory_id, lsn.plus(at as u64)).is_some()
            });
            match found {
                Some(at) => return Ok(lsn.plus(at as u64).min(end)),
                None => lsn = lsn.plus(places as u64),
            }
        }
        Ok(end)
    }

    /// Copies octets as they are.
    fn copy(&mut self, from: Lsn, to: Lsn, copy: Option<&mut Copy<'_>>) -> io::Result<()> {
        let Some(copy) = copy else { return Ok(()) };
        tracing::warn!(%from, %to, "a part of the log cannot be read: what is erased may be in it still");
        let mut lsn = from;
        while lsn < to {
            let count = to.since(lsn).min(SEARCH_BYTES as u64) as usize;
            let mut octets = self.read(lsn, count)?.to_vec();
            // A file that has lost its end gets zeros there.
            octets.resize(count, 0);
            copy.put(&octets)?;
            lsn = lsn.plus(count as u64);
        }
        Ok(())
    }

    /// Up to so many octets at an address; fewer at the end of the file.
    fn read(&mut self, lsn: Lsn, count: usize) -> io::Result<&[u8]> {
        let count = count.min(usize::try_from(self.end.since(lsn)).unwrap_or(usize::MAX));
        self.window.read(self.file, STAMP_BYTES as u64 + lsn.since(self.base), count)
    }
}

/// Has the records of a frame's payload changed; says whether any was.
fn changed(first: Lsn, payload: &mut [u8], change: &mut Change<'_>) -> bool {
    let (mut at, mut any) = (0, false);
    while let Some(chunk) = ChunkView::parse(&payload[at..]) {
        let (mut ord, length) = (chunk.base_ord, chunk.len_bytes());
        let octets = &mut payload[at..at + length];
        let mut offset = CHUNK_HEADER_BYTES;
        while let Some((length, head)) = octets.get(offset..).and_then(record::length) {
            let start = offset + head;
            let Some(octets) = octets.get_mut(start..start.saturating_add(length)) else { break };
            let lsn = first.plus((at + offset) as u64);
            any |= one(lsn, &mut ord, octets, change);
            offset = start + length;
        }
        at += length;
    }
    any
}

/// One record; `next` is the ordinal of the chunk's next message.
fn one(lsn: Lsn, next: &mut MessageOrd, octets: &mut [u8], change: &mut Change<'_>) -> bool {
    if octets.first() == Some(&record::MESSAGE_TAG) {
        let ord = *next;
        next.0 += 1;
        return change(Changeable { lsn, ord, is_message: true, octets: &mut octets[1..] });
    }
    let Some(ord) = octets.get(1..).and_then(<[u8]>::first_chunk::<8>) else { return false };
    let ord = MessageOrd(u64::from_le_bytes(*ord));
    change(Changeable { lsn, ord, is_message: false, octets })
}
