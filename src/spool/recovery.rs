//! Finding the valid end of the log after a stop of any kind.
//!
//! Frames are read from the checkpoint on. Where one fails its checks there are two cases. Nothing
//! valid comes after it: a torn tail, the write that was under way when the power went; nobody was
//! told that it is durable, so it is cut. Something valid comes after it: damage to what was
//! acknowledged; that is never skipped without the operator's word.
//! **Invariants**: a new file is always begun at the valid end, so nothing is ever appended behind
//! torn octets. Arbitrary octets never make this panic, nor take more than one frame of memory.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use super::cold::blocks::Blocks;
use super::cold::file::ColdFile;
use super::cold::layout::{Form, Place};
use super::disk::{Disk, DiskFile, read_exact_at};
use super::error::OpenError;
use super::flusher::Flusher;
use super::frame::{self, FRAME_HEADER_BYTES};
use super::journal::Journal;
use super::log::{Log, LogFile, base_of, file_name};
use super::lsn::Lsn;
use super::stamp::STAMP_BYTES;
use crate::base::id::MessageOrd;

/// How the log is opened.
#[derive(Clone, Copy, Debug)]
pub struct LogOptions {
    /// Octets a log file is preallocated with. Default 256 MiB.
    pub file_bytes: u64,
    /// What may wait to be written, at most 32 MiB. Default 8 MiB.
    pub staged_bytes_max: usize,
    /// Free space below which no message is taken. Default 512 MiB; 0 for none.
    pub free_bytes_min: u64,
    /// Go on although acknowledged records are damaged. Default no.
    pub accept_corruption: bool,
}

impl Default for LogOptions {
    fn default() -> Self {
        Self {
            file_bytes: 256 << 20,
            staged_bytes_max: 8 << 20,
            free_bytes_min: 512 << 20,
            accept_corruption: false,
        }
    }
}

/// What recovery found.
#[derive(Clone, Debug, Default)]
pub struct Scan {
    /// Where reading began: the checkpoint's place.
    pub from: Lsn,
    /// The valid end; new frames go here.
    pub end: Lsn,
    /// Frames that were valid.
    pub frames: u64,
    /// The torn write that was cut, if there was one.
    pub torn: Option<Gap>,
    /// Damaged parts that were skipped on the operator's word.
    pub skipped: Vec<Gap>,
}

/// Octets of the log that cannot be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Gap {
    /// Which file.
    pub file: String,
    /// Its first address.
    pub from: Lsn,
    /// The address behind it.
    pub to: Lsn,
}

/// A log whose valid end is known.
#[derive(Debug)]
pub struct Recovered {
    /// Its files; the newest begins at the end.
    pub log: Arc<Log>,
    /// What was found.
    pub scan: Scan,
}

impl Recovered {
    /// The two ends of the log that are written to. Ordinals go on with `next_ord`.
    pub fn start(&self, next_ord: MessageOrd, options: &LogOptions) -> (Journal, Flusher) {
        let staged_bytes_max = options.staged_bytes_max.min(frame::FRAME_BYTES_MAX / 2);
        let journal = Journal::new(self.scan.end, next_ord, staged_bytes_max);
        let flusher = Flusher::new(journal.clone(), Arc::clone(&self.log), options.free_bytes_min);
        (journal, flusher)
    }
}

/// Opens the log of a directory, checks it from `from` on and begins a new file at its end.
pub fn recover(
    disk: Arc<dyn Disk>,
    directory_id: u64,
    from: Lsn,
    options: &LogOptions,
) -> Result<Recovered, OpenError> {
    let accept = options.accept_corruption;
    let blocks = Arc::new(Blocks::default());
    let files = open_files(&*disk, directory_id, accept, &blocks)?;
    let mut scanner = Scanner::new(directory_id, &files, from, accept);
    scanner.run(&mut |_, _| Ok(()))?;
    let scan = scanner.scan;
    // A process that was stopped between a write and its sync left frames that are whole and may not
    // be on disk. From here on they count as durable.
    if let Some(last) = files.iter().rev().find(|file| file.base < scan.end) {
        last.file.sync_data().map_err(|error| OpenError::io(&file_name(last.base), error))?;
    }
    let newest = files.last().cloned();
    let log =
        Arc::new(Log::new(Arc::clone(&disk), directory_id, options.file_bytes, (files, blocks)));
    log.begin(scan.end, 0).map_err(|error| OpenError::io(&file_name(scan.end), error))?;
    if let Some(old) = newest.filter(|old| old.base < scan.end) {
        // The rest of the old file is given back. If this gets lost the next file's base rules.
        let used = STAMP_BYTES as u64 + scan.end.since(old.base);
        let cut = old.file.len_bytes().and_then(|length| match length > used {
            true => old.file.set_len(used),
            false => Ok(()),
        });
        cut.map_err(|error| OpenError::io(&file_name(old.base), error))?;
    }
    Ok(Recovered { log, scan })
}

