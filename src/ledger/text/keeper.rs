//! The thread that turns words in memory into files, and many files into one for each segment.
//!
//! It also makes the files that are missing: of a directory that had no index of words, of segments that the
//! follower passed over, of those that were damaged. **Invariants**: a file takes the place of what it was
//! made of in one moment; when the disk refuses, everything stays as it is and is tried again.

use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use super::bodies::{BATCH_ROWS, Bodies};
use super::file::TextFile;
use super::index::{State, TextIndex};
use super::merge::merge;
use super::table::Table;
use super::turns::take_turns;
use super::write::TextWriter;
use crate::ledger::store::Ledger;
use crate::spool::unpoisoned;

/// How long it sleeps when there is nothing to do.
const IDLE_WAIT: Duration = Duration::from_millis(50);

/// Rows of an old segment that are read in one step.
const STEP_ROWS: u32 = 16 * BATCH_ROWS;

/// Writes the files of the index.
#[derive(Debug)]
pub struct TextKeeper {
    ledger: Arc<Ledger>,
    bodies: Bodies,
    /// Rows of a full segment that have no file yet, as far as they were read.
    old: Option<(u32, Table)>,
}

/// What is to be done next.
enum Job {
    Forget(u32),
    Write(u32, Arc<Table>),
    /// Some neighbouring files of a segment, by their places.
    Merge(u32, Range<usize>),
    /// The rows of a full segment from one on.
    Make(u32, u32),
}

impl TextKeeper {
    pub(in crate::ledger) fn new(ledger: Arc<Ledger>) -> Self {
        Self { ledger, bodies: Bodies::default(), old: None }
    }

    /// Does one thing that is to be done; `false` if there is none.
    ///
    /// # Errors
    /// What the disk said; the next call tries again.
    pub fn step(&mut self) -> io::Result<bool> {
        let ledger = Arc::clone(&self.ledger);
        let Some(text) = &ledger.text else { return Ok(false) };
        let kept = {
            let index = ledger.read();
            index.kept.segment as u32..index.segments.len() as u32
        };
        match text.job(kept.clone()) {
            None => return Ok(false),
            Some(Job::Forget(segment)) => {
                if segment < kept.start {
                    text.forget_late(kept.start);
                }
                ledger.forget_filters(&[segment as usize])?;
                // Rows that were read may say what is not in the log any more.
                self.old = self.old.take().filter(|old| old.0 != segment);
                let mut state = unpoisoned::write(&text.state);
                state.forgotten += 1;
                text.forget(&mut state, segment)?;
                state.suspects.retain(|suspect| *suspect != segment);
                if state.segment == segment {
                    // Its newest rows are read again from its beginning.
                    state.live.restart(0);
                }
                state.frozen = state.frozen.take().filter(|frozen| frozen.0 != segment);
            }
            Some(Job::Write(segment, table)) => text.write(segment, table)?,
            Some(Job::Merge(segment, some)) => {
                text.merge(segment, some, &|| ledger.is_stopping())?;
            }
            Some(Job::Make(segment, first)) => self.make(text, segment, first)?,
        }
        Ok(true)
    }

    /// Runs until [`Ledger::stop`].
    pub fn run(&mut self) {
        let ledger = Arc::clone(&self.ledger);
        take_turns(
            &ledger,
            IDLE_WAIT,
            "a file of the index of words cannot be made for now",
            || Ok((self.step()?, self.bodies.take_count())),
        );
    }

    /// Reads some rows of an old segment, and writes them once there are enough.
    fn make(&mut self, text: &TextIndex, segment: u32, filed: u32) -> io::Result<()> {
        let goes_on = |old: &(u32, Table)| old.0 == segment && old.1.rows().start == filed;
        let old = self.old.take().filter(goes_on);
        let (_, table) = self.old.insert(old.unwrap_or_else(|| (segment, Table::new(filed))));
        let stop = text.segment_rows().min(table.rows().end + STEP_ROWS);
        let bytes_max = text.config.table_bytes();
        while table.rows().end < stop && table.bytes() < bytes_max {
            self.bodies.read(&self.ledger, segment as usize, table.rows().end..stop)?;
            self.bodies.put(table);
        }
        if table.rows().end < text.segment_rows() && table.bytes() < bytes_max {
            return Ok(());
        }
        let file = text.write_table(segment, table)?;
        let mut state = unpoisoned::write(&text.state);
        // Somebody may have come first: the follower may have begun with this very segment.
        if state.filed(segment) == file.rows().start && !state.is_live(segment) {
            state.files.entry(segment).or_default().push(Arc::new(file));
        }
        self.old = None;
        Ok(())
    }
}

