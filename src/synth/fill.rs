//! A run: messages are accepted at their times, and everything that happens to them comes in between.

use std::collections::{HashMap, HashSet};
use std::io;
use std::sync::Arc;
use std::time::Duration;

use super::agenda::Agenda;
use super::compose::Composer;
use super::config::{BYTES_PER_MESSAGE, DAYS_MAX, MESSAGES_MAX, SynthConfig};
use super::days::Days;
use super::inbound::Exchange;
use super::raw_receipt::RawReceipts;
use super::store::Store;
use super::summary::{Phase, Summary};
use super::world::World;
use crate::base::clock::Timestamp;
use crate::base::id::MessageOrd;
use crate::carrier::profile::Profile;
use crate::ledger::config::LedgerConfig;
use crate::ledger::store::Ledger;
use crate::ledger::text::config::TextConfig;
use crate::spool::chunk::Chunk;
use crate::spool::disk::Disk;
use crate::spool::error::OpenError;

/// Why nothing was made up, or not all of it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FillError {
    /// It would not be a directory of this run alone.
    #[error("{0} is not empty: traffic is made up in a new directory only")]
    NotEmpty(String),
    /// It would not fit.
    #[error("{place} has {free} octets free, and this takes about {needed}")]
    NoRoom {
        /// Where.
        place: String,
        /// What is there.
        free: u64,
        /// What it takes.
        needed: u64,
    },
    /// More or fewer than can be.
    #[error("messages have to be 1 to {MESSAGES_MAX}, days 1 to {DAYS_MAX}")]
    OutOfRange,
    /// The directory cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The disk said no.
    #[error("the directory cannot be written: {0}")]
    Io(#[from] io::Error),
}

/// What comes within this time is written together, as in a turn of a gateway's shard.
const TURN: Duration = Duration::from_millis(2);

/// Of ten thousand messages, those from handsets, and things that belong to none.
const INBOUND: u32 = 300;
const ODD: u32 = 5;

/// Octets of a chunk before it is appended.
const CHUNK_BYTES: usize = 256 << 10;

/// Octets of log between two looks at how far it is.
const TOLD_EVERY: u64 = 4 << 20;

/// Everything that goes on.
#[derive(Debug)]
pub(super) struct Traffic {
    pub(super) random: fastrand::Rng,
    pub(super) world: World,
    pub(super) profile: Profile,
    pub(super) composer: Composer,
    pub(super) receipts: RawReceipts,
    pub(super) agenda: Agenda,
    pub(super) chunk: Chunk,
    /// The ordinal of the chunk's first message.
    pub(super) next_ord: u64,
    /// Long messages: the first part, and how many have not ended.
    pub(super) groups: Vec<(MessageOrd, u8)>,
    pub(super) free_groups: Vec<u32>,
    /// What messages will be, by their places on the agenda.
    pub(super) replacements: HashMap<u32, Vec<u8>>,
    pub(super) recent: Vec<Exchange>,
    pub(super) stopped: HashSet<Exchange>,
    /// A carrier's id, and a number, that are being written.
    pub(super) id: Vec<u8>,
    pub(super) number: Vec<u8>,
    /// Records of messages that are to come, and how many of them long messages have taken already.
    pub(super) left: u64,
    pub(super) taken: u64,
    pub(super) summary: Summary,
}

/// Fills a new directory, and tells how far it is now and then.
///
/// # Errors
/// The directory is not empty, cannot be opened, or the disk refuses something.
pub fn fill(
    disk: Arc<dyn Disk>,
    config: &SynthConfig,
    ledger: LedgerConfig,
    told: &mut dyn FnMut(&Summary),
) -> Result<Summary, FillError> {
    let possible = (1..=MESSAGES_MAX).contains(&config.messages);
    if !possible || !(1..=DAYS_MAX).contains(&config.days) {
        return Err(FillError::OutOfRange);
    }
    if !disk.list()?.is_empty() {
        return Err(FillError::NotEmpty(disk.place()));
    }
    let (free, needed) = (disk.free_bytes()?, config.messages * BYTES_PER_MESSAGE);
    if free < needed {
        return Err(FillError::NoRoom { place: disk.place(), free, needed });
    }
    let mut ledger = LedgerConfig { node: config.node, identity_seed: Some(config.seed), ..ledger };
    // Nobody waits for anything else here, so that words need no pace.
    let unpaced = |text| TextConfig { rows_per_second: u32::MAX, ..text };
    ledger.text = ledger.text.filter(|_| config.words).map(unpaced);
    let opened = Ledger::open(Arc::clone(&disk), ledger)?;
    let mut random = fastrand::Rng::with_seed(config.seed);
    let world = World::new(opened.ledger.names(), config.messages, &mut random)?;
    let mut days = Days::new(config.since(), config.days, config.messages, &mut random);
    let mut traffic = Traffic::new(random, world, config.messages);
    let mut store = Store::start(opened)?;
    let outcome = traffic.run(&mut days, config.until, &mut store, told);
    let outcome = outcome.and_then(|()| traffic.settle_files(&store, told));
    let stopped = store.stop();
    outcome.and(stopped)?;
    traffic.summary.disk_bytes = traffic.summary.log_bytes + index_bytes(&*disk)?;
    Ok(traffic.summary)
}