/// The log files of a directory, oldest first. With `accept` their first octets may be damaged.
pub(super) fn open_files(
    disk: &dyn Disk,
    directory_id: u64,
    accept: bool,
    blocks: &Arc<Blocks>,
) -> Result<Vec<LogFile>, OpenError> {
    let names = disk.list().map_err(|error| OpenError::io(&disk.place(), error))?;
    let bases: BTreeMap<Lsn, String> =
        names.into_iter().filter_map(|name| Some((base_of(&name)?, name))).collect();
    let mut files = Vec::with_capacity(bases.len());
    for (base, name) in bases {
        let failed = |error| OpenError::io(&name, error);
        let file = disk.open(&name).map_err(failed)?;
        let place = Place { directory_id, base };
        let mut stamp = [0; STAMP_BYTES];
        let read = read_exact_at(&*file, &mut stamp, 0).map_err(failed);
        let cold = match read.and_then(|()| place.form(&stamp, &name)) {
            Ok(Form::Plain) => None,
            Ok(Form::Cold) => Some(ColdFile::open(Arc::clone(&file), place, blocks)),
            // The name tells the base as well, and every frame and block vouches for itself.
            Err(OpenError::Damaged { .. }) if accept => {
                ColdFile::unstamped(Arc::clone(&file), place, blocks).transpose()
            }
            Err(error) => return Err(error),
        };
        let Some(cold) = cold.transpose().map_err(failed)?.map(Arc::new) else {
            let room = file.len_bytes().map_err(failed)?.saturating_sub(STAMP_BYTES as u64);
            files.push(LogFile { base, file, limit: base.plus(room), cold: None });
            continue;
        };
        let (file, limit) = (Arc::clone(&cold) as _, base.plus(cold.length()));
        files.push(LogFile { base, file, limit, cold: Some(cold) });
    }
    Ok(files)
}

/// What is called with the payload of every frame and its address.
type Visit<'a> = dyn FnMut(Lsn, &[u8]) -> Result<(), OpenError> + 'a;

/// Walks the frames of a log.
pub(super) struct Scanner<'a> {
    directory_id: u64,
    files: &'a [LogFile],
    scan: Scan,
    accept: bool,
    window: Window,
}

impl<'a> Scanner<'a> {
    /// Begins at an address.
    pub(super) fn new(directory_id: u64, files: &'a [LogFile], from: Lsn, accept: bool) -> Self {
        let scan = Scan { from, end: from, ..Scan::default() };
        Self { directory_id, files, scan, accept, window: Window::default() }
    }

    /// What was found.
    pub(super) fn into_scan(self) -> Scan {
        self.scan
    }

    /// Walks the frames of all files behind the place to begin at.
    pub(super) fn run(&mut self, visit: &mut Visit<'_>) -> Result<(), OpenError> {
        let after = self.files.partition_point(|file| file.base <= self.scan.from);
        let mut at = after.saturating_sub(1);
        if after == 0 {
            // The file with the checkpoint's place is missing, or the log was never begun.
            match self.files.first().map(|file| file.base) {
                Some(base) => self.lost(0, self.scan.from, base)?,
                None => return Ok(()),
            }
        }
        while let Some(file) = self.files.get(at) {
            let next = self.files.get(at + 1).map(|next| next.base);
            self.file(at, next.unwrap_or(file.limit), visit)?;
            match next {
                Some(base) if self.scan.end < base => self.lost(at, self.scan.end, base)?,
                _ => {}
            }
            at += 1;
        }
        Ok(())
    }

    /// Walks the frames of one file, which is valid up to `limit` at most.
    fn file(&mut self, at: usize, limit: Lsn, visit: &mut Visit<'_>) -> Result<(), OpenError> {
        self.window.reset();
        while self.scan.end < limit {
            let lsn = self.scan.end;
            if let Some(next) = self.frame(at, lsn, limit)? {
                let first = lsn.plus(FRAME_HEADER_BYTES as u64);
                visit(first, self.read(at, first, next.since(first) as usize)?)?;
                self.scan.end = next;
                self.scan.frames += 1;
                continue;
            }
            let Some(next) = self.search(at, lsn, limit)? else {
                return self.tail(at, lsn, limit);
            };
            self.lost(at, lsn, next)?;
        }
        Ok(())
    }

