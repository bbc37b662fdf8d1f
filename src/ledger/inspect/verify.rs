//! Whether a directory is as it was written: every frame of the log, and every index against the log.

use std::io;
use std::sync::Arc;

use super::checkpoints::{self, Checkpoints};
use super::files::kind_of;
use super::filters_check;
use super::finding::Findings;
use super::fold::{Bounds, Fold};
use super::states_check::StatesCheck;
use super::words_check::Words;
use crate::base::id::AccountId;
use crate::ledger::config::{Geometry, LedgerConfig};
use crate::ledger::counts::Accounts;
use crate::ledger::erase::book::Book;
use crate::ledger::facts::Facts;
use crate::ledger::identity::{self, Identity};
use crate::ledger::kept::Kept;
use crate::ledger::names::{self, Names};
use crate::ledger::opt_outs::{self, OptOuts};
use crate::spool::chunk::ChunkView;
use crate::spool::disk::{Disk, DiskLock, UNFINISHED_PREFIX, read_exact_at};
use crate::spool::error::OpenError;
use crate::spool::lsn::Lsn;
use crate::spool::stamp::{STAMP_BYTES, version_of};
use crate::spool::walk::{Places, Walk, walk};

/// Messages whose states are in memory at a time, by default: 1 GiB of them. More take another reading of
/// the log.
pub const STATES_MAX: u64 = 1 << 26;

/// How a directory is verified.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct VerifyOptions {
    /// Messages whose states are in memory at a time, 16 octets each. Default [`STATES_MAX`].
    pub states_max: u64,
}

impl Default for VerifyOptions {
    fn default() -> Self {
        Self { states_max: STATES_MAX }
    }
}

/// What was read, and what was found.
#[derive(Clone, Debug, Default)]
pub struct Verified {
    /// What is wrong, and what is to be known.
    pub findings: Findings,
    /// Log files.
    pub log_files: usize,
    /// Octets of log that were read.
    pub log_bytes: u64,
    /// Log files that are compressed, every block of which was checked.
    pub cold_files: u64,
    /// Octets that these do not take.
    pub cold_saved_bytes: u64,
    /// Frames, all of them whole.
    pub frames: u64,
    /// Messages in the log.
    pub messages: u64,
    /// Events in it.
    pub events: u64,
    /// Files of the index of words.
    pub word_files: u64,
}

/// Claims a directory for looking at it.
///
/// # Errors
/// Somebody works with it, or it cannot be read.
pub fn claim(disk: &dyn Disk) -> Result<Box<dyn DiskLock>, OpenError> {
    let place = disk.place();
    disk.lock().map_err(|error| match error.kind() {
        io::ErrorKind::WouldBlock => OpenError::InUse { place },
        _ => OpenError::io(&place, error),
    })
}

/// Reads everything and compares it. `told` is called with the octets of log that were read, now and then.
///
/// # Errors
/// Somebody works with the directory, it is of another version, or the disk refuses to read. Everything
/// else is a finding.
pub fn verify(
    disk: &Arc<dyn Disk>,
    options: VerifyOptions,
    told: &mut dyn FnMut(u64),
) -> Result<Verified, OpenError> {
    let _lock = claim(&**disk)?;
    let mut verified = Verified::default();
    let identity = match Identity::read(&**disk) {
        Ok(identity) => identity,
        Err(error @ OpenError::Version { .. }) => return Err(error),
        Err(error) => {
            // Without it no checksum of the log can be computed.
            verified.findings.error(identity::NAME, &error);
            return Ok(verified);
        }
    };
    let directory = Directory::open(disk, identity, &mut verified.findings)?;
    directory.others(&mut verified.findings)?;
    match directory.incomparable(&mut verified.findings) {
        Some(why) => {
            verified.findings.note("kept", None, why);
            directory.frames(&mut verified, told)?;
        }
        None => directory.log(options, &mut verified, told)?,
    }
    Ok(verified)
}

struct Directory<'a> {
    disk: &'a Arc<dyn Disk>,
    directory_id: u64,
    id_key: u64,
    names: Vec<String>,
    checkpoints: Checkpoints,
    facts: Facts,
    geometry: Geometry,
}

impl<'a> Directory<'a> {
    fn open(
        disk: &'a Arc<dyn Disk>,
        identity: Identity,
        findings: &mut Findings,
    ) -> Result<Self, OpenError> {
        let directory_id = identity.directory_id;
        let mut listed = disk.list().map_err(|error| OpenError::io(&disk.place(), error))?;
        listed.sort_unstable();
        if let Err(error) = Names::open(Arc::clone(disk), directory_id) {
            findings.error(names::FILE, &error);
        }
        if let Err(error) = OptOuts::open(&**disk, identity) {
            findings.error(opt_outs::FILE, &error);
        }
        let checkpoints = checkpoints::read(&**disk, directory_id, findings);
        let facts = checkpoints.newest.as_ref().map(|newest| newest.facts.clone());
        let facts = facts.unwrap_or_default();
        let mut config = LedgerConfig::default();
        if checkpoints.newest.is_some() {
            config.segment_messages = facts.segment_messages;
        }
        let geometry = config.checked().geometry();
        let id_key = identity.id_key;
        Ok(Self { disk, directory_id, id_key, names: listed, checkpoints, facts, geometry })
    }

