//! Writing a compressed file from the first octet of log to its footer.

use std::io;
use std::sync::Arc;

use super::block::Packer;
use super::layout::{BLOCK_BYTES, Footer, LENGTH_MAX, Place, too_long};
use crate::spool::disk::{DiskFile, Paced};
use crate::spool::stamp::STAMP_BYTES;

/// Octets gathered before they are written.
const WRITE_BYTES: usize = 256 << 10;

/// A file that is being written.
pub(in crate::spool) struct ColdWriter {
    file: Arc<dyn DiskFile>,
    place: Place,
    block_bytes: u32,
    packer: Packer,
    /// Octets of log that are no block yet.
    held: Vec<u8>,
    /// Octets of the file that are not written yet, and where they go.
    out: Vec<u8>,
    at: u64,
    starts: Vec<u32>,
    length: u64,
    paced: Paced,
}

impl ColdWriter {
    /// Begins a file that is empty.
    pub(in crate::spool) fn new(
        file: Arc<dyn DiskFile>,
        place: Place,
        block_bytes: u32,
        paced: Paced,
    ) -> io::Result<Self> {
        let block_bytes = block_bytes.clamp(*BLOCK_BYTES.start(), *BLOCK_BYTES.end());
        Ok(Self {
            file,
            place,
            block_bytes,
            packer: Packer::new()?,
            held: Vec::new(),
            out: place.cold_stamp().to_vec(),
            at: 0,
            starts: Vec::new(),
            length: 0,
            paced,
        })
    }

    /// Appends octets of log.
    pub(in crate::spool) fn put(&mut self, mut octets: &[u8]) -> io::Result<()> {
        self.length += octets.len() as u64;
        if self.length > LENGTH_MAX {
            return Err(too_long());
        }
        while !octets.is_empty() {
            let room = self.block_bytes as usize - self.held.len();
            let (now, later) = octets.split_at(room.min(octets.len()));
            self.held.extend_from_slice(now);
            octets = later;
            if self.held.len() == self.block_bytes as usize {
                self.end_block()?;
            }
        }
        Ok(())
    }

    /// Octets that the file has so far.
    pub(in crate::spool) const fn bytes(&self) -> u64 {
        self.at + self.out.len() as u64
    }

    /// Writes the rest, the table and the footer, and has all of it on disk.
    pub(in crate::spool) fn finish(mut self) -> io::Result<()> {
        if !self.held.is_empty() {
            self.end_block()?;
        }
        let table: Vec<u8> = self.starts.iter().flat_map(|start| start.to_le_bytes()).collect();
        let footer = Footer {
            block_bytes: self.block_bytes,
            length: self.length,
            blocks: self.starts.len() as u32,
            table_crc: self.place.checksum(&table),
        };
        self.out.extend_from_slice(&table);
        self.out.extend_from_slice(&footer.encode(self.place));
        self.write()?;
        self.file.sync_data()
    }

    fn end_block(&mut self) -> io::Result<()> {
        let start = u32::try_from(self.bytes() - STAMP_BYTES as u64).map_err(|_| too_long())?;
        self.packer.pack(self.place, self.starts.len() as u32, &self.held, &mut self.out)?;
        self.starts.push(start);
        self.held.clear();
        if self.out.len() < WRITE_BYTES { Ok(()) } else { self.write() }
    }

    fn write(&mut self) -> io::Result<()> {
        self.paced.write_at(&*self.file, &self.out, self.at)?;
        self.at += self.out.len() as u64;
        self.out.clear();
        Ok(())
    }
}
