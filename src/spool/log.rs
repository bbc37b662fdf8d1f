//! The files of the log, and reading of them by address.
//!
//! A file `log-<base LSN, hex>` is a stamp, then the log's octets from the base on, preallocated.
//! It is valid up to the base of the next file. A frame never spans two files. Older ones may be compressed (see
//! `cold`): then what is said here is true of what is read from them.
//! **Invariant**: a file has its name only once its stamp is durable, and the next one is begun
//! only after everything before its base is durable.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, RwLock};

use super::chunk::{CHUNK_BYTES_MAX, CHUNK_HEADER_BYTES};
use super::cold::blocks::Blocks;
use super::cold::file::ColdFile;
use super::disk::{Disk, DiskFile, UNFINISHED_PREFIX};
use super::lsn::Lsn;
use super::recent::{Known, PART_BYTES, READ_MAX, Recent};
use super::record;
use super::stamp::{STAMP_BYTES, Stamp};
use super::unpoisoned;
use crate::base::clock::Timestamp;

/// Kind in the stamp of a log file.
pub(super) const LOG_KIND: [u8; 8] = *b"log\0\0\0\0\0";

/// All log files of a directory.
#[derive(Debug)]
pub struct Log {
    disk: Arc<dyn Disk>,
    directory_id: u64,
    file_bytes: u64,
    files: RwLock<Vec<LogFile>>,
    /// Everything before this address is durable; 0 before the first commit of this process.
    committed: AtomicU64,
    recent: Recent,
    /// What was read of compressed files.
    pub(super) blocks: Arc<Blocks>,
    /// The newest file is to be closed once it begins before this.
    close_behind: AtomicU64,
}

#[derive(Clone, Debug)]
pub(super) struct LogFile {
    pub(super) base: Lsn,
    pub(super) file: Arc<dyn DiskFile>,
    /// LSN behind the last octet that fits.
    pub(super) limit: Lsn,
    /// The same file, if it is compressed.
    pub(super) cold: Option<Arc<ColdFile>>,
}

/// What is in compressed files.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ColdSums {
    /// Files.
    pub files: u64,
    /// Octets of log in them, with the stamps of the files they were.
    pub plain_bytes: u64,
    /// Octets that they take.
    pub bytes: u64,
}

/// Where an address is.
struct Place {
    file: Arc<dyn DiskFile>,
    cold: Option<Arc<ColdFile>>,
    offset: u64,
    /// Octets up to the end of the file.
    room: u64,
}

impl Log {
    pub(super) fn new(
        disk: Arc<dyn Disk>,
        directory_id: u64,
        file_bytes: u64,
        (files, blocks): (Vec<LogFile>, Arc<Blocks>),
    ) -> Self {
        let (committed, recent) = (AtomicU64::new(0), Recent::default());
        let (files, close_behind) = (RwLock::new(files), AtomicU64::new(0));
        Self { disk, directory_id, file_bytes, files, committed, recent, blocks, close_behind }
    }

    /// The id in the checksums of this directory.
    pub(super) const fn directory_id(&self) -> u64 {
        self.directory_id
    }

    /// The disk it lies on.
    pub(super) fn disk(&self) -> &dyn Disk {
        &*self.disk
    }

    /// Reads octets from an address up to the end of the buffer or of the file there. What is damaged in a
    /// compressed file reads as zeros.
    pub fn read_at(&self, lsn: Lsn, buffer: &mut [u8]) -> io::Result<usize> {
        self.read(lsn, buffer, false)
    }

    /// Reads octets; `sound_only`, those before the first that is known to be damaged.
    fn read(&self, lsn: Lsn, buffer: &mut [u8], sound_only: bool) -> io::Result<usize> {
        let Some(place) = self.place(lsn) else { return Ok(0) };
        let committed = self.committed.load(Ordering::Acquire);
        let open = lsn.0.saturating_add(buffer.len() as u64) > committed;
        // Compressed files keep what was read by themselves.
        if place.cold.is_some() || buffer.len() > READ_MAX || open {
            return place.read(buffer, sound_only);
        }
        match self.recent.copy(lsn.0, buffer) {
            Known::Copied => Ok(buffer.len()),
            Known::No => place.read(buffer, sound_only),
            Known::Fill(part) => {
                let base = part * PART_BYTES;
                let length = PART_BYTES.min(committed.saturating_sub(base)) as usize;
                let (mut octets, since) = (vec![0; length], self.recent.generation());
                let whole = self.place(Lsn(base));
                let count = whole.map_or(Ok(0), |whole| whole.read(&mut octets, true))?;
                octets.truncate(count);
                let from = lsn.since(Lsn(base)) as usize;
                let read = octets
                    .get(from..from + buffer.len())
                    .map(|there| buffer.copy_from_slice(there));
                self.recent.keep_since(since, part, octets);
                // A part may lie in two files.
                if read.is_some() { Ok(buffer.len()) } else { place.read(buffer, sound_only) }
            }
        }
    }

