//! Reading a whole log without changing it: every frame, and everything that is none.
//!
//! What recovery would cut or refuse is named here instead. A last frame that is not whole is either torn,
//! the write that was under way when the power went, or damaged after it was written. Sectors tell them
//! apart: in a torn frame some were never written and are zeros still.

use std::io;
use std::sync::Arc;

use super::cold::check::Fault;
use super::cold::layout::Place;
use super::disk::Disk;
use super::error::OpenError;
use super::frame::{self, FRAME_HEADER_BYTES};
use super::log::{ColdSums, LogFile, file_name};
use super::lsn::Lsn;
use super::recovery::{Gap, Scan, Scanner, Window, open_files};
use super::stamp::STAMP_BYTES;

/// What disks write at once.
const SECTOR: u64 = 512;

/// Zeros at the end of a frame that no record ends with.
const ZEROS_MIN: usize = 32;

/// Octets that are looked at behind the last frame.
const REST_BYTES_MAX: u64 = 64 << 20;

/// A log from its first octet to its last.
#[derive(Clone, Debug, Default)]
pub struct Walk {
    /// What was read.
    pub scan: Scan,
    /// What is behind the last frame, if it is something.
    pub rest: Option<Rest>,
    /// What is wrong with files other than with their frames: the file, the octet of it, and what.
    pub faults: Vec<(String, u64, String)>,
    /// Compressed files.
    pub cold: ColdSums,
    /// Log files.
    pub files: usize,
    /// Octets of log in them, without stamps and room ahead.
    pub bytes: u64,
}

/// What is behind the last frame.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rest {
    /// Where: up to the end of the file.
    pub gap: Gap,
    /// Where that is in the file.
    pub offset: u64,
    /// Whether parts of it were never written; else it was whole once.
    pub torn: bool,
}

/// The log's files, for telling a place in one.
#[derive(Clone, Debug, Default)]
pub struct Places(Arc<Vec<LogFile>>);

impl Places {
    /// Those of a directory.
    ///
    /// # Errors
    /// What the disk said, and files of another version.
    pub fn new(disk: &dyn Disk, directory_id: u64) -> Result<Self, OpenError> {
        Ok(Self(Arc::new(open_files(disk, directory_id, true, &Arc::default())?)))
    }

    /// The file of an address, and the octet of it; of a compressed file, that of the block.
    pub fn of(&self, lsn: Lsn) -> (String, u64) {
        let after = self.0.partition_point(|file| file.base <= lsn);
        let file = after.checked_sub(1).and_then(|at| self.0.get(at));
        file.map_or((file_name(Lsn(0)), offset_in(Lsn(0), lsn)), |file| {
            (file_name(file.base), file.offset(lsn))
        })
    }
}

/// Octets into a file at which an address lies.
pub fn offset_in(base: Lsn, lsn: Lsn) -> u64 {
    STAMP_BYTES as u64 + lsn.since(base)
}

/// Called with the payload of a frame and its address.
pub type Visit<'a> = dyn FnMut(Lsn, &[u8]) -> Result<(), OpenError> + 'a;

/// Reads all frames in order and calls a function with the payload of each and its address.
///
/// # Errors
/// What the disk said, and files of another version.
pub fn walk(disk: &dyn Disk, directory_id: u64, visit: &mut Visit<'_>) -> Result<Walk, OpenError> {
    let files = open_files(disk, directory_id, true, &Arc::default())?;
    let cold = ColdSums::of(&files);
    let mut walk = Walk { files: files.len(), cold, ..Walk::default() };
    for file in &files {
        faults(file, directory_id, &mut walk.faults)?;
    }
    let mut scanner = Scanner::new(directory_id, &files, Lsn(0), true);
    scanner.run(visit)?;
    walk.scan = scanner.into_scan();
    let first = files.first().map_or(Lsn(0), |file| file.base);
    let missing: u64 = walk.scan.skipped.iter().map(|gap| gap.to.since(gap.from)).sum();
    walk.bytes = walk.scan.end.0.saturating_sub(missing.min(walk.scan.end.0));
    if let Some(gap) = walk.scan.torn.clone() {
        let newest = files.last();
        let failed = |error| OpenError::io(&gap.file, error);
        let base = newest.map_or(first, |file| file.base);
        let torn = match newest {
            Some(file) => is_torn(file, directory_id, gap.from).map_err(failed)?,
            None => true,
        };
        walk.rest = Some(Rest { offset: offset_in(base, gap.from), gap, torn });
    }
    Ok(walk)
}

/// What is wrong with a file other than with its frames.
fn faults(
    log: &LogFile,
    directory_id: u64,
    found: &mut Vec<(String, u64, String)>,
) -> Result<(), OpenError> {
    let LogFile { base, file, cold, .. } = log;
    let name = file_name(*base);
    if let Some(cold) = cold {
        let mut told = |fault: Fault| found.push((name.clone(), fault.offset, fault.what));
        return cold.faults(&mut told).map_err(|error| OpenError::io(&name, error));
    }
    let stamp = Place { directory_id, base: *base }.plain_stamp();
    if let Err(error) = stamp.check(&**file, &name) {
        found.push((name, 0, error.to_string()));
    }
    Ok(())
}

/// What compressed files there are.
///
/// # Errors
/// What the disk said, and files of another version.
pub fn cold_sums(disk: &dyn Disk, directory_id: u64) -> Result<ColdSums, OpenError> {
    Ok(ColdSums::of(&open_files(disk, directory_id, true, &Arc::default())?))
}

/// Where the log ends, from an address on at which a frame begins.
///
/// # Errors
/// What the disk said, and files of another version.
pub fn end_of(disk: &dyn Disk, directory_id: u64, from: Lsn) -> Result<Lsn, OpenError> {
    let files = open_files(disk, directory_id, true, &Arc::default())?;
    let mut scanner = Scanner::new(directory_id, &files, from, true);
    scanner.run(&mut |_, _| Ok(()))?;
    Ok(scanner.into_scan().end)
}

/// Whether some of the octets of what should be a frame were never written.
fn is_torn(file: &LogFile, directory_id: u64, lsn: Lsn) -> io::Result<bool> {
    let mut window = Window::default();
    let offset = offset_in(file.base, lsn);
    let header = window.read(&*file.file, offset, FRAME_HEADER_BYTES)?;
    let Some((length, _)) = frame::header(header, directory_id, lsn) else {
        // A header within one sector is written whole or not at all.
        return Ok(offset / SECTOR != (offset + FRAME_HEADER_BYTES as u64 - 1) / SECTOR);
    };
    let length = (FRAME_HEADER_BYTES + length) as u64;
    let octets = window.read(&*file.file, offset, length.min(REST_BYTES_MAX) as usize)?;
    if (octets.len() as u64) < length {
        return Ok(true);
    }
    let ends_in_zeros = octets.iter().rev().take(ZEROS_MIN).all(|octet| *octet == 0);
    let first = (SECTOR - offset % SECTOR) as usize;
    let mut sectors = octets.get(first..).unwrap_or_default().chunks_exact(SECTOR as usize);
    Ok(ends_in_zeros || sectors.any(|sector| sector.iter().all(|octet| *octet == 0)))
}
