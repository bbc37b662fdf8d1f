//! What is in a directory, in figures: as its newest checkpoint has it.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use super::checkpoints::{self, Checkpoints};
use super::files::{FileKind, kinds};
use super::finding::Findings;
use super::verify::claim;
use crate::base::clock::Timestamp;
use crate::base::id::MessageOrd;
use crate::ledger::columns::{self, ColumnFile, Wide};
use crate::ledger::config::{Geometry, LedgerConfig, PAGE_ROWS};
use crate::ledger::facts::Facts;
use crate::ledger::identity::Identity;
use crate::ledger::names::Names;
use crate::ledger::states::{self, ROW_BYTES, Row};
use crate::ledger::text::verify::{TextPart, part_of};
use crate::message::disposition::Disposition;
use crate::spool::disk::{Disk, DiskFile, read_exact_at};
use crate::spool::error::OpenError;
use crate::spool::log::ColdSums;
use crate::spool::stamp::FORMAT_VERSION;
use crate::spool::walk::{cold_sums, end_of};

const DAY_US: u64 = 86_400_000_000;

/// Days that are told apart.
pub const DAYS_MAX: usize = 20_000;

/// Messages by disposition, in the order of `Disposition::ALL`.
pub type Buckets = [u64; Disposition::ALL.len()];

/// What there is of words.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct WordsSurvey {
    /// Files.
    pub files: u64,
    /// Segments that are one file.
    pub segments: u64,
    /// Messages whose words are in files.
    pub messages: u64,
    /// Words in them; the same one counts once for each file.
    pub words: u64,
}

/// A directory in figures.
#[derive(Clone, Debug, Default)]
pub struct Survey {
    /// The version of its files.
    pub version: u32,
    /// Whose it is.
    pub node: u16,
    /// In the stamps of its files.
    pub directory_id: u64,
    /// Accounts and carriers that have a number.
    pub names: (usize, usize),
    /// Number of the newest checkpoint; 0 if there is none.
    pub checkpoint: u64,
    /// Messages up to there.
    pub messages: u64,
    /// Events up to there.
    pub events: u64,
    /// Carriers' ids and idempotency keys up to there.
    pub carrier_ids: u64,
    /// Records that could not be read.
    pub strays: u64,
    /// Full segments, how many of them are sorted, and the messages of each.
    pub segments: (u64, u64, u32),
    /// Octets of log, and how many of them came after the checkpoint.
    pub log_bytes: u64,
    /// See `log_bytes`.
    pub log_bytes_after: u64,
    /// What is in compressed log files, and what they take.
    pub cold: ColdSums,
    /// When the oldest and the newest message were accepted.
    pub oldest: Option<Timestamp>,
    /// See `oldest`.
    pub newest: Option<Timestamp>,
    /// Files by kind.
    pub kinds: BTreeMap<String, FileKind>,
    /// Messages by what became of them, by the day in UTC on which they were accepted: days since 1970.
    pub days: BTreeMap<u64, Buckets>,
    /// All of them.
    pub buckets: Buckets,
    /// What there is of words.
    pub words: WordsSurvey,
}

/// Looks at a directory.
///
/// # Errors
/// Somebody works with it, or it cannot be read: `ledger verify` says more.
pub fn survey(disk: &Arc<dyn Disk>) -> Result<Survey, OpenError> {
    let _lock = claim(&**disk)?;
    let identity = Identity::read(&**disk)?;
    let names = Names::open(Arc::clone(disk), identity.directory_id)?;
    let mut findings = Findings::default();
    let checkpoints = checkpoints::read(&**disk, identity.directory_id, &mut findings);
    let failed = |error| OpenError::io(&disk.place(), error);
    let mut survey = Survey {
        version: FORMAT_VERSION,
        node: identity.node,
        directory_id: identity.directory_id,
        names: names.counts(),
        kinds: kinds(&**disk).map_err(failed)?,
        ..Survey::default()
    };
    let facts = checkpoints.newest.as_ref().map(|newest| newest.facts.clone()).unwrap_or_default();
    survey.take(&facts, &checkpoints);
    let end = end_of(&**disk, identity.directory_id, facts.replay_from)?;
    (survey.log_bytes, survey.log_bytes_after) = (end.0, end.since(facts.replay_from));
    survey.cold = cold_sums(&**disk, identity.directory_id)?;
    let mut config = LedgerConfig::default();
    if checkpoints.newest.is_some() {
        config.segment_messages = facts.segment_messages;
    }
    survey.count(&**disk, config.checked().geometry(), &checkpoints).map_err(failed)?;
    for name in disk.list().map_err(failed)? {
        // A damaged one is made again, and has no words as long.
        if let Ok(Some(part)) = part_of(&**disk, identity.directory_id, &name) {
            survey.words.add(&part);
        }
    }
    Ok(survey)
}