    fn place(&self, lsn: Lsn) -> Option<Place> {
        let files = unpoisoned::read(&self.files);
        let after = files.partition_point(|file| file.base <= lsn);
        let file = after.checked_sub(1).and_then(|at| files.get(at))?;
        let end = files.get(after).map_or(file.limit, |next| next.base);
        let offset = STAMP_BYTES as u64 + lsn.since(file.base);
        let (cold, room) = (file.cold.clone(), end.since(lsn));
        Some(Place { file: Arc::clone(&file.file), cold, offset, room })
    }

    /// Reads the record at an address into `out`, without a message's tag. `false` if there is
    /// none: the address lies behind the end or in a part that is damaged.
    pub fn record(&self, lsn: Lsn, out: &mut Vec<u8>) -> io::Result<bool> {
        out.resize(RECORD_GUESS_BYTES, 0);
        let mut count = self.read(lsn, out, true)?;
        if let Some((length, head)) = record::length(&out[..count])
            && length <= CHUNK_BYTES_MAX
            && head + length > count
            && count == out.len()
        {
            out.resize(head + length, 0);
            count = self.read(lsn, out, true)?;
        }
        out.truncate(count);
        let Some((octets, _)) = record::split(out) else {
            out.clear();
            return Ok(false);
        };
        let payload = record::payload(octets);
        let start = payload.as_ptr() as usize - out.as_ptr() as usize;
        let end = start + payload.len();
        out.truncate(end);
        out.drain(..start);
        Ok(true)
    }

    /// When the chunk at an address was appended; `None` if there is none.
    pub fn chunk_time(&self, lsn: Lsn) -> io::Result<Option<Timestamp>> {
        let mut header = [0; CHUNK_HEADER_BYTES];
        if self.read(lsn, &mut header, true)? < CHUNK_HEADER_BYTES {
            return Ok(None);
        }
        if header[..4] == [0; 4] {
            // Room that nothing was written to.
            return Ok(None);
        }
        let mut time = [0; 8];
        time.copy_from_slice(&header[20..28]);
        Ok(Some(Timestamp(u64::from_le_bytes(time))))
    }

    /// Where the files begin, oldest first.
    pub(crate) fn bases(&self) -> Vec<Lsn> {
        unpoisoned::read(&self.files).iter().map(|file| file.base).collect()
    }

    /// Where the oldest file begins.
    pub(super) fn first(&self) -> Lsn {
        unpoisoned::read(&self.files).first().map_or(Lsn(0), |file| file.base)
    }

    /// Where the file with an address begins; that of the oldest for what is gone.
    pub(crate) fn base_at(&self, lsn: Lsn) -> Lsn {
        let files = unpoisoned::read(&self.files);
        let after = files.partition_point(|file| file.base <= lsn);
        files.get(after.saturating_sub(1)).map_or(Lsn(0), |file| file.base)
    }

    /// Lets go of the files that begin before an address, to be removed by whoever asks for it.
    pub(crate) fn release_before(&self, base: Lsn) {
        unpoisoned::write(&self.files).retain(|file| file.base >= base);
    }

    /// Has the newest file closed, once everything before an address is in it. The flusher does it.
    pub(crate) fn close_behind(&self, lsn: Lsn) {
        self.close_behind.fetch_max(lsn.0, Ordering::SeqCst);
    }

    /// Where the newest file begins.
    pub(crate) fn newest_base(&self) -> Lsn {
        unpoisoned::read(&self.files).last().map_or(Lsn(0), |file| file.base)
    }

    /// Begins a file at the end of what is written, if the newest one is to be closed.
    pub(super) fn close_if_wanted(&self, end: Lsn) -> io::Result<()> {
        let wanted = Lsn(self.close_behind.load(Ordering::SeqCst));
        let Some(newest) = self.newest() else { return Ok(()) };
        if wanted <= newest.base || wanted > end {
            return Ok(());
        }
        match self.begin(end, 0) {
            // Nothing is lost without: whoever wants it asks again, and messages go on.
            Err(error) if error.kind() == io::ErrorKind::StorageFull => {
                self.close_behind.store(0, Ordering::SeqCst);
                return Ok(());
            }
            outcome => outcome?,
        }
        // The room it had left is given back; if this gets lost the next file's base rules.
        newest.file.set_len(STAMP_BYTES as u64 + end.since(newest.base))
    }

    /// A file that nothing is written to any more, and where it ends.
    pub(super) fn closed(&self, base: Lsn) -> Option<(LogFile, Lsn)> {
        let files = unpoisoned::read(&self.files);
        let at = files.iter().position(|file| file.base == base)?;
        Some((files[at].clone(), files.get(at + 1)?.base))
    }

