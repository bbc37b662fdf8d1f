//! What is wrong with a compressed file, block by block.

use std::io;

use super::block::sound;
use super::file::ColdFile;
use crate::spool::stamp::STAMP_BYTES;

/// Something that is not as it was written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::spool) struct Fault {
    /// The octet of the file.
    pub(in crate::spool) offset: u64,
    /// What it is, for people.
    pub(in crate::spool) what: String,
}

impl ColdFile {
    /// Reads every block, and calls a function with each fault.
    pub(in crate::spool) fn faults(&self, told: &mut dyn FnMut(Fault)) -> io::Result<()> {
        let mut stamp = [0; STAMP_BYTES];
        let count = self.file.read_at(&mut stamp, 0)?;
        if count < STAMP_BYTES || stamp != self.place.cold_stamp() {
            let what = "its first 64 octets are not those it was given".to_owned();
            told(Fault { offset: 0, what });
        }
        if !self.intact {
            let what = "the table of its blocks, or the footer behind it, is not as it was written";
            told(Fault { offset: self.table.end, what: what.to_owned() });
        }
        let mut block = Vec::new();
        for number in 0..self.table.starts.len() as u32 {
            self.stored(number, &mut block)?;
            let length = self.table.block_length(number);
            if sound(&block, self.place, number, length).is_some() {
                continue;
            }
            let from = u64::from(number) * u64::from(self.table.block_bytes);
            let first = self.place.base.plus(from);
            let what = format!(
                "block {number}, LSN {first} to {}, is not as it was written",
                first.plus(length as u64)
            );
            told(Fault { offset: self.block_offset(from), what });
        }
        Ok(())
    }
}
