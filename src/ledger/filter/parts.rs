//! What filters are made of: the files of their segments, and every key in them.

use std::io;
use std::sync::Arc;

use super::keys::{KeyKind, Keys};
use crate::ledger::index::{Index, Numbers};
use crate::ledger::lists::{Listed, Lists};
use crate::ledger::run::Run;
use crate::ledger::sealer::{FROM, TO, number_run};
use crate::ledger::text::index::TextIndex;
use crate::ledger::text::whole::WholeWords;
use crate::spool::disk::Disk;
use crate::spool::error::OpenError;

/// The files of one segment.
#[derive(Clone, Debug)]
pub(in crate::ledger) struct FilterPart {
    numbers: Arc<Numbers>,
    lists: Arc<Lists>,
    words: Option<WholeWords>,
}

impl FilterPart {
    /// Those of a segment that is sorted and has its lists and, if there is an index of them, its words.
    pub(super) fn of(index: &Index, text: Option<&TextIndex>, segment: usize) -> Option<Self> {
        let full = index.segments.get(segment)?;
        let words = match text {
            Some(text) => Some(text.whole(segment as u32)?),
            None => None,
        };
        Some(Self {
            numbers: Arc::clone(full.numbers.as_ref()?),
            lists: Arc::clone(full.lists.as_ref()?),
            words,
        })
    }

    /// Opens those of a segment; `None` if something is missing that is made in the background.
    ///
    /// # Errors
    /// One of them is not as it was written, or what the disk said.
    pub(in crate::ledger) fn open(
        disk: &dyn Disk,
        directory_id: u64,
        segment: usize,
        with_words: bool,
    ) -> Result<Option<Self>, OpenError> {
        let open = |prefix| Run::open(disk, &number_run(prefix, directory_id, segment));
        let numbers = Numbers { to: open(TO)?, from: open(FROM)? };
        let Some(lists) = Lists::open(disk, directory_id, segment)? else { return Ok(None) };
        let mut words = None;
        if with_words {
            words = WholeWords::open(disk, directory_id, segment as u32)?;
            if words.is_none() {
                return Ok(None);
            }
        }
        Ok(Some(Self { numbers: Arc::new(numbers), lists: Arc::new(lists), words }))
    }

    /// Calls a function with every key that the segment has, some more than once.
    ///
    /// # Errors
    /// `InvalidData` if a file is not as it was written, or what the disk said.
    pub(super) fn each_key(&self, keys: Keys, mut each: impl FnMut(u64)) -> io::Result<()> {
        self.numbers.to.each_key(&mut |key| each(keys.number(KeyKind::To, key)))?;
        self.numbers.from.each_key(&mut |key| each(keys.number(KeyKind::From, key)))?;
        for (list, kind) in [(Listed::Reference, KeyKind::Reference), (Listed::Tag, KeyKind::Tag)] {
            self.lists.each_key(list, &mut |key| each(keys.number(kind, u64::from(key))))?;
        }
        let Some(words) = &self.words else { return Ok(()) };
        words.each(&mut |word| each(keys.word(word)))
    }
}
