//! The files of the index of words: every page, and every word of every row that they are of.

use std::collections::BTreeSet;

use super::finding::Findings;
use super::word_sums::{BLOCK_ROWS, of};
use crate::ledger::config::Geometry;
use crate::ledger::text::verify::{LATE_FILE, late, read};
use crate::spool::disk::Disk;

/// What the log says of words.
#[derive(Debug)]
pub(super) struct Words<'a> {
    pub(super) disk: &'a dyn Disk,
    pub(super) directory_id: u64,
    pub(super) geometry: Geometry,
    /// Messages in the log.
    pub(super) messages: u64,
    /// The fingerprint of each block of [`BLOCK_ROWS`] messages.
    pub(super) sums: &'a [u64],
}

impl Words<'_> {
    /// Holds a file against the log.
    pub(super) fn file(&self, name: &str, findings: &mut Findings) {
        let mut sums: Vec<u64> = Vec::new();
        let geometry = self.geometry;
        let outcome = read(self.disk, self.directory_id, name, &mut |part, term, rows| {
            let first = geometry.ord(part.segment as usize, part.rows.0 as usize).0 / BLOCK_ROWS;
            for row in rows {
                let ord = geometry.ord(part.segment as usize, *row as usize);
                let block = (ord.0 / BLOCK_ROWS - first) as usize;
                if sums.len() <= block {
                    sums.resize(block + 1, 0);
                }
                sums[block] = sums[block].wrapping_add(of(term, ord));
            }
        });
        let part = match outcome {
            Ok(Some(part)) => part,
            Ok(None) => return,
            Err(error) => return findings.error(name, &error),
        };
        let ord = |row: u32| geometry.ord(part.segment as usize, row as usize).0;
        let (start, end) = (ord(part.rows.0), ord(part.rows.1));
        if end > self.messages {
            let what = format!("it has words of message {}, and the log ends before it", end - 1);
            return findings.wrong(name, None, what);
        }
        let blocks = start / BLOCK_ROWS..end.div_ceil(BLOCK_ROWS);
        sums.resize(blocks.clone().count(), 0);
        for (block, found) in blocks.zip(sums) {
            let (first, behind) = (block * BLOCK_ROWS, (block + 1) * BLOCK_ROWS);
            // At its ends a file may have some rows of a block only.
            let whole = first >= start && (behind <= end || end == self.messages);
            if whole && self.sums.get(block as usize) != Some(&found) {
                let last = behind.min(end) - 1;
                let what =
                    format!("the words of messages {first} to {last} are not those of the log");
                findings.wrong(name, None, what);
            }
        }
    }

    /// Holds the list of replaced messages against those that the log has up to the checkpoint.
    pub(super) fn replaced(&self, replaced: &BTreeSet<u64>, findings: &mut Findings) {
        match late(self.disk, self.directory_id) {
            Ok(listed) => {
                let listed: BTreeSet<u64> = listed.into_iter().flatten().collect();
                if let Some(ord) = replaced.difference(&listed).next() {
                    let what = format!("message {ord} was replaced and is not in it");
                    findings.wrong(LATE_FILE, None, what);
                }
                if let Some(ord) = listed.iter().find(|ord| **ord >= self.messages) {
                    let what = format!("it names message {ord}, which the log has not");
                    findings.wrong(LATE_FILE, None, what);
                }
            }
            Err(error) => findings.error(LATE_FILE, &error),
        }
    }
}