/// Octets of all files but the log, whose files have room ahead.
fn index_bytes(disk: &dyn Disk) -> io::Result<u64> {
    let names = disk.list()?;
    let mut others = names.iter().filter(|name| !name.starts_with("log-"));
    others.try_fold(0, |sum, name| Ok(sum + disk.open(name)?.len_bytes()?))
}

impl Traffic {
    fn new(random: fastrand::Rng, world: World, messages: u64) -> Self {
        Self {
            random,
            world,
            profile: Profile::default(),
            composer: Composer::default(),
            receipts: RawReceipts::default(),
            agenda: Agenda::default(),
            chunk: Chunk::new(),
            next_ord: 0,
            groups: Vec::new(),
            free_groups: Vec::new(),
            replacements: HashMap::new(),
            recent: Vec::new(),
            stopped: HashSet::new(),
            id: Vec::new(),
            number: Vec::new(),
            left: messages,
            taken: 0,
            summary: Summary::default(),
        }
    }

    fn run(
        &mut self,
        days: &mut Days,
        until: Timestamp,
        store: &mut Store,
        told: &mut dyn FnMut(&Summary),
    ) -> io::Result<()> {
        let mut next = days.next(&mut self.random);
        let mut told_at = 0;
        loop {
            let first = next.into_iter().chain(self.agenda.next_at()).min();
            let Some(first) = first.filter(|first| *first < until) else { break };
            let now = (first + TURN).min(until);
            while next.is_some_and(|at| at <= now) {
                next = days.next(&mut self.random);
                self.arrives(now);
            }
            while let Some((place, step)) = self.agenda.take(now) {
                self.step(now, place, step);
                if self.chunk.octets().len() > CHUNK_BYTES {
                    self.append(now, store)?;
                }
            }
            self.append(now, store)?;
            if store.log_bytes - told_at >= TOLD_EVERY {
                told_at = store.log_bytes;
                self.summary.log_bytes = told_at;
                told(&self.summary);
            }
        }
        store.commit()?;
        self.summary.log_bytes = store.log_bytes;
        self.summary.under_way = self.agenda.under_way() as u64;
        Ok(())
    }

    /// Waits until everything is indexed as far as it is going to be.
    fn settle_files(&mut self, store: &Store, told: &mut dyn FnMut(&Summary)) -> io::Result<()> {
        self.summary.phase = Phase::Indexing;
        while store.lag_bytes() > 0 || !store.is_settled() {
            store.wait()?;
            let words = store.ledger.text_stats();
            self.summary.words_indexed = words.map_or(0, |words| words.messages);
            told(&self.summary);
        }
        Ok(())
    }

    fn append(&mut self, now: Timestamp, store: &mut Store) -> io::Result<()> {
        if self.chunk.is_empty() {
            return Ok(());
        }
        let messages = u64::from(self.chunk.messages());
        self.next_ord += messages;
        self.summary.messages += messages;
        self.summary.events += u64::from(self.chunk.records()) - messages;
        store.append(now, &mut self.chunk)
    }

    /// The record of a message is due, unless a long message has taken its place.
    fn arrives(&mut self, now: Timestamp) {
        self.left -= 1;
        if self.taken > 0 {
            self.taken -= 1;
            return;
        }
        self.summary.first.get_or_insert(now);
        self.summary.last = Some(now);
        let drawn = self.random.u32(..10_000);
        if drawn < INBOUND {
            self.answer_of_handset(now);
        } else {
            self.accept(now);
        }
        if drawn >= 10_000 - ODD {
            self.odd(now);
        }
    }
}