    /// Files that nothing else looks at: at least they are of this directory and this version.
    fn others(&self, findings: &mut Findings) -> Result<(), OpenError> {
        const LOOKED_AT: [&str; 16] = [
            "filter-",
            "lists-",
            "marks-",
            "opt-outs",
            "log-",
            "columns-",
            "states-",
            "links-",
            "ids-",
            "corr-",
            "to-",
            "from-",
            "text-",
            "checkpoint-",
            "identity",
            "names",
        ];
        for name in &self.names {
            if name.starts_with(UNFINISHED_PREFIX) {
                findings.note(name, None, "left by a stop: the next start removes it");
                continue;
            }
            if LOOKED_AT.iter().any(|known| name.starts_with(known)) {
                continue;
            }
            let Ok(file) = self.disk.open(name) else { continue };
            let mut stamp = [0; STAMP_BYTES];
            let read = read_exact_at(&*file, &mut stamp, 0);
            if read.is_err() || !stamp.starts_with(b"POSTRIDR") {
                continue;
            }
            if let Err(error) = version_of(&stamp, name) {
                findings.error(name, &error);
            } else if stamp[24..32] != self.directory_id.to_le_bytes() {
                findings.wrong(name, None, "it belongs to another directory");
            }
        }
        Ok(())
    }

