//! The disk as the log and the ledger see it: one flat directory of files.
//!
//! [`RealDisk`](super::real_disk::RealDisk) is a directory of the machine and
//! [`SimDisk`](super::sim_disk::SimDisk) a simulated one that can fail, tear and crash.
//! **Invariants**: nothing is on disk before `sync_data` of its file returned, and no name before
//! `sync_dir` did. A failed sync is never retried by a caller: the kernel may have dropped the
//! pages and call the next one a success.
//! Not here: memory maps; files are read by `pread`, so that a damaged disk is an error, not a signal.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A directory of files.
pub trait Disk: Send + Sync + fmt::Debug {
    /// Opens an existing file for reading and writing.
    fn open(&self, name: &str) -> io::Result<Arc<dyn DiskFile>>;

    /// Creates a file, emptying one that has the name already.
    fn create(&self, name: &str) -> io::Result<Arc<dyn DiskFile>>;

    /// Gives a file another name, replacing what had it.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;

    /// Removes a file.
    fn remove(&self, name: &str) -> io::Result<()>;

    /// The names of all files.
    fn list(&self) -> io::Result<Vec<String>>;

    /// Makes created, renamed and removed names durable.
    fn sync_dir(&self) -> io::Result<()>;

    /// Octets that may still be written.
    fn free_bytes(&self) -> io::Result<u64>;

    /// Takes the directory for this process; `WouldBlock` when another one has it. The lock is
    /// held as long as the value lives.
    fn lock(&self) -> io::Result<Box<dyn DiskLock>>;

    /// Where it is, for messages to people.
    fn place(&self) -> String;
}

/// The claim of one process on a directory.
pub trait DiskLock: Send + Sync + fmt::Debug {}

/// One file. All methods take an offset, so that threads share it without a cursor.
pub trait DiskFile: Send + Sync + fmt::Debug {
    /// Its length in octets.
    fn len_bytes(&self) -> io::Result<u64>;

    /// Reads up to the end of the buffer or of the file; says how much was read.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize>;

    /// Writes all of it.
    fn write_at(&self, octets: &[u8], offset: u64) -> io::Result<()>;

    /// Makes everything written durable.
    fn sync_data(&self) -> io::Result<()>;

    /// Reserves room up to this length; new octets read as zero.
    fn allocate(&self, length: u64) -> io::Result<()>;

    /// Cuts or extends the file.
    fn set_len(&self, length: u64) -> io::Result<()>;
}

/// Reads the whole buffer, or fails with `UnexpectedEof`.
pub fn read_exact_at(file: &dyn DiskFile, buffer: &mut [u8], offset: u64) -> io::Result<()> {
    match file.read_at(buffer, offset)? {
        count if count == buffer.len() => Ok(()),
        _ => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

/// Reads a small file whole; longer ones are an error, so that nothing read here is unbounded.
pub fn read_small(disk: &dyn Disk, name: &str, bytes_max: u64) -> io::Result<Vec<u8>> {
    let file = disk.open(name)?;
    let length = file.len_bytes()?;
    if length > bytes_max {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "the file is longer than it can be",
        ));
    }
    let mut octets = vec![0; length as usize];
    read_exact_at(&*file, &mut octets, 0)?;
    Ok(octets)
}

/// Prefix of the names of files that are being written; what a crash left of them is removed.
pub const UNFINISHED_PREFIX: &str = "tmp-";

/// Puts a whole file in place so that after a crash either the old or the new one is there.
pub fn replace(disk: &dyn Disk, name: &str, octets: &[u8]) -> io::Result<Arc<dyn DiskFile>> {
    let unfinished = format!("{UNFINISHED_PREFIX}{name}");
    let file = disk.create(&unfinished)?;
    file.write_at(octets, 0)?;
    file.sync_data()?;
    disk.rename(&unfinished, name)?;
    disk.sync_dir()?;
    Ok(file)
}

/// Spreads a long write: the disk gets it in pieces, so that the log's next sync never stands behind
/// all of it. What is written this way still needs its last sync.
#[derive(Debug, Default)]
pub struct Paced {
    unsynced: usize,
    rests: bool,
}

/// Octets after which a long write is synced.
const PIECE_BYTES: usize = 256 << 10;

/// The longest rest between two pieces.
const REST_MAX: Duration = Duration::from_millis(10);

impl Paced {
    /// For who has time, and nothing that others wait for: the disk is left to them between two pieces for as
    /// long as a piece took.
    pub fn resting() -> Self {
        Self { rests: true, ..Self::default() }
    }

    /// Writes all of it at the offset.
    pub fn write_at(&mut self, file: &dyn DiskFile, octets: &[u8], offset: u64) -> io::Result<()> {
        file.write_at(octets, offset)?;
        self.unsynced += octets.len();
        if self.unsynced >= PIECE_BYTES {
            self.unsynced = 0;
            let begun = Instant::now();
            file.sync_data()?;
            if self.rests {
                std::thread::sleep(begun.elapsed().min(REST_MAX));
            }
        }
        Ok(())
    }
}
