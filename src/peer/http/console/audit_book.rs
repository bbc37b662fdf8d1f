//! The audit as it is written: each entry is on disk, and in the head, before what it tells is done or shown.
//!
//! **Invariants**: entries are numbered without a gap and each has the hash of the one before; what cannot be
//! written is an error, and its caller does nothing then. Calls wait for the disk: make them where that may block.
//! Not here: checking the chain ([`super::audit_chain`]).

use std::io;
use std::sync::{Arc, Mutex};

use super::audit_entry::{Entry, FILE, HEAD_FILE, HEADER, LINE_BYTES_MAX, hash, head, read_head};
use crate::spool::disk::{Disk, DiskFile, read_exact_at, read_small, replace};
use crate::spool::error::OpenError;
use crate::spool::unpoisoned;

/// Octets from the end that the newest entries are looked for in.
const LOOK_BACK_BYTES: u64 = 1 << 20;

/// The open audit.
#[derive(Debug)]
pub(super) struct AuditBook {
    disk: Arc<dyn Disk>,
    end: Mutex<End>,
}

#[derive(Debug)]
struct End {
    file: Arc<dyn DiskFile>,
    offset: u64,
    seq: u64,
    last: String,
    /// A write failed: what the file has now is not known.
    broken: bool,
}

impl AuditBook {
    /// Opens the audit of a data directory, or begins one. An end that a stop tore off in the middle of a line was
    /// told to nobody, and is cut.
    pub(super) fn open(disk: Arc<dyn Disk>) -> Result<Self, OpenError> {
        let wrong = |error| OpenError::io(FILE, error);
        let file = match disk.open(FILE) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                begin(&*disk).map_err(wrong)?
            }
            Err(error) => return Err(wrong(error)),
        };
        let length = file.len_bytes().map_err(wrong)?;
        let from = length.saturating_sub(LINE_BYTES_MAX as u64 * 4);
        let tail = read_from(&*file, from, length).map_err(wrong)?;
        let Some(last_end) = tail.iter().rposition(|&octet| octet == b'\n') else {
            return Err(OpenError::damaged(FILE, "it has no whole line at its end"));
        };
        let whole = &tail[..last_end];
        let last = whole.rsplit(|&octet| octet == b'\n').next().unwrap_or_default();
        let seq = match Entry::read(last) {
            Some(entry) => entry.seq,
            None if last == HEADER.as_bytes() => 0,
            None if from == 0 && !whole.starts_with(HEADER.as_bytes()) => {
                let what = format!("it does not begin with `{HEADER}`");
                return Err(OpenError::damaged(FILE, &what));
            }
            None => return Err(OpenError::damaged(FILE, "its last line is no entry")),
        };
        let offset = from + last_end as u64 + 1;
        if offset < length {
            file.set_len(offset).and_then(|()| file.sync_data()).map_err(wrong)?;
        }
        let end = End { file, offset, seq, last: hash(last), broken: false };
        let book = Self { disk, end: Mutex::new(end) };
        book.catch_up()?;
        Ok(book)
    }

    /// Brings the head up to an entry that was written just before a stop. A head that knows of more is left
    /// alone: that is what tells of a cut.
    fn catch_up(&self) -> Result<(), OpenError> {
        let known = match read_small(&*self.disk, HEAD_FILE, 4096) {
            Ok(octets) => read_head(&String::from_utf8_lossy(&octets)).map(|head| head.0),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(OpenError::io(HEAD_FILE, error)),
        };
        let mut end = unpoisoned::lock(&self.end);
        match known {
            None => {
                tracing::error!("the head of the audit was removed: its end may have been, too")
            }
            Some(known) if known > end.seq => {
                tracing::error!(entries = end.seq, known, "the end of the audit was cut");
                // The gap stays to be seen.
                end.seq = known;
            }
            Some(known) if known < end.seq => {
                replace(&*self.disk, HEAD_FILE, head(end.seq, &end.last).as_bytes())
                    .map_err(|error| OpenError::io(HEAD_FILE, error))?;
            }
            Some(_) => {}
        }
        Ok(())
    }

    /// Writes an entry, whose number and hash are given here.
    ///
    /// # Errors
    /// What the disk said, then and ever after.
    pub(super) fn append(&self, entry: Entry) -> io::Result<u64> {
        let mut end = unpoisoned::lock(&self.end);
        if end.broken {
            return Err(io::Error::other("an entry could not be written before"));
        }
        let seq = end.seq + 1;
        let entry = Entry { seq, prev: end.last.clone(), ..entry.cut() };
        let mut line = entry.line().map_err(io::Error::other)?;
        let last = hash(line.as_bytes());
        line.push('\n');
        end.broken = true;
        end.file.write_at(line.as_bytes(), end.offset)?;
        end.file.sync_data()?;
        replace(&*self.disk, HEAD_FILE, head(seq, &last).as_bytes())?;
        end.offset += line.len() as u64;
        (end.seq, end.last, end.broken) = (seq, last, false);
        Ok(seq)
    }

    /// The newest entries that are wanted, newest first, as far as the last mebibyte has them.
    pub(super) fn newest(
        &self,
        limit: usize,
        wanted: impl Fn(&Entry) -> bool,
    ) -> io::Result<Vec<Entry>> {
        let (file, offset) = {
            let end = unpoisoned::lock(&self.end);
            (Arc::clone(&end.file), end.offset)
        };
        let from = offset.saturating_sub(LOOK_BACK_BYTES);
        let octets = read_from(&*file, from, offset)?;
        let entries = octets.rsplit(|&octet| octet == b'\n').filter_map(Entry::read);
        Ok(entries.filter(wanted).take(limit).collect())
    }

    /// Where it is kept.
    pub(super) fn disk(&self) -> &dyn Disk {
        &*self.disk
    }
}

/// The head comes first: where there is a file, there has been a head.
fn begin(disk: &dyn Disk) -> io::Result<Arc<dyn DiskFile>> {
    replace(disk, HEAD_FILE, head(0, &hash(HEADER.as_bytes())).as_bytes())?;
    replace(disk, FILE, format!("{HEADER}\n").as_bytes())
}

fn read_from(file: &dyn DiskFile, from: u64, to: u64) -> io::Result<Vec<u8>> {
    let mut octets = vec![0; usize::try_from(to.saturating_sub(from)).unwrap_or(0)];
    read_exact_at(file, &mut octets, from)?;
    Ok(octets)
}
