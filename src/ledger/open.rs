//! Opening a data directory: everything that has to be right before the first message is taken.

use std::io;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, RwLock};

use super::checkpoint::Checkpointer;
use super::checkpoint_load::{Loaded, load};
use super::columns::{self, Columns};
use super::config::{Geometry, LedgerConfig};
use super::correlation::Correlations;
use super::erase::book::Book;
use super::erase::hidden::Erasing;
use super::facts::Facts;
use super::filter::set::Filters;
use super::identity::Identity;
use super::index::{Index, Numbers, Segment};
use super::indexer::Indexer;
use super::keeper::Keeper;
use super::kept::{Kept, remove_given_up};
use super::links::Links;
use super::listing::read_marks;
use super::lists::Lists;
use super::marks::{Mark, MarkFile};
use super::names::Names;
use super::opt_outs::OptOuts;
use super::run::Run;
use super::sealer::{FROM, Sealer, TO, number_run};
use super::states::{States, page_of};
use super::store::{Ledger, Progress};
use super::text::follower::TextFollower;
use super::text::index::TextIndex;
use super::text::keeper::TextKeeper;
use crate::base::id::MessageOrd;
use crate::spool::disk::{Disk, DiskFile, DiskLock, UNFINISHED_PREFIX};
use crate::spool::error::OpenError;
use crate::spool::flusher::Flusher;
use crate::spool::journal::Journal;
use crate::spool::lsn::Lsn;
use crate::spool::recovery::{Recovered, Scan, recover};

/// An open data directory: everything durable is indexed, nothing runs yet.
#[derive(Debug)]
pub struct Opened {
    /// For readers.
    pub ledger: Arc<Ledger>,
    /// For those who write.
    pub journal: Journal,
    /// Step it, or give it a thread.
    pub flusher: Flusher,
    /// Step it, or give it a thread.
    pub indexer: Indexer,
    /// Step it, or give it a thread.
    pub sealer: Sealer,
    /// Step it, or give it a thread: without it words are looked for in the log.
    pub text_follower: TextFollower,
    /// Step it, or give it a thread.
    pub text_keeper: TextKeeper,
    /// Step it, or give it a thread: without it nothing is ever removed.
    pub keeper: Keeper,
    /// What was found.
    pub recovered: RecoveryReport,
}

/// What opening found and did.
#[derive(Clone, Debug, Default)]
pub struct RecoveryReport {
    /// The log behind the checkpoint.
    pub scan: Scan,
    /// Messages in the directory.
    pub messages: u64,
    /// Messages that were read from the log again.
    pub messages_replayed: u64,
    /// Events that were read from the log again.
    pub events_replayed: u64,
}

impl Ledger {
    /// Opens a data directory, new or old, and brings its indexes up to the end of its log.
    pub fn open(disk: Arc<dyn Disk>, config: LedgerConfig) -> Result<Opened, OpenError> {
        let place = disk.place();
        let lock = disk.lock().map_err(|error| match error.kind() {
            io::ErrorKind::WouldBlock => OpenError::InUse { place: place.clone() },
            _ => OpenError::io(&place, error),
        })?;
        remove_unfinished(&*disk)?;
        let mut config = config.checked();
        let identity = Identity::open(&*disk, config.node, config.identity_seed)?;
        let loaded = load(&*disk, identity.directory_id)?;
        if let Some(loaded) = &loaded {
            // What is on disk was cut to these sizes.
            config.segment_messages = loaded.facts.segment_messages;
            config.run_entries = loaded.facts.run_entries;
            config.links_per_file = loaded.facts.links_per_file;
            config = config.checked();
        }
        let kept = open_kept(&*disk, &config, identity, loaded.as_ref())?;
        let (index, checkpointer) = open_index(&disk, &config, identity, loaded.as_ref(), kept)?;
        let from = loaded.as_ref().map_or(Lsn(0), |loaded| loaded.facts.replay_from);
        let log = recover(Arc::clone(&disk), identity.directory_id, from, &config.log)?;
        let opened = assemble(disk, config, identity, lock, index, checkpointer, log)?;
        replay(opened)
    }
}

