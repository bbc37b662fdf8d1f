//! What there is of the index: files for the rows of the past, tables for the newest.
//!
//! **Invariants**: the files of a segment follow one another without a gap from its first row; behind them
//! come the table that is being written and the one that is being filled. The lock is held for a batch of
//! rows, a few steps of a search, or to put a file in its place, and never while anything is read.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, RwLock};

use super::cache::PageCache;
use super::config::TextConfig;
use super::file::{TextFile, TextName};
use super::late::Late;
use super::stats::TextStats;
use super::table::Table;
use super::turns::Pace;
use crate::base::id::MessageOrd;
use crate::ledger::config::Geometry;
use crate::spool::disk::Disk;
use crate::spool::error::OpenError;
use crate::spool::unpoisoned;

/// The index of words of a directory.
#[derive(Debug)]
pub(in crate::ledger) struct TextIndex {
    pub(super) config: TextConfig,
    pub(super) directory_id: u64,
    pub(super) geometry: Geometry,
    pub(super) disk: Arc<dyn Disk>,
    pub(super) cache: PageCache,
    pub(super) pace: Pace,
    pub(super) state: RwLock<State>,
    /// Messages whose text is another one now.
    pub(super) late: Mutex<Late>,
}

#[derive(Debug)]
pub(super) struct State {
    /// The files of each segment, oldest rows first.
    pub(super) files: BTreeMap<u32, Vec<Arc<TextFile>>>,
    /// A table that is complete and being written.
    pub(super) frozen: Option<(u32, Arc<Table>)>,
    /// The segment of the newest rows, and their words.
    pub(super) segment: u32,
    pub(super) live: Table,
    /// The memory of a table that was written.
    pub(super) spare: Option<Table>,
    /// Segments in whose files a search met damage.
    pub(super) suspects: Vec<u32>,
    /// How often segments were forgotten: rows that were read before are not added after.
    pub(super) forgotten: u64,
}

impl State {
    /// Rows of a segment from the first on that files hold.
    pub(super) fn filed(&self, segment: u32) -> u32 {
        let files = self.files.get(&segment);
        files.and_then(|files| files.last()).map_or(0, |file| file.rows().end)
    }

    /// Whether tables hold rows of a segment.
    pub(super) fn is_live(&self, segment: u32) -> bool {
        self.segment == segment || self.frozen.as_ref().is_some_and(|frozen| frozen.0 == segment)
    }
}

impl TextIndex {
    /// Opens the files of a directory. Damaged ones, those of another version and what is left of a merge
    /// are removed: they are made again.
    pub(in crate::ledger) fn open(
        disk: Arc<dyn Disk>,
        directory_id: u64,
        geometry: Geometry,
        config: TextConfig,
    ) -> Result<Self, OpenError> {
        let names = disk.list().map_err(|error| OpenError::io(&disk.place(), error))?;
        let mut found: Vec<TextName> =
            names.iter().filter_map(|name| TextName::parse(name, directory_id)).collect();
        // A whole file comes before the parts it was made of.
        found.sort_by_key(|name| (name.segment, name.part));
        let mut files: BTreeMap<u32, Vec<Arc<TextFile>>> = BTreeMap::new();
        for name in found {
            let parts = files.entry(name.segment).or_default();
            let filed = parts.last().map_or(0, |file| file.rows().end);
            match TextFile::open(&*disk, &name) {
                Ok(file) if file.rows().start == filed && fits(&file, &name, geometry) => {
                    parts.push(Arc::new(file));
                }
                Err(error @ OpenError::Io { .. }) => return Err(error),
                outcome => {
                    let file = name.file();
                    if let Err(error) = outcome {
                        tracing::warn!(%error, "a file of the index of words is made again");
                    }
                    disk.remove(&file).map_err(|error| OpenError::io(&file, error))?;
                }
            }
        }
        let state = State {
            files,
            frozen: None,
            segment: 0,
            live: Table::new(0),
            spare: None,
            suspects: Vec::new(),
            forgotten: 0,
        };
        let (cache, state) = (PageCache::new(config.cache_bytes), RwLock::new(state));
        let late = Late::open(&*disk, directory_id);
        let late = Mutex::new(late.map_err(|error| OpenError::io(&disk.place(), error))?);
        let pace = Pace::new(config.rows_per_second);
        Ok(Self { config, directory_id, geometry, disk, cache, pace, state, late })
    }

