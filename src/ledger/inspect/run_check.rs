//! A sorted run (see `run`): its entries are those of the log, in their order, and so are its checksums.

use super::finding::Findings;
use crate::ledger::memtable::Entry;
use crate::ledger::run::{ENTRY_BYTES, FOOTER_BYTES, Run, RunName};
use crate::spool::disk::{Disk, read_exact_at};
use crate::spool::stamp::{Footed, STAMP_BYTES};

/// Entries read at a time.
const READ_ENTRIES: usize = 4 << 10;

/// Holds a run against the entries it has to have.
pub(super) fn check(disk: &dyn Disk, name: &RunName, sorted: &[Entry], findings: &mut Findings) {
    let label = name.file();
    // This checks its fences and its length.
    if let Err(error) = Run::open(disk, name) {
        return findings.error(&label, &error);
    }
    let footed = match Footed::<FOOTER_BYTES>::open(disk, &name.stamp(), &label) {
        Ok(footed) => footed,
        Err(error) => return findings.error(&label, &error),
    };
    let (count, crcs) = footed.footer.split_at(8);
    if count != (sorted.len() as u64).to_le_bytes() {
        let what = format!("it has not {} entries, as many as the log has for it", sorted.len());
        return findings.wrong(&label, Some(footed.footer_at), what);
    }
    let (mut crc, mut at) = (0, STAMP_BYTES as u64);
    let (mut octets, mut expected) = (Vec::new(), Vec::new());
    for part in sorted.chunks(READ_ENTRIES) {
        expected.clear();
        for (key, value) in part {
            expected.extend_from_slice(&key.to_le_bytes());
            expected.extend_from_slice(&value.to_le_bytes());
        }
        octets.resize(expected.len(), 0);
        if let Err(error) = read_exact_at(&*footed.file, &mut octets, at) {
            return findings.wrong(&label, Some(at), error.to_string());
        }
        crc = crc32c::crc32c_append(crc, &octets);
        if octets != expected {
            differ(&label, at, &octets, &expected, findings);
        }
        at += octets.len() as u64;
    }
    if crc.to_le_bytes() != crcs[..4] {
        let what = "the checksum of its entries does not match";
        findings.wrong(&label, Some(footed.footer_at + 8), what);
    }
}

fn differ(label: &str, at: u64, found: &[u8], expected: &[u8], findings: &mut Findings) {
    let entries = found.chunks(ENTRY_BYTES).zip(expected.chunks(ENTRY_BYTES)).enumerate();
    for (number, _) in entries.filter(|(_, (found, expected))| found != expected) {
        let place = at + (number * ENTRY_BYTES) as u64;
        findings.wrong(label, Some(place), "an entry is not the log's");
    }
}
