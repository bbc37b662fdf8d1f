//! Compressing a closed file of the log, some of it at a time.
//!
//! **Invariants**: the new file takes the place of the old one in one moment and durably, or not at all, and only
//! after all of it was read back and is what the old one says. A file with damage in it is left as it is, so
//! that whatever can still be got out of it can. Who has the old one open reads on in it.

use std::io;
use std::sync::Arc;

use super::file::ColdFile;
use super::layout::{LENGTH_MAX, Place};
use super::write::ColdWriter;
use crate::spool::disk::{Disk, DiskFile, Paced, UNFINISHED_PREFIX};
use crate::spool::error::OpenError;
use crate::spool::log::{ColdSums, Log, LogFile, file_name};
use crate::spool::lsn::Lsn;
use crate::spool::recovery::Scanner;
use crate::spool::stamp::STAMP_BYTES;

/// Octets of log in a block. On made-up traffic of fifteen countries 2.9 times as small, and 20 us to read one; of
/// 64 KiB it would be 3.5 times, and 61 us.
pub(crate) const BLOCK_BYTES: u32 = 16 << 10;

/// Octets of log that a step takes.
const STEP_BYTES: usize = 1 << 20;

/// A file that is not smaller than this part of what it was is not worth it.
const WORTH: (u64, u64) = (15, 16);

/// A file that is being compressed.
pub(crate) struct Compressing {
    place: Place,
    source: LogFile,
    end: Lsn,
    new: Arc<dyn DiskFile>,
    buffer: Vec<u8>,
    stage: Stage,
}

enum Stage {
    /// What is behind this is to be written.
    Write(Box<ColdWriter>, Lsn),
    /// What is behind this is to be compared.
    Compare(Arc<ColdFile>, Lsn),
    Over,
}

/// How a step went.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Compressed {
    /// There is more to do.
    Again,
    /// The file is compressed.
    Done(ColdSums),
    /// It was written anew or let go meanwhile; what was begun is removed.
    Changed,
    /// It is left as it is; what was begun is removed.
    Left(&'static str),
}

impl Log {
    /// Begins to compress a closed file that is not; says why not, if it is to be left as it is.
    ///
    /// # Errors
    /// What the disk said.
    pub(crate) fn compress(
        &self,
        base: Lsn,
        block_bytes: u32,
    ) -> io::Result<Result<Compressing, &'static str>> {
        let Some((source, end)) = self.closed(base) else { return Ok(Err("it is gone")) };
        if source.cold.is_some() || end.since(base) > LENGTH_MAX {
            return Ok(Err("it is compressed, or too long to be"));
        }
        if !self.is_whole(&source, end)? {
            tracing::warn!(%base, "a file of the log is damaged: `ledger verify` says where");
            return Ok(Err("it is damaged"));
        }
        let place = Place { directory_id: self.directory_id(), base };
        let new = self.disk().create(&unfinished(base))?;
        let writer = ColdWriter::new(Arc::clone(&new), place, block_bytes, Paced::resting())?;
        let (stage, buffer) = (Stage::Write(Box::new(writer), base), Vec::new());
        Ok(Ok(Compressing { place, source, end, new, buffer, stage }))
    }

    /// Whether every frame of a file is as it was written.
    fn is_whole(&self, source: &LogFile, end: Lsn) -> io::Result<bool> {
        let alone = [LogFile { limit: end, ..source.clone() }];
        let mut scanner = Scanner::new(self.directory_id(), &alone, source.base, false);
        match scanner.run(&mut |_, _| Ok(())) {
            Err(OpenError::Io { source, .. }) => Err(source),
            Err(_) => Ok(false),
            Ok(()) => Ok(scanner.into_scan().end == end),
        }
    }
}

