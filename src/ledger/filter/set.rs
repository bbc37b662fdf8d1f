//! The filters of a directory: which there are, which are to be made, and which count no more.
//!
//! **Invariants**: there are filters of segments only while nothing that they were made of is changed or made
//! again: whoever does that has them forgotten first, and what is being made meanwhile is not taken.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, RwLock};

use super::build::Build;
use super::file::{FilterFile, FilterName};
use super::keys::{Keys, Shape};
use super::parts::FilterPart;
use crate::ledger::config::LedgerConfig;
use crate::ledger::identity::Identity;
use crate::ledger::store::Ledger;
use crate::ledger::text::config::LAYOUT as WORDS_LAYOUT;
use crate::ledger::text::index::TextIndex;
use crate::spool::disk::{Disk, UNFINISHED_PREFIX};
use crate::spool::error::OpenError;
use crate::spool::unpoisoned;

/// The filters that there are.
#[derive(Debug)]
pub(in crate::ledger) struct Filters {
    shape: Shape,
    pub(super) keys: Keys,
    /// Segments of a file.
    count: usize,
    files: RwLock<BTreeMap<usize, Arc<FilterFile>>>,
    /// How often some were forgotten. Held while a file gets or loses its name.
    forgotten: Mutex<u64>,
}

/// Filters that are being made, since some were forgotten so often.
#[derive(Debug)]
pub(in crate::ledger) struct Making(Build, u64);

impl Filters {
    /// Opens the files of a directory. Those that do not fit what they are of are removed: they are made again.
    pub(in crate::ledger) fn open(
        disk: &dyn Disk,
        config: &LedgerConfig,
        identity: Identity,
        text: Option<&TextIndex>,
        kept: usize,
    ) -> Result<Self, OpenError> {
        let shape = Shape::of(config.geometry());
        let count = config.filter_segments as usize;
        let names = disk.list().map_err(|error| OpenError::io(&disk.place(), error))?;
        let mut files = BTreeMap::new();
        let parse = |file: &String| FilterName::parse(file, identity.directory_id);
        for name in names.iter().filter_map(parse) {
            let fits = |file: &FilterFile| {
                let whole = |text: &TextIndex| {
                    let mut asked = name.segments().filter(|segment| *segment >= kept);
                    file.words == WORDS_LAYOUT && asked.all(|it| text.whole(it as u32).is_some())
                };
                name.count == count && text.is_none_or(whole)
            };
            match FilterFile::open(disk, name, shape) {
                Ok(file) if fits(&file) => {
                    files.insert(name.first, Arc::new(file));
                }
                Err(error @ (OpenError::Io { .. } | OpenError::Version { .. }))
                    if !is_cut(&error) =>
                {
                    return Err(error);
                }
                outcome => {
                    let file = name.file();
                    if let Err(error) = outcome {
                        tracing::warn!(%error, "filters of segments are made again");
                    }
                    disk.remove(&file).map_err(|error| OpenError::io(&file, error))?;
                }
            }
        }
        let (keys, files) = (Keys::new(identity.id_key), RwLock::new(files));
        Ok(Self { shape, keys, count, files, forgotten: Mutex::new(0) })
    }

    /// Those that a segment is among.
    pub(in crate::ledger) fn of(&self, segment: usize) -> Option<Arc<FilterFile>> {
        unpoisoned::read(&self.files).get(&(segment - segment % self.count)).cloned()
    }

    /// How many files there are.
    pub(in crate::ledger) fn count(&self) -> usize {
        unpoisoned::read(&self.files).len()
    }

    /// Forgets those that some segments are among, and what is being made.
    pub(in crate::ledger) fn forget(
        &self,
        disk: &dyn Disk,
        directory_id: u64,
        segments: &[usize],
    ) -> io::Result<()> {
        let mut forgotten = unpoisoned::lock(&self.forgotten);
        *forgotten += 1;
        for segment in segments {
            let first = segment - segment % self.count;
            unpoisoned::write(&self.files).remove(&first);
            let name = FilterName { directory_id, first, count: self.count };
            match disk.remove(&name.file()) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                outcome => outcome?,
            }
        }
        Ok(())
    }

    /// Lets go of those that have no segment from one on; their files are removed by who removes what is not
    /// kept.
    pub(in crate::ledger) fn release_before(&self, kept: usize) {
        unpoisoned::write(&self.files).retain(|_, file| file.name().segments().end > kept);
    }
}

/// Whether a file ends before its stamp does.
fn is_cut(error: &OpenError) -> bool {
    matches!(error, OpenError::Io { source, .. } if source.kind() == io::ErrorKind::UnexpectedEof)
}

impl Ledger {
    /// Does some of the work of making filters; `false` if there is none.
    ///
    /// # Errors
    /// What the disk said. What was begun is forgotten.
    pub(in crate::ledger) fn make_filters(&self, making: &mut Option<Making>) -> io::Result<bool> {
        let Some(Making(mut build, begun)) = making.take() else {
            *making = self.begin_filters()?;
            return Ok(making.is_some());
        };
        if *unpoisoned::lock(&self.filters.forgotten) != begun {
            return Ok(true);
        }
        if build.step()? {
            *making = Some(Making(build, begun));
            return Ok(true);
        }
        let name = *build.name();
        let made = Arc::new(build.finish()?);
        let forgotten = unpoisoned::lock(&self.filters.forgotten);
        if *forgotten == begun {
            let file = name.file();
            self.disk.rename(&format!("{UNFINISHED_PREFIX}{file}"), &file)?;
            self.disk.sync_dir()?;
            unpoisoned::write(&self.filters.files).insert(name.first, made);
        }
        Ok(true)
    }

    /// Begins with the newest segments that have all they need and no filters.
    fn begin_filters(&self) -> io::Result<Option<Making>> {
        let filters = &self.filters;
        let begun = *unpoisoned::lock(&filters.forgotten);
        let (directory_id, count) = (self.identity.directory_id, filters.count);
        let found = {
            let index = self.read();
            let (kept, full) = (index.kept_segment(), index.segments.len());
            let groups = (kept / count..full / count).rev().map(|group| group * count);
            let mut ready =
                groups.filter(|first| filters.of(*first).is_none()).filter_map(|first| {
                    let part = |segment| match segment < kept {
                        true => Some(None),
                        false => FilterPart::of(&index, self.text.as_ref(), segment).map(Some),
                    };
                    let parts = (first..first + count).map(part).collect::<Option<Vec<_>>>()?;
                    Some((first, parts))
                });
            ready.next()
        };
        let Some((first, parts)) = found else { return Ok(None) };
        let name = FilterName { directory_id, first, count };
        let parts = (parts, self.text.is_some());
        let build = Build::begin(&*self.disk, name, filters.shape, filters.keys, parts)?;
        Ok(Some(Making(build, begun)))
    }

    /// Has the filters of segments forgotten, of which something is changed or made again.
    pub(in crate::ledger) fn forget_filters(&self, segments: &[usize]) -> io::Result<()> {
        self.filters.forget(&*self.disk, self.identity.directory_id, segments)
    }

    /// How many files of filters there are.
    pub fn filter_files(&self) -> usize {
        self.filters.count()
    }
}
