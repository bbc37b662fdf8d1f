//! Reading the messages of neighbouring rows from the log, and cutting them into words.

use std::io;
use std::ops::Range;

use super::body::message_terms;
use super::table::Table;
use super::tokens::Scratch;
use crate::ledger::columns::{LOST, Wide};
use crate::ledger::search_part::Part;
use crate::ledger::store::Ledger;
use crate::message::record::Message;
use crate::spool::chunk::CHUNK_BYTES_MAX;
use crate::spool::lsn::Lsn;
use crate::spool::record;

/// Rows whose words are read before they are put into a table.
pub(super) const BATCH_ROWS: u32 = 64;

/// Rows whose addresses are taken from the ledger's indexes at a time. Whoever stands back may be left
/// waiting in the middle of anything, with a lock in hand for which the path of messages then waits: so
/// the lock is taken once for many batches.
const LSN_ROWS: u32 = 64 * BATCH_ROWS;

/// Octets of log read at a time.
const READ_BYTES: usize = 64 << 10;

/// The words of a few rows, in memory that is used again.
#[derive(Debug, Default)]
pub(super) struct Bodies {
    /// Addresses of some rows, and which rows of which segment those are.
    lsns: Vec<u64>,
    lsns_of: (usize, Range<u32>),
    log: Vec<u8>,
    /// Where that begins.
    log_at: Lsn,
    /// The words of all rows one after another.
    octets: Vec<u8>,
    /// Where each word ends.
    ends: Vec<usize>,
    /// How many words there are up to the end of each row.
    rows: Vec<usize>,
    scratch: Scratch,
    /// Rows read since that was asked last.
    count: u32,
}

impl Bodies {
    /// Reads the words of rows of a segment, up to [`BATCH_ROWS`] of those from `rows.start` on, and says
    /// behind which row it stopped. All of `rows` are indexed otherwise.
    pub(super) fn read(
        &mut self,
        ledger: &Ledger,
        segment: usize,
        rows: Range<u32>,
    ) -> io::Result<u32> {
        let batch = rows.start..rows.end.min(rows.start + BATCH_ROWS);
        let (held_of, held) = &self.lsns_of;
        if *held_of != segment || held.start > batch.start || held.end < batch.end {
            self.take_lsns(ledger, segment, rows.start..rows.end.min(rows.start + LSN_ROWS))?;
        }
        let skipped = (batch.start - self.lsns_of.1.start) as usize;
        self.octets.clear();
        self.ends.clear();
        self.rows.clear();
        // What was read before may not have been written then.
        self.log.clear();
        for at in skipped..skipped + batch.len() {
            let lsn = self.lsns.get(at).map_or(LOST, |&lsn| Lsn(lsn));
            if lsn != LOST {
                self.row(ledger, lsn)?;
            }
            self.rows.push(self.ends.len());
        }
        self.count += batch.len() as u32;
        Ok(batch.end)
    }

    /// How many rows were read since this was asked last.
    pub(super) fn take_count(&mut self) -> u32 {
        std::mem::take(&mut self.count)
    }

    fn take_lsns(&mut self, ledger: &Ledger, segment: usize, rows: Range<u32>) -> io::Result<()> {
        self.lsns.clear();
        self.lsns_of = (segment, 0..0);
        let places = rows.start as usize..rows.end as usize;
        let part = Part::of(&ledger.read(), segment);
        part.wides_into(ledger, Wide::Lsn, places, &mut self.lsns)?;
        self.lsns_of.1 = rows;
        Ok(())
    }

    /// Adds the words of the record at an address. One that cannot be read has none.
    fn row(&mut self, ledger: &Ledger, lsn: Lsn) -> io::Result<()> {
        let length = record_bytes(self.held(lsn));
        if length.is_none_or(|length| length > self.held(lsn).len()) {
            self.fill(ledger, lsn, READ_BYTES)?;
            let length = record_bytes(&self.log).filter(|length| *length <= CHUNK_BYTES_MAX);
            if let Some(length) = length.filter(|length| *length > self.log.len()) {
                self.fill(ledger, lsn, length)?;
            }
        }
        let start = self.log.len() - self.held(lsn).len();
        let record = record::split(&self.log[start..]).and_then(|it| record::message(it.0));
        if let Some(message) = record.and_then(Message::decode) {
            let (out, ends) = (&mut self.octets, &mut self.ends);
            message_terms(&message, &mut self.scratch, |term| {
                out.extend_from_slice(term);
                ends.push(out.len());
            });
        }
        Ok(())
    }

    /// What was read of the log from an address on.
    fn held(&self, lsn: Lsn) -> &[u8] {
        let start = if lsn < self.log_at { usize::MAX } else { lsn.since(self.log_at) as usize };
        self.log.get(start..).unwrap_or_default()
    }

    fn fill(&mut self, ledger: &Ledger, lsn: Lsn, bytes: usize) -> io::Result<()> {
        self.log.resize(bytes, 0);
        self.log_at = lsn;
        let outcome = ledger.log.read_at(lsn, &mut self.log);
        self.log.truncate(*outcome.as_ref().unwrap_or(&0));
        outcome.map(|_| ())
    }

    /// Puts what was read into a table, whose next row is the first of them.
    pub(super) fn put(&self, table: &mut Table) {
        let (mut word, mut start) = (0, 0);
        for &end_word in &self.rows {
            for &end in &self.ends[word..end_word] {
                table.add(&self.octets[start..end]);
                start = end;
            }
            word = end_word;
            table.end_row();
        }
    }
}

/// Octets of the record that a slice begins with, if it has its length.
fn record_bytes(octets: &[u8]) -> Option<usize> {
    record::length(octets).map(|(length, head)| length + head)
}
