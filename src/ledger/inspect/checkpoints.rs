//! The two checkpoints: the one that counts, and what is to be said of both.

use super::finding::Findings;
use crate::ledger::checkpoint::NAMES;
use crate::ledger::checkpoint_load::{Loaded, load_one, promised};
use crate::spool::disk::Disk;
use crate::spool::error::OpenError;

/// The whole ones.
#[derive(Debug, Default)]
pub(super) struct Checkpoints {
    /// The newer one: a start goes on from it.
    pub(super) newest: Option<Loaded>,
    pub(super) newest_name: &'static str,
    /// The one before, if it is whole.
    pub(super) before: Option<Loaded>,
    /// Whether one of them is there and not whole.
    pub(super) damaged: bool,
}

/// Reads both.
pub(super) fn read(disk: &dyn Disk, directory_id: u64, findings: &mut Findings) -> Checkpoints {
    let mut checkpoints = Checkpoints::default();
    let mut cut = Vec::new();
    for name in NAMES {
        let Ok(file) = disk.open(name) else { continue };
        match load_one(std::sync::Arc::clone(&file), name, directory_id) {
            Ok(Some(loaded)) => checkpoints.add(name, loaded),
            Ok(None) => cut.push((name, file)),
            Err(OpenError::Damaged { what, .. }) => {
                findings.wrong(name, None, what);
                checkpoints.damaged = true;
            }
            Err(error) => {
                findings.error(name, &error);
                checkpoints.damaged = true;
            }
        }
    }
    for (name, file) in cut {
        let length = file.len_bytes().unwrap_or(0);
        if promised(&*file).is_some_and(|promised| promised > length) {
            let what = "its end was never written: the other checkpoint counts";
            findings.note(name, Some(length), what);
            continue;
        }
        checkpoints.damaged = true;
        let what = "its checksum does not match: it is damaged, or a stop came while it was written; \
                    the other checkpoint counts";
        findings.wrong(name, None, what);
    }
    checkpoints
}

impl Checkpoints {
    fn add(&mut self, name: &'static str, loaded: Loaded) {
        let newer = self.newest.as_ref().is_none_or(|newest| loaded.sequence > newest.sequence);
        if newer {
            self.before = self.newest.replace(loaded);
            self.newest_name = name;
        } else {
            self.before = Some(loaded);
        }
    }
}
