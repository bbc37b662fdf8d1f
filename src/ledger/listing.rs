//! Making the lists of a full segment: of its columns, and of its records where rows have no marks.
//!
//! New segments get their lists when they are sealed. Those of a former version, and those whose file is
//! damaged, get them in the background, some rows at a time, the newest segment first; until then a
//! search looks at their columns and records, within its budget.

use std::io;
use std::sync::Arc;

use super::columns::{Columns, LOST, Narrow, Wide};
use super::config::Geometry;
use super::lists::{Listed, Lists, common_from};
use super::lists_write::ListsWriter;
use super::marks::{MARKS, Mark, MarkFile, NOTHING, UNKNOWN, marks_of};
use super::number_set::ending_key;
use super::store::Ledger;
use crate::base::id::MessageOrd;
use crate::message::record::Message;
use crate::spool::disk::{Disk, DiskFile};
use crate::spool::lsn::Lsn;
use crate::spool::unpoisoned;

/// Rows whose records are read in one step.
const STEP_ROWS: usize = 16 << 10;

/// Writes the lists of a segment whose rows all have marks, sorting in `scratch`.
pub(super) fn write_lists(
    disk: &dyn Disk,
    (directory_id, segment): (u64, usize),
    geometry: Geometry,
    columns: &Columns,
    scratch: &mut Vec<u64>,
) -> io::Result<Lists> {
    let mut writer = ListsWriter::new(disk, directory_id, segment, geometry)?;
    for which in Listed::ALL {
        scratch.clear();
        let mut common = Vec::new();
        match which {
            Listed::To => put_endings(columns, Wide::To, scratch),
            Listed::From => put_endings(columns, Wide::From, scratch),
            Listed::Reference => put_marks(columns, Mark::Reference, scratch),
            Listed::Tag => put_marks(columns, Mark::Tag, scratch),
            Listed::Account => common = put_rare(columns, Narrow::Account, geometry, scratch),
            Listed::Carrier => common = put_rare(columns, Narrow::Carrier, geometry, scratch),
        }
        writer.add(which as usize, scratch, common)?;
    }
    writer.finish()
}

fn put_endings(columns: &Columns, column: Wide, out: &mut Vec<u64>) {
    // The key of a lost message has no end.
    let keys = (0..).zip(columns.wide(column));
    out.extend(keys.filter_map(|(row, key)| Some(entry(ending_key(*key)?, row))));
}

fn put_marks(columns: &Columns, mark: Mark, out: &mut Vec<u64>) {
    let marks = (0..).zip(columns.marks(mark)).filter(|(_, mark)| **mark != NOTHING);
    out.extend(marks.map(|(row, mark)| entry(*mark, row)));
}

/// Leaves the rows of common numbers out before anything is sorted; returns these.
fn put_rare(columns: &Columns, column: Narrow, geometry: Geometry, out: &mut Vec<u64>) -> Vec<u32> {
    let mut counts = vec![0_usize; 1 << 16];
    let known = |row: usize| columns.wide(Wide::Lsn).get(row).is_some_and(|lsn| *lsn != LOST.0);
    let rows = columns.narrow(column).iter().enumerate();
    rows.clone().filter(|(row, _)| known(*row)).for_each(|(_, of)| counts[usize::from(*of)] += 1);
    let max = common_from(geometry);
    let rare = rows.filter(|(row, of)| counts[usize::from(**of)] <= max && known(*row));
    out.extend(rare.map(|(row, of)| entry(u32::from(*of), row as u32)));
    (0..).zip(&counts).filter(|(_, count)| **count > max).map(|(number, _)| number).collect()
}

fn entry(key: u32, row: u32) -> u64 {
    u64::from(key) << 32 | u64::from(row)
}

/// A full segment without lists, as far as its records were read.
#[derive(Debug)]
pub(super) struct Relisting {
    segment: usize,
    columns: Columns,
    /// The first row whose record was not looked at.
    next: usize,
}

/// What the lists of a full segment are made of.
pub(super) struct Unlisted {
    pub(super) segment: usize,
    pub(super) columns: Arc<dyn DiskFile>,
    pub(super) marks: Option<MarkFile>,
    pub(super) marked_from: MessageOrd,
}

impl Unlisted {
    /// Its columns, with the marks that are known.
    pub(super) fn read(&self, geometry: Geometry) -> io::Result<Columns> {
        let rows = geometry.rows();
        let mut columns = Columns::read(&*self.columns, geometry, rows)?;
        for mark in [Mark::Reference, Mark::Tag] {
            let (file, first) = (self.marks.as_ref(), (self.segment, self.marked_from));
            read_marks(file, geometry, first, mark, 0..rows, columns.marks_mut(mark))?;
        }
        Ok(columns)
    }
}

impl Relisting {
    fn begin(geometry: Geometry, of: &Unlisted) -> io::Result<Self> {
        Ok(Self { segment: of.segment, columns: of.read(geometry)?, next: 0 })
    }

    /// Reads some of the records that are needed; `false` when there are no more.
    fn read_some(&mut self, ledger: &Ledger) -> io::Result<bool> {
        let rows = self.columns.rows();
        let upto = rows.min(self.next + STEP_ROWS);
        let mut octets = Vec::new();
        for row in self.next..upto {
            if self.columns.marks(Mark::Reference)[row] != UNKNOWN {
                continue;
            }
            let lsn = Lsn(self.columns.wide(Wide::Lsn)[row]);
            let mut marks = [NOTHING; MARKS];
            if lsn != LOST {
                ledger.log.record(lsn, &mut octets)?;
                marks = Message::decode(&octets).map_or(marks, |message| marks_of(&message));
            }
            self.columns.marks_mut(Mark::Reference)[row] = marks[0];
            self.columns.marks_mut(Mark::Tag)[row] = marks[1];
        }
        self.next = upto;
        Ok(upto < rows)
    }
}

