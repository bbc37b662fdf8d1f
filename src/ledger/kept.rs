//! What is still kept: everything before it was let go, and is gone for whoever opens the directory.
//!
//! File `kept`: a stamp whose number is the oldest kept segment, then, little-endian, `base of the oldest
//! kept log file u64, number of the oldest kept link u64, number of the oldest kept run of carrier ids
//! u64, crc32c u32` of it all; replaced whole. A directory from which nothing was let go has none.
//! **Invariant**: the file is durable before anything it gives up is removed, and it gives up only what
//! the newest durable checkpoint does not need. So what a crash leaves lying about is removed by the next
//! start, in whatever order the names were lost.

use std::io;

use crate::message::octets::Reader;
use crate::spool::disk::{Disk, read_small, replace};
use crate::spool::error::OpenError;
use crate::spool::log;
use crate::spool::lsn::Lsn;
use crate::spool::stamp::{STAMP_BYTES, Stamp, version_of};

const NAME: &str = "kept";

/// Octets of the file.
const FILE_BYTES: usize = STAMP_BYTES + 3 * 8 + 4;

/// Files that a segment has one of, by the beginning of their names. Those of words have names of their own.
const OF_SEGMENTS: [&str; 6] = ["columns", "marks", "states", "to", "from", "lists"];

/// Where what is kept begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Kept {
    pub(super) segment: u64,
    /// Base of the oldest log file.
    pub(super) log: Lsn,
    /// Number of the oldest link.
    pub(super) link: u64,
    /// Number of the oldest run of carrier ids.
    pub(super) run: u64,
}

fn stamp(directory_id: u64, segment: u64) -> Stamp {
    Stamp { kind: *b"kept\0\0\0\0", directory_id, number: segment }
}

impl Kept {
    /// Reads the file; everything is kept if there is none.
    pub(super) fn open(disk: &dyn Disk, directory_id: u64) -> Result<Self, OpenError> {
        let octets = match read_small(disk, NAME, 4096) {
            Ok(octets) => octets,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(OpenError::io(NAME, error)),
        };
        let damaged = || OpenError::damaged(NAME, "it is cut short or changed");
        version_of(octets.first_chunk().ok_or_else(damaged)?, NAME)?;
        Self::decode(&octets).filter(|kept| kept.encode(directory_id) == octets).ok_or_else(damaged)
    }

    /// Makes it count.
    pub(super) fn write(&self, disk: &dyn Disk, directory_id: u64) -> io::Result<()> {
        replace(disk, NAME, &self.encode(directory_id)).map(|_| ())
    }

    fn encode(&self, directory_id: u64) -> Vec<u8> {
        let mut octets = stamp(directory_id, self.segment).encode().to_vec();
        for number in [self.log.0, self.link, self.run] {
            octets.extend_from_slice(&number.to_le_bytes());
        }
        octets.extend_from_slice(&crc32c::crc32c(&octets).to_le_bytes());
        octets
    }

    fn decode(octets: &[u8]) -> Option<Self> {
        let octets = octets.first_chunk::<FILE_BYTES>()?;
        let mut number = Reader(&octets[32..40]);
        let mut reader = Reader(&octets[STAMP_BYTES..]);
        Some(Self {
            segment: number.u64()?,
            log: Lsn(reader.u64()?),
            link: reader.u64()?,
            run: reader.u64()?,
        })
    }

    /// Those of some files that are given up, the oldest first.
    fn given_up(&self, names: &[String], links_per_file: u32) -> Vec<String> {
        let mut given_up: Vec<&String> =
            names.iter().filter(|name| self.gives_up(name, links_per_file)).collect();
        given_up.sort_unstable_by_key(|name| (name.split_once('-').map(|it| it.1), *name));
        given_up.into_iter().cloned().collect()
    }