    /// Begins at the newest segment of a directory with messages up to one. Files that know later ones, which
    /// were lost with a damaged log, are removed.
    pub(in crate::ledger) fn begin(&self, next_ord: MessageOrd) -> io::Result<()> {
        let mut state = unpoisoned::write(&self.state);
        let newest = self.geometry.segment(next_ord) as u32;
        let rows = self.geometry.row(next_ord) as u32;
        let too_new = |segment: u32, end| segment > newest || segment == newest && end > rows;
        let mut gone: Vec<u32> = state.files.keys().copied().collect();
        gone.retain(|&segment| too_new(segment, state.filed(segment)));
        for segment in gone {
            self.forget(&mut state, segment)?;
        }
        state.segment = newest;
        let filed = state.filed(newest);
        state.live.restart(filed);
        Ok(())
    }

    /// Removes the files of a segment.
    pub(super) fn forget(&self, state: &mut State, segment: u32) -> io::Result<()> {
        for file in state.files.remove(&segment).into_iter().flatten() {
            self.disk.remove(&self.name_of(segment, &file).file())?;
        }
        Ok(())
    }

    /// Has the words of segments forgotten and made again.
    pub(in crate::ledger) fn make_again(&self, segments: &[usize]) {
        let mut state = unpoisoned::write(&self.state);
        for segment in segments.iter().map(|segment| *segment as u32) {
            if !state.suspects.contains(&segment) {
                state.suspects.push(segment);
            }
        }
    }

    /// Whether the words of one of some segments are still to be forgotten.
    pub(in crate::ledger) fn is_to_be_made(&self, segments: &[usize]) -> bool {
        let state = unpoisoned::read(&self.state);
        segments.iter().any(|segment| state.suspects.contains(&(*segment as u32)))
    }

    pub(super) fn name(&self, segment: u32, part: Option<u32>) -> TextName {
        TextName { directory_id: self.directory_id, segment, part }
    }

    pub(super) fn name_of(&self, segment: u32, file: &TextFile) -> TextName {
        self.name(segment, (!file.is_whole()).then_some(file.rows().start))
    }

    /// Rows of a full segment.
    pub(super) const fn segment_rows(&self) -> u32 {
        self.geometry.rows() as u32
    }

    /// Figures of it.
    pub(in crate::ledger) fn stats(&self) -> TextStats {
        let state = unpoisoned::read(&self.state);
        let files = || state.files.values().flatten();
        let frozen = state.frozen.as_ref().map(|(_, table)| &**table);
        let tables = || frozen.into_iter().chain([&state.live]);
        let filed: u64 = files().map(|file| file.rows().len() as u64).sum();
        let live_end = state.live.rows().end as usize;
        TextStats {
            messages: filed + tables().map(|table| table.rows().len() as u64).sum::<u64>(),
            next_ord: self.geometry.ord(state.segment as usize, live_end).0,
            segments: files().filter(|file| file.is_whole()).count() as u64,
            files: files().count() as u64,
            file_bytes: files().map(|file| file.bytes()).sum(),
            table_bytes: tables().map(|table| table.bytes() as u64).sum(),
        }
    }
}

/// Whether a file has rows that its segment has.
fn fits(file: &TextFile, name: &TextName, geometry: Geometry) -> bool {
    let (rows, end) = (geometry.rows() as u32, file.rows().end);
    if name.part.is_none() { end == rows } else { end <= rows && !file.rows().is_empty() }
}