fn assemble(
    disk: Arc<dyn Disk>,
    config: LedgerConfig,
    identity: Identity,
    lock: Box<dyn DiskLock>,
    index: Index,
    checkpointer: Checkpointer,
    recovered: Recovered,
) -> Result<Opened, OpenError> {
    let names = Names::open(Arc::clone(&disk), identity.directory_id)?;
    let book = Book::open(&*disk, identity.directory_id)?;
    let (journal, flusher) = recovered.start(index.next_ord, &config.log);
    let progress = Progress::default();
    progress.indexed.store(recovered.scan.from.0, Ordering::SeqCst);
    progress.checkpoint.store(recovered.scan.from.0, Ordering::SeqCst);
    let (directory_id, geometry) = (identity.directory_id, config.geometry());
    let text =
        config.text.map(|text| TextIndex::open(Arc::clone(&disk), directory_id, geometry, text));
    let text = text.transpose()?;
    let kept = index.kept_segment();
    let filters = Filters::open(&*disk, &config, identity, text.as_ref(), kept)?;
    let ledger = Arc::new(Ledger {
        config,
        disk,
        identity,
        names,
        log: recovered.log,
        journal: journal.clone(),
        opt_outs: Arc::clone(&index.opt_outs),
        index: RwLock::new(index),
        sealing: Mutex::default(),
        progress,
        erasing: Erasing::new(book),
        filters,
        text,
        _lock: lock,
    });
    let skips = recovered.scan.skipped.clone();
    let indexer = Indexer::new(Arc::clone(&ledger), skips, checkpointer);
    let sealer = Sealer::new(Arc::clone(&ledger));
    let recovered = RecoveryReport { scan: recovered.scan, ..RecoveryReport::default() };
    let text_follower = TextFollower::new(Arc::clone(&ledger));
    let text_keeper = TextKeeper::new(Arc::clone(&ledger));
    let keeper = Keeper::new(Arc::clone(&ledger));
    Ok(Opened {
        ledger,
        journal,
        flusher,
        indexer,
        sealer,
        text_follower,
        text_keeper,
        keeper,
        recovered,
    })
}

/// Reads what came after the checkpoint.
fn replay(mut opened: Opened) -> Result<Opened, OpenError> {
    let place = opened.ledger.disk.place();
    let failed = |error| OpenError::io(&place, error);
    let before = opened.ledger.stats();
    while opened.indexer.step().map_err(failed)? {
        opened.sealer.seal().map_err(failed)?;
    }
    if !opened.recovered.scan.skipped.is_empty() {
        // So that the damage is not met again.
        opened.indexer.checkpoint().map_err(failed)?;
    }
    let after = opened.ledger.stats();
    if let Some(text) = &opened.ledger.text {
        text.begin(MessageOrd(after.messages)).map_err(failed)?;
    }
    opened.journal.resume_at(MessageOrd(after.messages));
    opened.recovered.messages = after.messages;
    opened.recovered.messages_replayed = after.messages - before.messages;
    opened.recovered.events_replayed = after.events - before.events;
    Ok(opened)
}

fn remove_unfinished(disk: &dyn Disk) -> Result<(), OpenError> {
    let names = disk.list().map_err(|error| OpenError::io(&disk.place(), error))?;
    for name in names.iter().filter(|name| name.starts_with(UNFINISHED_PREFIX)) {
        disk.remove(name).map_err(|error| OpenError::io(name, error))?;
    }
    Ok(())
}

/// What is kept, and nothing else any more.
fn open_kept(
    disk: &dyn Disk,
    config: &LedgerConfig,
    identity: Identity,
    loaded: Option<&Loaded>,
) -> Result<Kept, OpenError> {
    let kept = Kept::open(disk, identity.directory_id)?;
    let full = loaded.map_or(0, |loaded| config.geometry().segment(loaded.facts.next_ord));
    if kept.segment > full as u64 {
        // It is written behind a checkpoint only.
        return Err(OpenError::damaged("checkpoint-a", "no checkpoint knows what is kept"));
    }
    remove_given_up(disk, &kept, config.links_per_file, true)?;
    Ok(kept)
}

