//! The words of a whole segment, once they are one file.

use std::io;
use std::sync::Arc;

use super::file::{Source, TextFile, TextName};
use super::index::TextIndex;
use super::node::Node;
use crate::spool::disk::Disk;
use crate::spool::error::OpenError;
use crate::spool::unpoisoned;

/// The file of a segment's words.
#[derive(Clone, Debug)]
pub(in crate::ledger) struct WholeWords(Arc<TextFile>);

impl WholeWords {
    /// Opens the file of a segment; `None` if its words are not one file.
    ///
    /// # Errors
    /// It is not as it was written, or what the disk said.
    pub(in crate::ledger) fn open(
        disk: &dyn Disk,
        directory_id: u64,
        segment: u32,
    ) -> Result<Option<Self>, OpenError> {
        match TextFile::open(disk, &TextName { directory_id, segment, part: None }) {
            Ok(file) => Ok(Some(Self(Arc::new(file)))),
            Err(OpenError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Calls a function with every word.
    ///
    /// # Errors
    /// `InvalidData` if a page is not as it was written, or what the disk said.
    pub(in crate::ledger) fn each(&self, each: &mut dyn FnMut(&[u8])) -> io::Result<()> {
        let mut leaves = Source::plain();
        for at in 0.. {
            let Some((number, page)) = self.0.leaf(&mut leaves, at)? else { break };
            let damaged = || self.0.damaged_page(number);
            let mut node = Node::new(&page, true).ok_or_else(damaged)?;
            while node.goes_on() {
                node.next().ok_or_else(damaged)?;
                each(node.term());
            }
        }
        Ok(())
    }
}

impl TextIndex {
    /// The words of a segment, if they are one file in which no damage was met.
    pub(in crate::ledger) fn whole(&self, segment: u32) -> Option<WholeWords> {
        let state = unpoisoned::read(&self.state);
        match state.files.get(&segment).map(Vec::as_slice) {
            Some([file]) if file.is_whole() && !state.suspects.contains(&segment) => {
                Some(WholeWords(Arc::clone(file)))
            }
            _ => None,
        }
    }
}
