//! A compressed file of the log, read as the file it was made of.
//!
//! **Invariants**: what is read is what was written, or is known not to be: a block that does not match its
//! checksum reads as zeros, which are no frame, so that whoever walks the log meets the damage where it is.
//! Memory is four octets for each block of the file.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::block::{BLOCK_HEADER_BYTES, BlockHeader, sound, unpack};
use super::blocks::Blocks;
use super::layout::{ENTRY_BYTES, FOOTER_BYTES, Footer, Place};
use super::mend::mend;
use crate::spool::disk::{DiskFile, read_exact_at};
use crate::spool::stamp::STAMP_BYTES;

/// Where a block is that is not there.
pub(super) const MISSING: u32 = u32::MAX;

/// Where the blocks of a file are.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Table {
    pub(super) block_bytes: u32,
    /// Octets of log.
    pub(super) length: u64,
    /// Octets behind the stamp at which each block begins, or [`MISSING`].
    pub(super) starts: Vec<u32>,
    /// The octet behind the last block.
    pub(super) end: u64,
}

/// A compressed file.
#[derive(Debug)]
pub(in crate::spool) struct ColdFile {
    pub(super) file: Arc<dyn DiskFile>,
    pub(super) place: Place,
    pub(super) table: Table,
    /// Whether the table was found as it was written.
    pub(super) intact: bool,
    bytes: u64,
    blocks: Arc<Blocks>,
    number: u64,
    /// Whether damage was told.
    told: AtomicBool,
}

impl ColdFile {
    /// Opens a file that is known to be compressed. With a damaged table all of it is read in search of the blocks.
    pub(in crate::spool) fn open(
        file: Arc<dyn DiskFile>,
        place: Place,
        blocks: &Arc<Blocks>,
    ) -> io::Result<Self> {
        let bytes = file.len_bytes()?;
        let read = Table::read(&*file, bytes, place)?;
        let intact = read.is_some();
        let table = match read {
            Some(table) => table,
            None => {
                tracing::warn!(base = %place.base, "a compressed file of the log has lost its table: it is read whole");
                mend(&*file, bytes, place)?
            }
        };
        let (blocks, number) = (Arc::clone(blocks), blocks.file_number());
        let told = AtomicBool::new(false);
        Ok(Self { file, place, table, intact, bytes, blocks, number, told })
    }

    /// Opens a file whose stamp is damaged, if what is left of it says that it is compressed.
    pub(in crate::spool) fn unstamped(
        file: Arc<dyn DiskFile>,
        place: Place,
        blocks: &Arc<Blocks>,
    ) -> io::Result<Option<Self>> {
        let bytes = file.len_bytes()?;
        let mut first = [0; STAMP_BYTES + BLOCK_HEADER_BYTES];
        let count = file.read_at(&mut first, 0)?;
        let header = first[..count].get(STAMP_BYTES..).unwrap_or_default();
        let is_one = BlockHeader::parse(header, place).is_some()
            || Table::read(&*file, bytes, place)?.is_some();
        if is_one { Self::open(file, place, blocks).map(Some) } else { Ok(None) }
    }

    /// Whether it was found as it was written, with so many octets of log; its blocks are not looked at.
    pub(in crate::spool) const fn is_whole(&self, length: u64) -> bool {
        self.intact && self.table.length == length
    }

    /// Octets of log in it.
    pub(in crate::spool) const fn length(&self) -> u64 {
        self.table.length
    }

    /// Octets it takes.
    pub(in crate::spool) const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Octets of log in a block.
    pub(in crate::spool) const fn block_bytes(&self) -> u32 {
        self.table.block_bytes
    }

    /// The octet of the file at which the block begins that has an octet of the log.
    pub(in crate::spool) fn block_offset(&self, log_offset: u64) -> u64 {
        let number = log_offset / u64::from(self.table.block_bytes.max(1));
        let start = usize::try_from(number).ok().and_then(|at| self.table.starts.get(at));
        let start = start.filter(|start| **start != MISSING);
        start.map_or(self.table.end, |start| STAMP_BYTES as u64 + u64::from(*start))
    }

    /// Reads as `read_at` does, but only up to the first octet that is not as it was written.
    pub(in crate::spool) fn read_sound(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        self.read(buffer, offset, true)
    }

    fn read(&self, buffer: &mut [u8], offset: u64, sound_only: bool) -> io::Result<usize> {
        let stamp = self.place.plain_stamp().encode();
        let end = STAMP_BYTES as u64 + self.table.length;
        let room = usize::try_from(end.saturating_sub(offset)).unwrap_or(usize::MAX);
        let wanted = buffer.len().min(room);
        // Who reads much reads it once: nothing of it is kept.
        let keeps = wanted < 2 * self.table.block_bytes as usize;
        let mut done = 0;
        while done < wanted {
            let (at, rest) = (offset + done as u64, &mut buffer[done..wanted]);
            if at < STAMP_BYTES as u64 {
                let there = &stamp[at as usize..];
                let count = there.len().min(rest.len());
                rest[..count].copy_from_slice(&there[..count]);
                done += count;
                continue;
            }
            let log_at = at - STAMP_BYTES as u64;
            let block_bytes = u64::from(self.table.block_bytes);
            let (number, inside) = ((log_at / block_bytes) as u32, (log_at % block_bytes) as usize);
            let count = rest.len().min(self.table.block_length(number) - inside);
            if !self.copy(number, inside, &mut rest[..count], keeps)? {
                if sound_only {
                    return Ok(done);
                }
                rest[..count].fill(0);
            }
            done += count;
        }
        Ok(wanted)
    }

