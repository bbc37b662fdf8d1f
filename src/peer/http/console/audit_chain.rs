//! Whether the audit is as it was written: every line follows the one before, and none is missing at the end.
//!
//! Reads only, a line at a time. What it cannot know: whether somebody who may write in the data directory made the
//! whole chain and its head anew. For that, compare the last hash with one that was noted elsewhere (`expect`).

use std::io;

use super::audit_entry::{Entry, FILE, HEAD_FILE, HEADER, LINE_BYTES_MAX, hash, read_head};
use crate::spool::disk::{Disk, DiskFile, read_small};

/// What was found.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Verified {
    /// Entries that were read.
    pub entries: u64,
    /// The hash of the last line.
    pub last: String,
    /// What is wrong, each with its line.
    pub wrong: Vec<String>,
    /// Octets behind the last line end, which a stop in the middle of a write leaves.
    pub torn_bytes: u64,
    /// Whether the hash that was expected is that of a line.
    pub found: bool,
}

/// Findings that are told; more are counted only.
const WRONG_MAX: usize = 100;

/// Checks the audit of a data directory. `expect`: a hash that has to be that of some line.
///
/// # Errors
/// There is no audit, or the disk refuses to read.
pub fn verify(disk: &dyn Disk, expect: Option<&str>) -> io::Result<Verified> {
    let mut lines = Lines::new(disk.open(FILE)?)?;
    let head = match read_small(disk, HEAD_FILE, 4096) {
        Ok(octets) => Some(String::from_utf8_lossy(&octets).into_owned()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    let head = head.as_deref().and_then(read_head);
    let mut chain = Chain { head, ..Chain::default() };
    while let Some((number, line)) = lines.next()? {
        chain.take(number, &line, expect);
    }
    Ok(chain.end(lines.torn_bytes))
}

#[derive(Default)]
struct Chain {
    verified: Verified,
    head: Option<(u64, String)>,
    next: u64,
    begun: bool,
}

impl Chain {
    fn wrong(&mut self, problem: String) {
        if self.verified.wrong.len() < WRONG_MAX {
            self.verified.wrong.push(problem);
        }
    }

    fn take(&mut self, number: u64, line: &[u8], expect: Option<&str>) {
        let own = hash(line);
        self.verified.found |= expect == Some(&*own);
        if !self.begun {
            self.begun = true;
            self.next = 1;
            if line != HEADER.as_bytes() {
                self.wrong(format!("line 1 is not `{HEADER}`"));
            }
            self.verified.last = own;
            return;
        }
        match Entry::read(line) {
            None => self.wrong(format!("line {number} is no entry")),
            Some(entry) => {
                self.follows(number, &entry);
                if self.head.as_ref().is_some_and(|head| head.0 == entry.seq && head.1 != own) {
                    let problem = "is not the entry that the head knows: it was changed";
                    self.wrong(format!("line {number} {problem}"));
                }
                self.next = entry.seq.saturating_add(1);
            }
        }
        self.verified.entries += 1;
        self.verified.last = own;
    }

    fn follows(&mut self, number: u64, entry: &Entry) {
        let expected = self.next;
        if entry.seq > expected {
            let last = entry.seq - 1;
            self.wrong(format!("before line {number} entries {expected} to {last} are missing"));
        } else if entry.seq < expected {
            self.wrong(format!("line {number} has entry {}: it stands elsewhere", entry.seq));
        }
        if entry.prev != self.verified.last {
            let before = number - 1;
            self.wrong(format!("line {number} does not follow line {before}: one was changed"));
        }
    }

    fn end(mut self, torn_bytes: u64) -> Verified {
        if !self.begun {
            self.wrong("the file is empty".to_owned());
        }
        match self.head.take() {
            None => self.wrong(format!("{HEAD_FILE} is missing or cannot be read")),
            Some((seq, _)) if seq >= self.next.max(1) => {
                let next = self.next.max(1);
                self.wrong(format!("the end was cut: entries {next} to {seq} are missing"));
            }
            Some(_) => {}
        }
        self.verified.torn_bytes = torn_bytes;
        self.verified
    }
}

/// The lines of a file, a piece at a time.
pub(super) struct Lines {
    file: std::sync::Arc<dyn DiskFile>,
    offset: u64,
    length: u64,
    buffer: Vec<u8>,
    number: u64,
    pub(super) torn_bytes: u64,
}

const PIECE_BYTES: usize = 64 << 10;

impl Lines {
    pub(super) fn new(file: std::sync::Arc<dyn DiskFile>) -> io::Result<Self> {
        let length = file.len_bytes()?;
        Ok(Self { file, offset: 0, length, buffer: Vec::new(), number: 0, torn_bytes: 0 })
    }

    /// The next line and its number, from 1.
    pub(super) fn next(&mut self) -> io::Result<Option<(u64, Vec<u8>)>> {
        loop {
            if let Some(end) = self.buffer.iter().position(|&octet| octet == b'\n') {
                let rest = self.buffer.split_off(end + 1);
                let mut line = std::mem::replace(&mut self.buffer, rest);
                line.truncate(end);
                self.number += 1;
                return Ok(Some((self.number, line)));
            }
            if self.buffer.len() > LINE_BYTES_MAX + PIECE_BYTES {
                let problem = format!("line {} is longer than any entry", self.number + 1);
                return Err(io::Error::new(io::ErrorKind::InvalidData, problem));
            }
            if self.offset >= self.length {
                self.torn_bytes = self.buffer.len() as u64;
                return Ok(None);
            }
            let mut piece = vec![0; PIECE_BYTES];
            let read = self.file.read_at(&mut piece, self.offset)?;
            if read == 0 {
                self.offset = self.length;
            }
            self.offset += read as u64;
            self.buffer.extend_from_slice(&piece[..read]);
        }
    }
}