/// The columns of a segment, and its states if they are in a file.
type SegmentFiles = (Arc<dyn DiskFile>, Option<Arc<dyn DiskFile>>);

impl WordsSurvey {
    fn add(&mut self, part: &TextPart) {
        self.files += 1;
        self.segments += u64::from(part.whole);
        self.messages += u64::from(part.rows.1 - part.rows.0);
        self.words += u64::from(part.words);
    }
}

impl Survey {
    fn take(&mut self, facts: &Facts, checkpoints: &Checkpoints) {
        self.checkpoint = checkpoints.newest.as_ref().map_or(0, |newest| newest.sequence);
        self.messages = facts.next_ord.0;
        (self.events, self.carrier_ids, self.strays) =
            (facts.links, facts.carrier_ids, facts.strays);
        let full = facts.next_ord.0 / u64::from(facts.segment_messages.max(1));
        self.segments = (full, facts.segments_sealed, facts.segment_messages);
        let some = |at: Timestamp| (at != Timestamp::NEVER && at != Timestamp(0)).then_some(at);
        self.oldest = facts.spans.iter().filter_map(|span| some(span.first)).min();
        self.newest = facts.spans.iter().filter_map(|span| some(span.last)).max();
    }

    /// Counts the messages of each day, page by page.
    fn count(
        &mut self,
        disk: &dyn Disk,
        geometry: Geometry,
        checkpoints: &Checkpoints,
    ) -> io::Result<()> {
        let Some(newest) = &checkpoints.newest else { return Ok(()) };
        let pages = newest.page_places()?;
        let per_page = PAGE_ROWS as u64;
        let (mut times, mut octets) = (Vec::new(), Vec::new());
        let mut open: Option<(usize, SegmentFiles)> = None;
        for first in (0..self.messages).step_by(PAGE_ROWS) {
            let (ord, count) = (MessageOrd(first), per_page.min(self.messages - first) as usize);
            let (segment, row) = (geometry.segment(ord), geometry.row(ord));
            if open.as_ref().is_none_or(|(number, ..)| *number != segment) {
                let states = disk.open(&states::file_name(segment)).ok();
                open = Some((segment, (disk.open(&columns::file_name(segment))?, states)));
            }
            let Some((_, (file, states))) = &open else { continue };
            times.clear();
            let reader = ColumnFile { file: &**file, geometry };
            reader.wide(Wide::AcceptedAt, row..row + count, &mut times)?;
            octets.resize(count * ROW_BYTES, 0);
            match (pages.get(&(first / per_page)), states) {
                (Some(at), _) => newest.read_page(*at, &mut octets)?,
                (None, Some(states)) => read_exact_at(&**states, &mut octets, states::row_at(row))?,
                (None, None) => return Err(io::ErrorKind::NotFound.into()),
            }
            for (at, row) in times.iter().zip(octets.as_chunks::<ROW_BYTES>().0) {
                let Some(state) = Row::decode(row).state() else { continue };
                let bucket = state.disposition as usize;
                self.buckets[bucket] += 1;
                if self.days.len() < DAYS_MAX || self.days.contains_key(&(at / DAY_US)) {
                    self.days.entry(at / DAY_US).or_default()[bucket] += 1;
                }
            }
        }
        Ok(())
    }
}