impl TextIndex {
    /// What is to be done next for the full segments that are kept.
    fn job(&self, kept: Range<u32>) -> Option<Job> {
        let state = unpoisoned::read(&self.state);
        if let Some((segment, _)) = state.files.first_key_value().filter(|it| *it.0 < kept.start) {
            return Some(Job::Forget(*segment));
        }
        if let Some(segment) = state.suspects.first() {
            return Some(Job::Forget(*segment));
        }
        if let Some((segment, table)) = &state.frozen {
            return Some(Job::Write(*segment, Arc::clone(table)));
        }
        for (segment, files) in state.files.iter().rev() {
            if let Some(some) = self.to_merge(files) {
                return Some(Job::Merge(*segment, some));
            }
        }
        // The newest are asked for most.
        let missing =
            |segment: &u32| state.filed(*segment) < self.segment_rows() && !state.is_live(*segment);
        let segment = kept.rev().find(missing)?;
        Some(Job::Make(segment, state.filed(segment)))
    }

    /// The neighbours among a segment's files that should be one.
    fn to_merge(&self, files: &[Arc<TextFile>]) -> Option<Range<usize>> {
        let last = files.last()?;
        if last.rows().end == self.segment_rows() && !last.is_whole() {
            return Some(0..files.len());
        }
        if files.len() < self.config.parts_max() {
            return None;
        }
        // The newest, and those before them that are not much larger than all of these: so each row is
        // written again only as often as its file doubles.
        let (mut first, mut bytes) = (files.len() - 1, last.bytes());
        while first > 0 && (files[first - 1].bytes() <= 2 * bytes || first + 1 == files.len()) {
            first -= 1;
            bytes += files[first].bytes();
        }
        Some(first..files.len())
    }

    fn write_table(&self, segment: u32, table: &Table) -> io::Result<TextFile> {
        let rows = table.rows();
        let name = self.name(segment, Some(rows.start));
        let mut writer = TextWriter::new(&*self.disk, name, rows)?;
        table.each_sorted(|term, places| writer.add(term, places))?;
        writer.finish()
    }

    fn write(&self, segment: u32, table: Arc<Table>) -> io::Result<()> {
        let file = Arc::new(self.write_table(segment, &table)?);
        let mut state = unpoisoned::write(&self.state);
        if state.filed(segment) == file.rows().start {
            state.files.entry(segment).or_default().push(file);
        }
        drop(table);
        let frozen = state.frozen.take().and_then(|(_, table)| Arc::into_inner(table));
        state.spare = state.spare.take().or(frozen);
        Ok(())
    }

    fn merge(
        &self,
        segment: u32,
        some: Range<usize>,
        stopping: &dyn Fn() -> bool,
    ) -> io::Result<()> {
        let files: Vec<Arc<TextFile>> = {
            let state = unpoisoned::read(&self.state);
            let files = state.files.get(&segment).and_then(|files| files.get(some.clone()));
            files.unwrap_or_default().to_vec()
        };
        let (Some(first), Some(last)) = (files.first(), files.last()) else { return Ok(()) };
        let rows = first.rows().start..last.rows().end;
        let whole = rows.len() as u32 == self.segment_rows();
        let name = self.name(segment, (!whole).then_some(rows.start));
        let mut writer = TextWriter::new(&*self.disk, name, rows)?;
        let inputs: Vec<&TextFile> = files.iter().map(|file| &**file).collect();
        let outcome = merge(&inputs, &mut writer, stopping).and_then(|()| writer.finish());
        let mut state = unpoisoned::write(&self.state);
        let merged = match outcome {
            Ok(merged) => Arc::new(merged),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                tracing::error!(%error, "a file of the index of words is damaged: it is made again");
                state.suspects.push(segment);
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        replace(&mut state, segment, some, merged);
        drop(state);
        // The first of them gave its name to the new one, unless that is of the whole segment.
        for file in files.iter().skip(usize::from(!whole)) {
            self.disk.remove(&self.name_of(segment, file).file())?;
        }
        Ok(())
    }
}

fn replace(state: &mut State, segment: u32, some: Range<usize>, merged: Arc<TextFile>) {
    if let Some(files) = state.files.get_mut(&segment).filter(|files| files.len() >= some.end) {
        files.splice(some, [merged]);
    }
}