/// Adds the marks of a segment's rows to `out`, of those before the first that has marks as unknown.
pub(super) fn read_marks(
    file: Option<&MarkFile>,
    geometry: Geometry,
    (segment, marked_from): (usize, MessageOrd),
    mark: Mark,
    rows: std::ops::Range<usize>,
    out: &mut Vec<u32>,
) -> io::Result<()> {
    let first = geometry.ord(segment, 0).0;
    let unmarked = usize::try_from(marked_from.0.saturating_sub(first)).unwrap_or(usize::MAX);
    let from = if file.is_some() { unmarked.clamp(rows.start, rows.end) } else { rows.end };
    out.extend(std::iter::repeat_n(UNKNOWN, from - rows.start));
    file.map_or(Ok(()), |file| file.read(mark as usize, from..rows.end, out))
}

impl Ledger {
    /// Does some of the work of giving old segments their lists; `false` if there is none.
    ///
    /// # Errors
    /// What the disk said. What was begun is forgotten.
    pub(super) fn relist(&self, under_way: &mut Option<Relisting>) -> io::Result<bool> {
        let geometry = self.config.geometry();
        let mut relisting = match under_way.take() {
            Some(relisting) => relisting,
            None => match self.unlisted() {
                Some(unlisted) => Relisting::begin(geometry, &unlisted)?,
                None => return Ok(false),
            },
        };
        if relisting.read_some(self)? {
            *under_way = Some(relisting);
            return Ok(true);
        }
        let Relisting { segment, columns, .. } = relisting;
        let mut scratch = Vec::new();
        let at = (self.identity.directory_id, segment);
        let lists = write_lists(&*self.disk, at, geometry, &columns, &mut scratch)?;
        self.disk.sync_dir()?;
        unpoisoned::write(&self.index).listed(segment, Some(lists));
        Ok(true)
    }

    /// The newest sealed segment without lists.
    fn unlisted(&self) -> Option<Unlisted> {
        let index = self.read();
        let mut segments = index.segments.iter().enumerate().rev();
        let (segment, full) =
            segments.find(|(_, full)| full.numbers.is_some() && full.lists.is_none())?;
        Some(Unlisted {
            segment,
            columns: Arc::clone(full.file.as_ref()?),
            marks: full.marks.clone(),
            marked_from: index.marked_from,
        })
    }

    /// Whether every sealed segment has its lists: until then references of old messages are looked for
    /// in their records.
    pub fn has_lists(&self) -> bool {
        let index = self.read();
        index.segments.iter().all(|full| full.numbers.is_none() || full.lists.is_some())
    }

    /// Lets go of the lists of a segment that were found damaged, so that they are made again.
    pub(super) fn distrust_lists(&self, segment: usize) {
        tracing::error!(segment, "the lists of a segment are damaged: they are made again");
        unpoisoned::write(&self.index).listed(segment, None);
    }

    /// Whether a segment has lists, and these were not found damaged.
    pub(super) fn trusts_lists(&self, segment: usize) -> bool {
        self.read().segments.get(segment).is_some_and(|full| full.lists.is_some())
    }
}

#[cfg(test)]
mod tests {

    use super::*;
    use crate::base::clock::Timestamp;
    use crate::base::id::{AccountId, CarrierId};
    use crate::base::processor_time::thread_time;
    use crate::ledger::config::LedgerConfig;
    use crate::message::address::Address;
    use crate::spool::real_disk::RealDisk;

    /// Processor time in nanoseconds.
    fn spent() -> u64 {
        thread_time().as_nanos() as u64
    }

    /// A segment of references of their own, 500 accounts, 12 carriers, one sender and one tag.
    fn a_million(geometry: Geometry) -> Columns {
        let mut columns = Columns::with_room(geometry);
        let mut random = fastrand::Rng::with_seed(1);
        for row in 0..geometry.rows() as u64 {
            let to = format!("4477{:08}", random.u32(..5_000_000));
            let client_ref = format!("order-{row}");
            let message = Message {
                account: AccountId(random.u16(..500)),
                carrier: CarrierId(random.u16(..12)),
                destination: Address::infer(to.as_bytes()),
                source: Address::infer(b"447700900000"),
                service_type: b"otp",
                client_ref: client_ref.as_bytes(),
                ..Message::default()
            };
            columns.push(&message, Timestamp(row), Lsn(row));
        }
        columns
    }

    #[test]
    #[ignore = "measures: run it alone"]
    fn lists_of_a_million_messages_cost_little_to_make() {
        let directory = tempfile::tempdir().expect("room");
        let disk = RealDisk::open(directory.path()).expect("directory");
        let geometry = LedgerConfig::default().geometry();
        let (columns, rows) = (a_million(geometry), geometry.rows() as u64);
        for _ in 0..3 {
            let begun = spent();
            let message = Message {
                service_type: b"otp",
                client_ref: b"order-1048576",
                ..Message::default()
            };
            for _ in 0..rows {
                std::hint::black_box(marks_of(std::hint::black_box(&message)));
            }
            let marked = spent() - begun;
            let begun = spent();
            let lists = write_lists(&disk, (1, 0), geometry, &columns, &mut Vec::new());
            let (lists, made) = (lists.expect("room"), spent() - begun);
            println!("marks {} ns, lists {} ns a message", marked / rows, made / rows);
            println!("{} octets a message", lists.file.len_bytes().expect("readable") / rows);
            assert!(made / rows < 5_000, "far less than a message costs in all");
        }
    }
}
