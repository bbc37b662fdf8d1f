//! Sorts what is complete: the numbers and lists of full segments, and full tables of carrier ids. When
//! there is nothing new it makes the lists of old segments (see `listing`).
//!
//! It works beside the indexer on data that no longer changes, and takes the index's lock only to
//! put a finished run in its place. A crash loses at most the run being written; it is made again.
//! **Invariant**: runs are put in place in order, once they and their names are durable.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use super::columns::{Columns, LOST, Wide};
use super::config::Geometry;
use super::index::Numbers;
use super::listing::{Relisting, write_lists};
use super::lists::Lists;
use super::marks::{Mark, UNKNOWN};
use super::memtable::Entry;
use super::run::{Run, RunName};
use super::store::Ledger;
use crate::base::stand_back::stand_back;
use crate::spool::unpoisoned;

/// Sorts for one ledger.
#[derive(Debug)]
pub struct Sealer {
    ledger: Arc<Ledger>,
    /// The old segment whose lists are being made.
    relisting: Option<Relisting>,
    /// Whether the disk refused that; tried again when the next segment is sealed.
    refused: bool,
}

/// Memory to sort in.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    entries: Vec<Entry>,
    listed: Vec<u64>,
}

/// How long the sealer sleeps when nobody wakes it.
const IDLE_WAIT: Duration = Duration::from_millis(200);

/// How much the sealer's thread stands back for others.
const NICENESS: i32 = 10;

impl Sealer {
    pub(super) const fn new(ledger: Arc<Ledger>) -> Self {
        Self { ledger, relisting: None, refused: false }
    }

    /// Sorts one thing that is complete, or does some work for old segments; `false` if there was none.
    pub fn step(&mut self) -> io::Result<bool> {
        Ok(self.seal()? || self.relist())
    }

    /// Sorts one thing that is complete; `false` if there was none.
    pub(super) fn seal(&mut self) -> io::Result<bool> {
        let sealed = self.ledger.seal_one()?;
        self.refused &= !sealed;
        Ok(sealed)
    }

    /// Nothing is lost without the lists of old segments: what the disk refuses is left for later.
    fn relist(&mut self) -> bool {
        if self.refused || self.ledger.is_stopping() {
            return false;
        }
        self.ledger.relist(&mut self.relisting).unwrap_or_else(|error| {
            tracing::warn!(%error, "lists of an old segment cannot be made for now");
            self.refused = true;
            false
        })
    }

    /// Runs until [`Ledger::stop`]. After an error the journal has failed too.
    pub fn run(&mut self) -> io::Result<()> {
        stand_back(NICENESS);
        loop {
            while self.step().inspect_err(|error| self.ledger.journal.fail(error))? {}
            let progress = &self.ledger.progress;
            let waiting = unpoisoned::lock(&progress.waiting);
            if self.ledger.is_stopping() {
                return Ok(());
            }
            drop(progress.to_seal.wait_timeout(waiting, IDLE_WAIT));
        }
    }
}

/// What is to be sorted.
enum Job {
    CarrierIds(RunName, Arc<super::memtable::Memtable>),
    Numbers(usize, Arc<Columns>),
}

impl Ledger {
    /// Sorts one thing that is complete; `false` if there was none.
    pub(super) fn seal_one(&self) -> io::Result<bool> {
        let mut scratch = unpoisoned::lock(&self.sealing);
        let Some(job) = self.seal_job() else { return Ok(false) };
        match job {
            Job::CarrierIds(name, table) => {
                table.sort_into(&mut scratch.entries);
                drop(table);
                let run = Run::write(&*self.disk, &name, &scratch.entries)?;
                self.disk.sync_dir()?;
                unpoisoned::write(&self.index).correlations.sealed(run);
            }
            Job::Numbers(segment, columns) => {
                let (numbers, lists) = self.sort_segment(segment, &columns, &mut scratch)?;
                drop(columns);
                unpoisoned::write(&self.index).sealed(segment, numbers, lists);
            }
        }
        Ok(true)
    }

    /// Writes the sorted numbers of a segment and its lists, in the place of what there was. Without lists
    /// where rows have no marks, as those that a former version indexed: their records have to be read first.
    pub(super) fn sort_segment(
        &self,
        segment: usize,
        columns: &Columns,
        scratch: &mut Scratch,
    ) -> io::Result<(Numbers, Option<Lists>)> {
        let directory_id = self.identity.directory_id;
        let geometry = self.config.geometry();
        let mut write = |prefix: &'static str, column| {
            let name = number_run(prefix, directory_id, segment);
            let sorted = &mut scratch.entries;
            sort_numbers(columns, column, geometry, segment, sorted);
            Run::write(&*self.disk, &name, sorted)
        };
        let numbers = Numbers { to: write(TO, Wide::To)?, from: write(FROM, Wide::From)? };
        let marked = !columns.marks(Mark::Reference).contains(&UNKNOWN);
        let at = (directory_id, segment);
        let lists =
            marked.then(|| write_lists(&*self.disk, at, geometry, columns, &mut scratch.listed));
        let lists = lists.transpose()?;
        self.disk.sync_dir()?;
        Ok((numbers, lists))
    }

    fn seal_job(&self) -> Option<Job> {
        let index = self.read();
        if let Some((name, table)) = index.correlations.to_seal() {
            return Some(Job::CarrierIds(name, table));
        }
        let first = index.kept_segment();
        let kept = &index.segments[first..];
        let at = first + kept.iter().position(|segment| segment.numbers.is_none())?;
        let segment = &index.segments[at];
        // Memory is given back once the columns can be read from their file.
        segment.file.as_ref()?;
        segment.columns.as_ref().map(|columns| Job::Numbers(at, Arc::clone(columns)))
    }

    /// Things that are complete and not sorted.
    pub(super) fn unsealed(&self) -> usize {
        let index = self.read();
        let kept = &index.segments[index.kept_segment()..];
        let open = kept.iter().rev().take_while(|segment| segment.numbers.is_none());
        open.count().max(index.correlations.frozen.len())
    }
}

pub(super) const TO: &str = "to";
pub(super) const FROM: &str = "from";

/// The name of a segment's sorted numbers.
pub(super) fn number_run(prefix: &'static str, directory_id: u64, segment: usize) -> RunName {
    RunName { prefix, kind: *b"numbers\0", directory_id, number: segment as u64 }
}

fn sort_numbers(
    columns: &Columns,
    column: Wide,
    geometry: Geometry,
    segment: usize,
    out: &mut Vec<Entry>,
) {
    let keys = columns.wide(column).iter().zip(columns.wide(Wide::Lsn)).enumerate();
    out.clear();
    out.extend(
        keys.filter(|(_, (_, lsn))| **lsn != LOST.0)
            .map(|(row, (key, _))| (*key, geometry.ord(segment, row).0)),
    );
    out.sort_unstable();
}