    fn gives_up(&self, name: &str, links_per_file: u32) -> bool {
        if let Some(base) = log::base_of(name) {
            return base < self.log;
        }
        let Some((prefix, digits)) = name.split_once('-') else { return false };
        if prefix == "filter" {
            // Those of several segments go with the last of them.
            let numbers = digits.split_once('-').map(|(first, count)| {
                [first, count].map(|digits| u64::from_str_radix(digits, 16).unwrap_or(u64::MAX / 2))
            });
            return numbers.is_some_and(|[first, count]| first + count <= self.segment);
        }
        // Words of some rows have those behind another mark.
        let digits = digits.split_once('-').map_or(digits, |(segment, _)| segment);
        let Ok(number) = u64::from_str_radix(digits, 16) else { return false };
        match prefix {
            "links" => number < self.link / u64::from(links_per_file.max(1)),
            "corr" => number < self.run,
            "text" => number < self.segment,
            _ => OF_SEGMENTS.contains(&prefix) && number < self.segment,
        }
    }
}

/// Removes the files that are given up, but for those of words while their own keeper has them; says how
/// many there were.
pub(super) fn remove_given_up(
    disk: &dyn Disk,
    kept: &Kept,
    links_per_file: u32,
    words_too: bool,
) -> Result<usize, OpenError> {
    if *kept == Kept::default() {
        return Ok(0);
    }
    let failed = |error| OpenError::io(&disk.place(), error);
    let mut names = disk.list().map_err(failed)?;
    names.retain(|name| words_too || !name.starts_with("text-"));
    let given_up = kept.given_up(&names, links_per_file);
    for name in &given_up {
        match disk.remove(name) {
            // Somebody else came first.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            outcome => outcome.map_err(|error| OpenError::io(name, error))?,
        }
    }
    if !given_up.is_empty() {
        disk.sync_dir().map_err(failed)?;
    }
    Ok(given_up.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spool::sim_disk::SimDisk;

    const KEPT: Kept = Kept { segment: 2, log: Lsn(0x300), link: 9, run: 1 };

    #[test]
    fn what_is_kept_reads_back_and_damage_to_it_is_told() {
        let disk = SimDisk::new(1);
        assert_eq!(Kept::open(&disk, 7).expect("none"), Kept::default());
        KEPT.write(&disk, 7).expect("room");
        assert_eq!(Kept::open(&disk, 7).expect("whole"), KEPT);
        assert!(Kept::open(&disk, 8).is_err(), "of another directory");
        let whole = disk.contents(NAME).expect("there");
        for at in 0..whole.len() {
            disk.damage(NAME, |octets| octets[at] ^= 1);
            assert!(Kept::open(&disk, 7).is_err(), "octet {at}");
            disk.damage(NAME, |octets| *octets = whole[..at].to_vec());
            assert!(Kept::open(&disk, 7).is_err(), "cut at {at}");
            disk.damage(NAME, |octets| octets.clone_from(&whole));
        }
    }

    #[test]
    fn only_files_before_what_is_kept_are_given_up_and_the_oldest_come_first() {
        let names = "columns-00000001 columns-00000002 to-00000000 from-00000001 states-00000002 \
                     text-00000001-00000040 text-00000002 links-00000001 links-00000002 \
                     corr-00000000 corr-00000001 log-0000000000000300 log-0000000000000200 \
                     checkpoint-a identity text-late ids-00000000 kept cursor-00000000";
        let names: Vec<String> = names.split_whitespace().map(str::to_owned).collect();
        let given_up = KEPT.given_up(&names, 4);
        let expected = [
            "corr-00000000",
            "to-00000000",
            "log-0000000000000200",
            "columns-00000001",
            "from-00000001",
            "links-00000001",
            "text-00000001-00000040",
        ];
        let mut sorted = given_up.clone();
        sorted.sort_unstable();
        let mut wanted = expected;
        wanted.sort_unstable();
        assert_eq!(sorted, wanted);
        let place = |name: &str| given_up.iter().position(|it| it == name).expect("given up");
        assert!(place("to-00000000") < place("from-00000001"));
    }
}
