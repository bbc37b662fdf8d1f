//! Taking numbers out of what is sorted by them: the columns of a segment, its sorted numbers, its words.
//!
//! Columns are written in their places: a row is eight octets of each, and a crash in between has the pass begin
//! again. Sorted numbers are made anew from the columns, and words from the log, which is blank by then.

use std::io;
use std::sync::Arc;

use crate::ledger::columns;
use crate::ledger::listing::Unlisted;
use crate::ledger::lists;
use crate::ledger::marks::MarkFile;
use crate::ledger::store::Ledger;
use crate::message::address::Address;
use crate::spool::disk::DiskFile;
use crate::spool::unpoisoned;

/// Where the columns of a segment are.
enum Place {
    /// Only in memory, and perhaps as far as the last checkpoint in a file.
    Tail,
    Sorted(Unlisted),
    /// Full and not sorted yet, or without lists: somebody reads them.
    Busy,
    Gone,
}

impl Ledger {
    /// Takes the numbers of rows out of a segment; `false` while it is being sorted.
    pub(super) fn blank_rows(&self, segment: usize, rows: &[usize]) -> io::Result<bool> {
        match self.blank_in_memory(segment, rows) {
            Place::Busy => Ok(false),
            Place::Gone => Ok(true),
            Place::Tail => {
                match self.disk.open(&columns::file_name(segment)) {
                    Ok(file) => self.blank_in_file(&*file, rows)?,
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    Err(error) => return Err(error),
                }
                let (id, geometry) = (self.identity.directory_id, self.config.geometry());
                let marks = MarkFile::open(&*self.disk, id, segment, geometry);
                let marks = marks.map_err(|error| io::Error::other(error.to_string()))?;
                marks.map_or(Ok(()), |marks| marks.blank(rows))?;
                Ok(true)
            }
            Place::Sorted(files) => {
                self.blank_in_file(&*files.columns, rows)?;
                files.marks.as_ref().map_or(Ok(()), |marks| marks.blank(rows))?;
                self.forget_filters(&[segment])?;
                self.sort_again(&files)?;
                Ok(true)
            }
        }
    }

    /// Sorts a segment anew, in the place of what was made of what it had.
    fn sort_again(&self, files: &Unlisted) -> io::Result<()> {
        let columns = files.read(self.config.geometry())?;
        let mut scratch = unpoisoned::lock(&self.sealing);
        let (numbers, lists) = self.sort_segment(files.segment, &columns, &mut scratch)?;
        drop(scratch);
        if lists.is_none() {
            // The sealer makes them of the log, which is blank.
            match self.disk.remove(&lists::file_name(files.segment)) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                outcome => outcome?,
            }
        }
        let mut index = unpoisoned::write(&self.index);
        if files.segment >= index.kept_segment() {
            index.segments[files.segment].numbers = Some(Arc::new(numbers));
            index.listed(files.segment, lists);
        }
        Ok(())
    }

    fn blank_in_memory(&self, segment: usize, rows: &[usize]) -> Place {
        let mut index = unpoisoned::write(&self.index);
        if segment < index.kept_segment() || segment > index.segments.len() {
            return Place::Gone;
        }
        match index.segments.get(segment) {
            None => {
                index.tail.blank(rows, Address::default().key());
                Place::Tail
            }
            Some(full) => match (&full.columns, &full.file, &full.numbers, &full.lists) {
                (None, Some(file), Some(_), Some(_)) => Place::Sorted(Unlisted {
                    segment,
                    columns: Arc::clone(file),
                    marks: full.marks.clone(),
                    marked_from: index.marked_from,
                }),
                _ => Place::Busy,
            },
        }
    }

    fn blank_in_file(&self, file: &dyn DiskFile, rows: &[usize]) -> io::Result<()> {
        columns::blank_in_file(file, self.config.geometry(), rows, Address::default().key())?;
        file.sync_data()
    }

    /// Has the words of segments made again from the log; without an index of words, removes what an earlier
    /// one has left.
    pub(super) fn make_words_again(&self, segments: &[usize]) -> io::Result<()> {
        if let Some(text) = &self.text {
            text.make_again(segments);
            return self.forget_filters(segments);
        }
        for name in self.disk.list()? {
            let Some(digits) = name.strip_prefix("text-") else { continue };
            let segment = digits.split('-').next().unwrap_or_default();
            let segment = usize::from_str_radix(segment, 16);
            if segment.is_ok_and(|segment| segments.contains(&segment)) {
                self.disk.remove(&name)?;
            }
        }
        self.forget_filters(segments)
    }

    /// Whether the old words of segments are gone, from memory and from the disk.
    pub(super) fn words_are_gone(&self, segments: &[usize]) -> io::Result<bool> {
        if self.text.as_ref().is_some_and(|text| text.is_to_be_made(segments)) {
            return Ok(false);
        }
        // Their files were removed: so that they do not come back.
        self.disk.sync_dir()?;
        Ok(true)
    }
}