    /// Where the files begin and end that nothing is written to any more and that are not compressed.
    pub(crate) fn closed_plain(&self) -> Vec<(Lsn, Lsn)> {
        let files = unpoisoned::read(&self.files);
        let closed = files.iter().zip(files.iter().skip(1));
        closed
            .filter(|(file, _)| file.cold.is_none())
            .map(|(file, next)| (file.base, next.base))
            .collect()
    }

    /// What is in compressed files.
    pub fn cold_sums(&self) -> ColdSums {
        ColdSums::of(&unpoisoned::read(&self.files))
    }

    /// Reads from another file from now on, which has the same addresses.
    pub(super) fn replaced(&self, file: LogFile) {
        let mut files = unpoisoned::write(&self.files);
        if let Some(old) = files.iter_mut().find(|old| old.base == file.base) {
            *old = file;
        }
        drop(files);
        self.recent.clear();
    }

    /// Octets that all files take.
    pub fn len_bytes(&self) -> u64 {
        let files = unpoisoned::read(&self.files);
        files.iter().map(LogFile::bytes).sum()
    }

    /// Begins the file at `base`, with room for at least this many octets.
    pub(super) fn begin(&self, base: Lsn, bytes_min: u64) -> io::Result<()> {
        let name = file_name(base);
        let unfinished = format!("{UNFINISHED_PREFIX}{name}");
        let room = self.file_bytes.max(bytes_min);
        let stamp = Stamp { kind: LOG_KIND, directory_id: self.directory_id, number: base.0 };
        let file = self.disk.create(&unfinished)?;
        file.allocate(STAMP_BYTES as u64 + room)?;
        file.write_at(&stamp.encode(), 0)?;
        file.sync_data()?;
        self.disk.rename(&unfinished, &name)?;
        self.disk.sync_dir()?;
        let mut files = unpoisoned::write(&self.files);
        // A file at this very base holds nothing valid, and was just replaced.
        files.retain(|file| file.base < base);
        files.push(LogFile { base, file, limit: base.plus(room), cold: None });
        Ok(())
    }

    /// Writes a frame and makes it durable.
    pub(super) fn commit(&self, lsn: Lsn, frame: &[u8]) -> io::Result<()> {
        let end = lsn.plus(frame.len() as u64);
        let mut newest = self.newest();
        if newest.as_ref().is_none_or(|file| file.limit < end) {
            self.begin(lsn, frame.len() as u64)?;
            newest = self.newest();
        }
        let Some(newest) = newest else {
            return Err(io::Error::other("the log has no file"));
        };
        newest.file.write_at(frame, STAMP_BYTES as u64 + lsn.since(newest.base))?;
        newest.file.sync_data()?;
        self.committed.store(end.0, Ordering::Release);
        Ok(())
    }

    fn newest(&self) -> Option<LogFile> {
        unpoisoned::read(&self.files).last().cloned()
    }
}

impl LogFile {
    /// The octet of the file at which an address is, or its block if the file is compressed.
    pub(super) fn offset(&self, lsn: Lsn) -> u64 {
        let at = lsn.since(self.base);
        self.cold.as_ref().map_or(STAMP_BYTES as u64 + at, |cold| cold.block_offset(at))
    }

    /// Octets that it takes, room ahead included.
    fn bytes(&self) -> u64 {
        let plain = self.limit.since(self.base) + STAMP_BYTES as u64;
        self.cold.as_ref().map_or(plain, |cold| cold.bytes())
    }
}

impl ColdSums {
    pub(super) fn of(files: &[LogFile]) -> Self {
        files.iter().filter_map(|file| file.cold.as_ref()).fold(Self::default(), |sums, cold| {
            Self {
                files: sums.files + 1,
                plain_bytes: sums.plain_bytes + STAMP_BYTES as u64 + cold.length(),
                bytes: sums.bytes + cold.bytes(),
            }
        })
    }

    /// Octets that are not taken because files are compressed.
    pub const fn saved_bytes(&self) -> u64 {
        self.plain_bytes.saturating_sub(self.bytes)
    }
}

impl Place {
    /// Reads up to the end of the buffer or of the file.
    fn read(&self, buffer: &mut [u8], sound_only: bool) -> io::Result<usize> {
        let wanted = buffer.len().min(usize::try_from(self.room).unwrap_or(usize::MAX));
        let buffer = &mut buffer[..wanted];
        match &self.cold {
            Some(cold) if sound_only => cold.read_sound(buffer, self.offset),
            _ => self.file.read_at(buffer, self.offset),
        }
    }
}

/// First read of a record of unknown length: most fit.
const RECORD_GUESS_BYTES: usize = 512;

/// Name of the file whose first octet has this address.
pub(super) fn file_name(base: Lsn) -> String {
    format!("log-{:016x}", base.0)
}

/// The base in a file's name, if it is one of a log file.
pub(crate) fn base_of(name: &str) -> Option<Lsn> {
    let digits = name.strip_prefix("log-")?;
    if digits.len() != 16 {
        return None;
    }
    u64::from_str_radix(digits, 16).ok().map(Lsn)
}