    /// Copies octets of a block; `false` if it is damaged.
    fn copy(&self, number: u32, inside: usize, out: &mut [u8], keeps: bool) -> io::Result<bool> {
        let length = self.table.block_length(number);
        if !keeps && out.len() == length {
            return self.fill(number, out);
        }
        let name = (self.number, number);
        let block = match self.blocks.get(name) {
            Some(block) => block,
            None => {
                let mut octets = vec![0; length];
                if !self.fill(number, &mut octets)? {
                    return Ok(false);
                }
                let block = Arc::from(octets);
                self.blocks.keep(name, &block);
                block
            }
        };
        let Some(there) = block.get(inside..inside + out.len()) else { return Ok(false) };
        out.copy_from_slice(there);
        Ok(true)
    }

    /// Reads a whole block; `false` if it is damaged.
    fn fill(&self, number: u32, out: &mut [u8]) -> io::Result<bool> {
        let mut block = Vec::new();
        self.stored(number, &mut block)?;
        let sound = match sound(&block, self.place, number, out.len()) {
            Some(stored) => self.blocks.with_unpacker(|it| unpack(it, stored, out))?,
            None => false,
        };
        if !sound && !self.told.swap(true, Ordering::Relaxed) {
            let at = self.block_offset(u64::from(number) * u64::from(self.table.block_bytes));
            tracing::warn!(base = %self.place.base, number, at, "a block of a compressed file of the log is damaged");
        }
        Ok(sound)
    }

    /// Reads a block as it lies in the file; nothing if it is not there.
    pub(super) fn stored(&self, number: u32, out: &mut Vec<u8>) -> io::Result<()> {
        out.clear();
        let starts = self.table.starts.get(number as usize..).unwrap_or_default();
        let Some((&start, behind)) = starts.split_first().filter(|(start, _)| **start != MISSING)
        else {
            return Ok(());
        };
        let start = STAMP_BYTES as u64 + u64::from(start);
        let next = behind.iter().find(|next| **next != MISSING);
        let end = next.map_or(self.table.end, |next| STAMP_BYTES as u64 + u64::from(*next));
        let most = BLOCK_HEADER_BYTES + self.table.block_length(number);
        out.resize(most.min(usize::try_from(end.saturating_sub(start)).unwrap_or(most)), 0);
        let count = self.file.read_at(out, start)?;
        out.truncate(count);
        Ok(())
    }
}

impl Table {
    /// Octets of log in a block.
    pub(super) fn block_length(&self, number: u32) -> usize {
        let first = u64::from(number) * u64::from(self.block_bytes);
        self.length.saturating_sub(first).min(u64::from(self.block_bytes)) as usize
    }

    /// Reads the table of a file of so many octets; `None` if it or the footer is not as it was written.
    fn read(file: &dyn DiskFile, bytes: u64, place: Place) -> io::Result<Option<Self>> {
        let Some(footer_at) = bytes.checked_sub(FOOTER_BYTES as u64) else { return Ok(None) };
        let mut footer = [0; FOOTER_BYTES];
        read_exact_at(file, &mut footer, footer_at)?;
        let Some(footer) = Footer::decode(&footer, place) else { return Ok(None) };
        let table_bytes = footer.blocks as usize * ENTRY_BYTES;
        let Some(end) = footer_at.checked_sub(table_bytes as u64) else { return Ok(None) };
        let mut octets = vec![0; table_bytes];
        read_exact_at(file, &mut octets, end)?;
        if place.checksum(&octets) != footer.table_crc {
            return Ok(None);
        }
        let starts = octets.as_chunks::<ENTRY_BYTES>().0.iter();
        let starts = starts.map(|entry| u32::from_le_bytes(*entry)).collect();
        let Footer { block_bytes, length, .. } = footer;
        Ok(Some(Self { block_bytes, length, starts, end }))
    }
}

fn read_only<T>() -> io::Result<T> {
    Err(io::ErrorKind::ReadOnlyFilesystem.into())
}

impl DiskFile for ColdFile {
    fn len_bytes(&self) -> io::Result<u64> {
        Ok(STAMP_BYTES as u64 + self.table.length)
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        self.read(buffer, offset, false)
    }

    fn write_at(&self, _: &[u8], _: u64) -> io::Result<()> {
        read_only()
    }

    fn sync_data(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    fn allocate(&self, _: u64) -> io::Result<()> {
        read_only()
    }

    /// Nothing: there is no room behind its end, and the base of the next file says where it ends.
    fn set_len(&self, _: u64) -> io::Result<()> {
        Ok(())
    }
}