    /// The end of the frame at an address, if it is valid.
    fn frame(&mut self, at: usize, lsn: Lsn, limit: Lsn) -> Result<Option<Lsn>, OpenError> {
        let directory_id = self.directory_id;
        let header = self.read(at, lsn, FRAME_HEADER_BYTES)?;
        let Some((length, crc)) = frame::header(header, directory_id, lsn) else {
            return Ok(None);
        };
        let end = lsn.plus((FRAME_HEADER_BYTES + length) as u64);
        if end > limit {
            return Ok(None);
        }
        let payload = self.read(at, lsn.plus(FRAME_HEADER_BYTES as u64), length)?;
        let valid = payload.len() == length && frame::checksum(directory_id, lsn, payload) == crc;
        Ok(valid.then_some(end))
    }

    /// The first valid frame behind a bad one in the same file.
    fn search(&mut self, at: usize, bad: Lsn, limit: Lsn) -> Result<Option<Lsn>, OpenError> {
        let mut lsn = bad.plus(1);
        while lsn.plus(FRAME_HEADER_BYTES as u64) < limit {
            let directory_id = self.directory_id;
            let octets = self.read(at, lsn, SEARCH_BYTES)?;
            if octets.len() < FRAME_HEADER_BYTES {
                return Ok(None);
            }
            let places = octets.len() - FRAME_HEADER_BYTES + 1;
            // Preallocated room is all zeros; a length never is.
            let found = (0..places).find(|&i| {
                octets[i..i + 4] != [0; 4]
                    && frame::header(&octets[i..], directory_id, lsn.plus(i as u64)).is_some()
            });
            let Some(offset) = found else {
                lsn = lsn.plus(places as u64);
                continue;
            };
            let candidate = lsn.plus(offset as u64);
            if self.frame(at, candidate, limit)?.is_some() {
                return Ok(Some(candidate));
            }
            lsn = candidate.plus(1);
        }
        Ok(None)
    }

    /// Nothing valid comes after `lsn` in its file: notes a torn write in the newest one.
    fn tail(&mut self, at: usize, lsn: Lsn, limit: Lsn) -> Result<(), OpenError> {
        if at + 1 < self.files.len() {
            return Ok(());
        }
        if self.files[at].cold.is_some() {
            // It was whole when it got its name.
            return self.lost(at, lsn, limit);
        }
        let header = self.read(at, lsn, FRAME_HEADER_BYTES)?;
        if header.iter().any(|&octet| octet != 0) {
            self.scan.torn =
                Some(Gap { file: file_name(self.files[at].base), from: lsn, to: limit });
        }
        Ok(())
    }

    /// Acknowledged octets are gone: an error, or a note when the operator has agreed.
    fn lost(&mut self, at: usize, from: Lsn, to: Lsn) -> Result<(), OpenError> {
        let base = self.files.get(at).map_or(from, |file| file.base);
        if !self.accept {
            return Err(OpenError::Corrupt {
                file: file_name(base),
                offset: self.files.get(at).map_or(STAMP_BYTES as u64, |file| file.offset(from)),
                lsn: from,
                next: to,
                lost_bytes: to.since(from),
            });
        }
        self.scan.skipped.push(Gap { file: file_name(base), from, to });
        self.scan.end = to;
        Ok(())
    }

    fn read(&mut self, at: usize, lsn: Lsn, count: usize) -> Result<&[u8], OpenError> {
        let file = &self.files[at];
        let offset = STAMP_BYTES as u64 + lsn.since(file.base);
        self.window
            .read(&*file.file, offset, count)
            .map_err(|error| OpenError::io(&file_name(file.base), error))
    }
}

/// Octets looked at between two reads while searching.
const SEARCH_BYTES: usize = 1 << 20;

/// Octets read ahead.
const WINDOW_BYTES: usize = 4 << 20;

/// A part of one file in memory.
#[derive(Debug, Default)]
pub(super) struct Window {
    octets: Vec<u8>,
    offset: u64,
}

impl Window {
    fn reset(&mut self) {
        self.octets.clear();
        self.offset = 0;
    }

    /// Up to `count` octets from an offset; fewer at the end of the file.
    pub(super) fn read(
        &mut self,
        file: &dyn DiskFile,
        offset: u64,
        count: usize,
    ) -> io::Result<&[u8]> {
        let held = self.offset + self.octets.len() as u64;
        if offset < self.offset || offset + count as u64 > held {
            self.octets.resize(count.max(WINDOW_BYTES), 0);
            let got = file.read_at(&mut self.octets, offset)?;
            self.octets.truncate(got);
            self.offset = offset;
        }
        let start = (offset - self.offset) as usize;
        let end = self.octets.len().min(start + count);
        Ok(self.octets.get(start..end).unwrap_or_default())
    }
}