impl Compressing {
    /// Does some of it.
    ///
    /// # Errors
    /// What the disk said; then [`Compressing::give_up`] is called for.
    pub(crate) fn step(&mut self, log: &Log) -> io::Result<Compressed> {
        match std::mem::replace(&mut self.stage, Stage::Over) {
            Stage::Write(writer, at) => self.write(log, writer, at),
            Stage::Compare(cold, at) => self.compare(log, cold, at),
            Stage::Over => {
                self.give_up(log.disk())?;
                Ok(Compressed::Changed)
            }
        }
    }

    /// Removes what was begun: it says what is perhaps to be erased.
    ///
    /// # Errors
    /// What the disk said: it is still there then, and this has to be called again.
    pub(crate) fn give_up(&mut self, disk: &dyn Disk) -> io::Result<()> {
        self.stage = Stage::Over;
        match disk.remove(&unfinished(self.source.base)) {
            // It got its name, and only that this is durable is not known.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            outcome => outcome,
        }
    }

    fn write(&mut self, log: &Log, mut writer: Box<ColdWriter>, at: Lsn) -> io::Result<Compressed> {
        let count = self.read(at)?;
        writer.put(&self.buffer[..count])?;
        let at = at.plus(count as u64);
        if at < self.end {
            self.stage = Stage::Write(writer, at);
            return Ok(Compressed::Again);
        }
        let length = self.end.since(self.source.base) + STAMP_BYTES as u64;
        if writer.bytes() > length / WORTH.1 * WORTH.0 {
            self.give_up(log.disk())?;
            return Ok(Compressed::Left("it would not be much smaller"));
        }
        writer.finish()?;
        let cold = ColdFile::open(Arc::clone(&self.new), self.place, &log.blocks)?;
        if !cold.is_whole(self.end.since(self.source.base)) {
            return Err(io::Error::other("a compressed file does not read back"));
        }
        self.stage = Stage::Compare(Arc::new(cold), self.source.base);
        Ok(Compressed::Again)
    }

    fn compare(&mut self, log: &Log, cold: Arc<ColdFile>, at: Lsn) -> io::Result<Compressed> {
        let count = self.read(at)?;
        let mut again = vec![0; count];
        let offset = STAMP_BYTES as u64 + at.since(self.source.base);
        if cold.read_sound(&mut again, offset)? < count || again != self.buffer[..count] {
            return Err(io::Error::other("a compressed file does not read back as what it is of"));
        }
        let at = at.plus(count as u64);
        if at < self.end {
            self.stage = Stage::Compare(cold, at);
            return Ok(Compressed::Again);
        }
        self.install(log, cold)
    }

    fn install(&mut self, log: &Log, cold: Arc<ColdFile>) -> io::Result<Compressed> {
        let base = self.source.base;
        // It may have been erased from or let go meanwhile.
        let same = |now: &LogFile| Arc::ptr_eq(&now.file, &self.source.file);
        if !log.closed(base).is_some_and(|(now, end)| same(&now) && end == self.end) {
            self.give_up(log.disk())?;
            return Ok(Compressed::Changed);
        }
        log.disk().rename(&unfinished(base), &file_name(base))?;
        log.disk().sync_dir()?;
        let file =
            LogFile { base, file: Arc::clone(&cold) as _, limit: self.end, cold: Some(cold) };
        let sums = ColdSums::of(std::slice::from_ref(&file));
        log.replaced(file);
        Ok(Compressed::Done(sums))
    }

    /// Reads the next octets of the old file.
    fn read(&mut self, at: Lsn) -> io::Result<usize> {
        let count = self.end.since(at).min(STEP_BYTES as u64) as usize;
        self.buffer.resize(count, 0);
        let offset = STAMP_BYTES as u64 + at.since(self.source.base);
        match self.source.file.read_at(&mut self.buffer, offset)? {
            got if got == count => Ok(count),
            _ => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
}

/// The name of a file until it is whole; not that of one that is written anew without what is erased.
fn unfinished(base: Lsn) -> String {
    format!("{UNFINISHED_PREFIX}cold-{}", file_name(base))
}

impl std::fmt::Debug for Compressing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Compressing").field("base", &self.source.base).finish_non_exhaustive()
    }
}