    /// Why the indexes cannot be held against the log, if they cannot.
    fn incomparable(&self, findings: &mut Findings) -> Option<&'static str> {
        match Kept::open(&**self.disk, self.directory_id) {
            Ok(kept) if kept != Kept::default() => {
                return Some(
                    "older messages were let go, and the log begins behind them: its frames are read, and the \
                     indexes are not held against it",
                );
            }
            Ok(_) => {}
            Err(error) => findings.error("kept", &error),
        }
        match Book::open(&**self.disk, self.directory_id) {
            Ok(book) if book.is_under_way() => Some(
                "an erasure is under way, so that the indexes may have what the log has not: its frames are \
                 read; the next start goes on with it",
            ),
            Ok(_) => None,
            Err(error) => {
                findings.error("erasures", &error);
                None
            }
        }
    }

    /// Reads the frames of the log alone.
    fn frames(&self, verified: &mut Verified, told: &mut dyn FnMut(u64)) -> Result<(), OpenError> {
        let (mut messages, mut events) = (0, 0);
        let walked = walk(&**self.disk, self.directory_id, &mut |lsn, payload| {
            let mut at = 0;
            while let Some(chunk) = ChunkView::parse(&payload[at..]) {
                messages += u64::from(chunk.messages);
                events += u64::from(chunk.records - chunk.messages);
                at += chunk.len_bytes();
            }
            told(lsn.0);
            Ok(())
        })?;
        self.ended((messages, events), &walked, verified);
        Ok(())
    }

    fn log(
        &self,
        options: VerifyOptions,
        verified: &mut Verified,
        told: &mut dyn FnMut(u64),
    ) -> Result<(), OpenError> {
        let places = Places::new(&**self.disk, self.directory_id)?;
        let bounds = Bounds {
            before: self.checkpoints.before.as_ref().map_or(Lsn(0), |it| it.facts.replay_from),
            facts: self.facts.clone(),
            geometry: self.geometry,
        };
        let mut accounts = Accounts::default();
        let (mut first, step) = (0_u64, options.states_max.max(1).next_multiple_of(256));
        loop {
            let ords = first..first.saturating_add(step);
            let mut fold =
                Fold::new(self.disk, self.directory_id, bounds.clone(), places.clone(), ords);
            let walked = self.round(&mut fold, (&mut *verified, &mut accounts), told)?;
            if first == 0 {
                self.ended((fold.next_ord.0, fold.events), &walked, verified);
                self.words(&fold, verified);
                self.filters(&mut verified.findings);
            }
            first = first.saturating_add(step);
            if first >= fold.next_ord.0.min(self.facts.next_ord.0) {
                break;
            }
        }
        let known = (0..=u16::MAX).map(AccountId);
        let differs = |id: &AccountId| accounts.of(*id) != self.facts.accounts.of(*id);
        if self.checkpoints.newest.is_some()
            && let Some(id) = known.into_iter().find(differs)
        {
            let what = format!("its counts of account {} are not those of the log", id.0);
            verified.findings.wrong(self.checkpoints.newest_name, None, what);
        }
        Ok(())
    }

    /// Reads the log once.
    fn round(
        &self,
        fold: &mut Fold,
        (verified, accounts): (&mut Verified, &mut Accounts),
        told: &mut dyn FnMut(u64),
    ) -> Result<Walk, OpenError> {
        let replay_from = self.facts.replay_from;
        let mut compared = false;
        let findings = &mut verified.findings;
        let walked = walk(&**self.disk, self.directory_id, &mut |lsn, payload| {
            if !compared && lsn >= replay_from {
                compared = true;
                self.covered(fold, accounts, findings);
            }
            fold.frame(lsn, payload, findings);
            told(lsn.0);
            Ok(())
        })?;
        if !compared {
            self.covered(fold, accounts, findings);
        }
        Ok(walked)
    }

    /// The fold has come to where the checkpoint stands.
    fn covered(&self, fold: &mut Fold, accounts: &mut Accounts, findings: &mut Findings) {
        if self.checkpoints.newest.is_none() {
            return;
        }
        let (facts, name) = (&self.facts, self.checkpoints.newest_name);
        if let Some(checks) = &mut fold.first_round {
            checks.columns.end_block(findings);
            checks.lists.end(findings);
            let said = [
                ("messages", facts.next_ord.0, fold.next_ord.0),
                ("events", facts.links, fold.links),
                ("carriers' ids", facts.carrier_ids, checks.ids.entries()),
                ("unreadable records", facts.strays, fold.strays),
            ];
            for (what, said, found) in said.into_iter().filter(|(_, said, found)| said != found) {
                let what = format!("it says {said} {what}, the log up to there has {found}");
                findings.wrong(name, None, what);
            }
            let spans = fold.spans.iter().zip(&facts.spans).position(|(found, said)| found != said);
            if let Some(segment) = spans {
                let what = format!("its times of segment {segment} are not those of the log");
                findings.wrong(name, None, what);
            }
        }
        let end = fold.next_ord.0.min(facts.next_ord.0).min(fold.ords.end);
        if end > fold.ords.start {
            let states = StatesCheck {
                disk: &**self.disk,
                directory_id: self.directory_id,
                geometry: self.geometry,
                checkpoints: &self.checkpoints,
                ords: fold.ords.start..end,
                rows: &fold.rows,
                before: &fold.before,
            };
            states.check(accounts, findings);
        }
    }

    /// A reading of the log has ended, which had so many messages and events.
    fn ended(&self, (messages, events): (u64, u64), walked: &Walk, verified: &mut Verified) {
        let findings = &mut verified.findings;
        (verified.log_files, verified.log_bytes) = (walked.files, walked.bytes);
        (verified.frames, verified.messages, verified.events) =
            (walked.scan.frames, messages, events);
        (verified.cold_files, verified.cold_saved_bytes) =
            (walked.cold.files, walked.cold.saved_bytes());
        for (file, offset, what) in &walked.faults {
            findings.wrong(file, Some(*offset), what.clone());
        }
        // The log before what is kept is not missing.
        let kept = Kept::open(&**self.disk, self.directory_id).unwrap_or_default();
        for gap in walked.scan.skipped.iter().filter(|gap| gap.to > kept.log) {
            let (file, offset) = match Places::new(&**self.disk, self.directory_id) {
                Ok(places) => places.of(gap.from),
                Err(_) => (gap.file.clone(), 0),
            };
            let what = format!(
                "corruption: {} octets of acknowledged records, from LSN {} to {}, are not as they were \
                 written",
                gap.to.since(gap.from),
                gap.from,
                gap.to
            );
            findings.wrong(&file, Some(offset), what);
        }
        let (end, known) = (walked.scan.end, self.facts.replay_from);
        if end < known {
            let (file, offset) = walked.rest.as_ref().map_or_else(
                || {
                    (
                        walked.scan.torn.as_ref().map(|gap| gap.file.clone()).unwrap_or_default(),
                        None,
                    )
                },
                |rest| (rest.gap.file.clone(), Some(rest.offset)),
            );
            let file = if file.is_empty() { "log".to_owned() } else { file };
            let what = format!(
                "corruption: the log ends at LSN {end}, and was on disk up to LSN {known} when the \
                 checkpoint was made"
            );
            findings.wrong(&file, offset, what);
        } else if let Some(rest) = &walked.rest {
            let place = (rest.gap.file.as_str(), Some(rest.offset));
            if rest.torn {
                let what = "torn: a write that a stop came into; nobody was told that it is on disk, and \
                            the next start cuts it";
                findings.note(place.0, place.1, what);
            } else {
                let what = "corruption: the last frame does not match its checksum, though all of it was \
                            written";
                findings.wrong(place.0, place.1, what);
            }
        }
    }

    fn filters(&self, findings: &mut Findings) {
        let of = (self.directory_id, self.id_key);
        for name in self.names.iter().filter(|name| kind_of(name) == "filter") {
            filters_check::check(&**self.disk, of, self.geometry, name, findings);
        }
    }

    fn words(&self, fold: &Fold, verified: &mut Verified) {
        let Some(checks) = &fold.first_round else { return };
        let words = Words {
            disk: &**self.disk,
            directory_id: self.directory_id,
            geometry: self.geometry,
            messages: fold.next_ord.0,
            sums: &checks.words.sums,
        };
        let files = self.names.iter().filter(|name| kind_of(name) == "text");
        let mut any = false;
        for name in files {
            any = true;
            verified.word_files += 1;
            words.file(name, &mut verified.findings);
        }
        if any || self.names.iter().any(|name| name == "text-late") {
            words.replaced(&fold.replaced, &mut verified.findings);
        }
    }
}