/// The indexes as the checkpoint says, or empty ones.
fn open_index(
    disk: &Arc<dyn Disk>,
    config: &LedgerConfig,
    identity: Identity,
    loaded: Option<&Loaded>,
    kept: Kept,
) -> Result<(Index, Checkpointer), OpenError> {
    let none = Facts::default();
    let facts = loaded.map_or(&none, |loaded| &loaded.facts);
    let (id, geometry) = (identity.directory_id, config.geometry());
    let mut states = States::new(Arc::clone(disk), id, geometry);
    if let Some(loaded) = loaded {
        let first = page_of(geometry.ord(kept.segment as usize, 0));
        loaded.redo(&mut states, first).map_err(|error| OpenError::io("states", error))?;
    }
    open_states(&mut states, config, facts, kept.segment as usize)?;
    let per_file = u64::from(config.links_per_file);
    let links = Links::open(Arc::clone(disk), id, per_file, (kept.link, facts.links))?;
    let entries = u64::from(config.run_entries);
    let (ids, runs) = (facts.carrier_ids, facts.carrier_id_runs);
    let ids = Correlations::open(Arc::clone(disk), id, entries, ids, kept.run..runs)?;
    remove_old_ids(&**disk, runs)?;
    let opt_outs = Arc::new(OptOuts::open(&**disk, identity)?);
    let mut index = Index::new(config, states, links, ids, opt_outs);
    index.next_ord = facts.next_ord;
    index.marked_from = facts.marked_from;
    index.kept = kept;
    index.accounts.clone_from(&facts.accounts);
    index.notices = facts.notices.iter().copied().collect();
    index.strays = facts.strays;
    let full = geometry.segment(facts.next_ord);
    for number in 0..full {
        let mut segment = if (number as u64) < kept.segment {
            Segment::default()
        } else {
            let sealed = (number as u64) < facts.segments_sealed;
            open_segment(&**disk, config, id, number, sealed, facts.marked_from)?
        };
        segment.span = facts.spans.get(number).copied().unwrap_or_default();
        index.segments.push(segment);
    }
    index.tail_span = facts.spans.get(full).copied().unwrap_or_default();
    let rows = geometry.row(facts.next_ord);
    let (mut tail, mut marks) = (None, None);
    if rows > 0 {
        let file = open_columns(&**disk, id, full)?;
        index.tail = Columns::read(&*file, geometry, rows)
            .map_err(|error| OpenError::io(&columns::file_name(full), error))?;
        tail = Some(file);
        // Marks that cannot be read are written anew, as unknown.
        marks = MarkFile::open(&**disk, id, full, geometry)?;
        let from = (full, facts.marked_from);
        fill_marks(&mut index.tail, marks.as_ref(), geometry, from)?;
    }
    let sequence = loaded.map_or(0, |loaded| loaded.sequence);
    Ok((index, Checkpointer::new(sequence, facts, geometry, (tail, marks))))
}

fn open_states(
    states: &mut States,
    config: &LedgerConfig,
    facts: &Facts,
    kept: usize,
) -> Result<(), OpenError> {
    let geometry = config.geometry();
    for (number, blocks) in facts.blocks.iter().enumerate() {
        if number < kept {
            states.open_expired();
            continue;
        }
        let first = geometry.ord(number, 0);
        let rows = facts.next_ord.0.saturating_sub(first.0).min(geometry.rows() as u64) as usize;
        let resident = number + config.resident_segments as usize >= facts.blocks.len();
        states.open_segment(rows, blocks.clone(), resident || rows < geometry.rows())?;
    }
    Ok(())
}

fn open_columns(
    disk: &dyn Disk,
    directory_id: u64,
    segment: usize,
) -> Result<Arc<dyn DiskFile>, OpenError> {
    let name = columns::file_name(segment);
    let file = disk.open(&name).map_err(|error| OpenError::io(&name, error))?;
    columns::stamp(directory_id, segment).check(&*file, &name)?;
    Ok(file)
}

fn open_segment(
    disk: &dyn Disk,
    config: &LedgerConfig,
    directory_id: u64,
    number: usize,
    sealed: bool,
    marked_from: MessageOrd,
) -> Result<Segment, OpenError> {
    let file = open_columns(disk, directory_id, number)?;
    let geometry = config.geometry();
    let marks = MarkFile::open(disk, directory_id, number, geometry)?;
    let (mut columns, mut numbers) = (None, None);
    if sealed {
        let open = |prefix| Run::open(disk, &number_run(prefix, directory_id, number));
        numbers = Some(Arc::new(Numbers { to: open(TO)?, from: open(FROM)? }));
    } else {
        let read = Columns::read(&*file, geometry, geometry.rows());
        let name = columns::file_name(number);
        let mut read = read.map_err(|error| OpenError::io(&name, error))?;
        fill_marks(&mut read, marks.as_ref(), geometry, (number, marked_from))?;
        columns = Some(Arc::new(read));
    }
    let lists = if sealed { Lists::open(disk, directory_id, number)? } else { None };
    let lists = lists.map(Arc::new);
    Ok(Segment { columns, file: Some(file), numbers, marks, lists, span: Default::default() })
}

/// Puts the marks beside the other columns of a segment that is not sealed.
fn fill_marks(
    columns: &mut Columns,
    file: Option<&MarkFile>,
    geometry: Geometry,
    from: (usize, MessageOrd),
) -> Result<(), OpenError> {
    let rows = 0..columns.rows();
    for mark in [Mark::Reference, Mark::Tag] {
        let out = columns.marks_mut(mark);
        read_marks(file, geometry, from, mark, rows.clone(), out)
            .map_err(|error| OpenError::io("marks", error))?;
    }
    Ok(())
}

/// Removes entries that are in runs already: a crash came before that was done.
fn remove_old_ids(disk: &dyn Disk, runs: u64) -> Result<(), OpenError> {
    let names = disk.list().map_err(|error| OpenError::io(&disk.place(), error))?;
    for name in names {
        let digits = name.strip_prefix("ids-");
        let number = digits.and_then(|digits| u64::from_str_radix(digits, 16).ok());
        if number.is_some_and(|number| number < runs) {
            disk.remove(&name).map_err(|error| OpenError::io(&name, error))?;
        }
    }
    Ok(())
}
