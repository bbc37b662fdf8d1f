//! The gateway's process: started on its disk, killed, stopped, started again.
//!
//! What `app::gateway` and `peer::smpp::switchboard` do with threads is done here with events.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use postrider::ledger::config::LedgerConfig;
use postrider::ledger::indexer::Indexer;
use postrider::ledger::open::Opened;
use postrider::ledger::sealer::Sealer;
use postrider::ledger::store::Ledger;
use postrider::peer::smpp::exchange::Exchange;
use postrider::peer::smpp::switchboard::share;
use postrider::pipeline::ask::Ask;
use postrider::pipeline::engine::Engine;
use postrider::pipeline::shared::Shared;
use postrider::spool::disk::Disk;
use postrider::spool::error::OpenError;
use postrider::spool::flusher::Flusher;
use postrider::spool::journal::Journal;
use postrider::spool::recovery::LogOptions;
use postrider::spool::sim_disk::SimDisk;

use crate::agenda::{End, Event, GatewayEvent};
use crate::context::Context;
use crate::disk::Lying;
use crate::proofs::Sabotage;
use crate::shard::Shard;

pub struct Gateway {
    /// Counts the processes there have been.
    pub life: u32,
    pub disk: SimDisk,
    pub running: Option<Running>,
}

/// A process.
pub struct Running {
    pub ledger: Arc<Ledger>,
    pub journal: Journal,
    pub flusher: Flusher,
    pub indexer: Indexer,
    pub sealer: Sealer,
    pub shared: Arc<Shared>,
    pub shards: Vec<Shard>,
    pub asks: VecDeque<(usize, Ask)>,
    pub asking: bool,
    pub flushing: bool,
    pub looking: bool,
    pub indexing: bool,
    /// The journal has told its subscribers something.
    pub rang: Arc<AtomicBool>,
    pub stopping: bool,
}

impl Gateway {
    pub fn new(seed: u64) -> Self {
        Self { life: 0, disk: SimDisk::new(seed), running: None }
    }

    /// Starts a process on the disk, as `Gateway::start` does.
    pub fn start(&mut self, ctx: &mut Context) {
        if self.running.is_some() {
            return;
        }
        self.life += 1;
        ctx.note(format_args!("gateway starts, life {}", self.life));
        match self.open_directory(ctx) {
            Ok(running) => {
                self.running = Some(running);
                let life = self.life;
                ctx.gateway_in(life, Duration::ZERO, GatewayEvent::Flush);
                ctx.gateway_in(life, Duration::from_millis(200), GatewayEvent::Seal);
                ctx.gateway_in(life, Duration::from_secs(3), GatewayEvent::Checkpoint);
                for shard in 0..ctx.plan.shards {
                    if let Some(running) = &mut self.running {
                        running.shards[shard].exchange.start();
                    }
                    self.turn(ctx, shard);
                }
            }
            Err(error) => {
                let injected = matches!(&error, OpenError::Io { .. });
                if self.disk.free_bytes().is_err() {
                    self.disk = self.disk.crash();
                }
                ctx.note(format_args!("gateway does not start: {error}"));
                if !injected || ctx.calm {
                    ctx.violate("the directory opens after any stop", error.to_string());
                }
                self.restart_soon(ctx);
            }
        }
    }

    fn open_directory(&mut self, ctx: &mut Context) -> Result<Running, OpenError> {
        let settings = ctx.plan.gateway_settings();
        let tiny = LedgerConfig::tiny();
        let log = LogOptions {
            free_bytes_min: ctx.plan.free_bytes_min,
            staged_bytes_max: ctx.plan.staged_bytes_max,
            ..tiny.log
        };
        let config = LedgerConfig { log, ..tiny };
        let mut disk: Arc<dyn Disk> = Arc::new(self.disk.clone());
        if ctx.plan.sabotage == Some(Sabotage::SyncNothing) {
            disk = Arc::new(Lying(disk));
        }
        let Opened { ledger, journal, flusher, indexer, sealer, .. } = Ledger::open(disk, config)?;
        let failed = |source| OpenError::Io { file: "directory".into(), source };
        let shared = Arc::new(share(&settings, &ledger, ctx.plan.shards).map_err(failed)?);
        let smpp = Arc::new(settings.smpp.clone());
        let mut shards = Vec::new();
        for index in 0..ctx.plan.shards {
            let seed = ctx.random.u64(..);
            let mut engine = Engine::new(shared.clone(), index, journal.clone(), ctx.now, seed);
            if ctx.plan.sabotage != Some(Sabotage::ForgetRestore) {
                let restored = engine.restore(&ledger).map_err(failed)?;
                ctx.note(format_args!("shard {index} takes up {restored:?}"));
            }
            shards.push(Shard::new(Exchange::new(index, smpp.clone(), engine, seed)));
        }
        let rang = Arc::new(AtomicBool::new(false));
        let bell = rang.clone();
        journal.subscribe(Box::new(move || bell.store(true, Ordering::SeqCst)));
        Ok(Running {
            ledger,
            journal,
            flusher,
            indexer,
            sealer,
            shared,
            shards,
            asks: VecDeque::new(),
            asking: false,
            flushing: true,
            looking: false,
            indexing: false,
            rang,
            stopping: false,
        })
    }

    pub fn restart_soon(&mut self, ctx: &mut Context) {
        let after = ctx.up_to_ms(3_000);
        ctx.agenda.at(ctx.now + after, Event::Start);
    }

    /// The process ends at once; the machine goes on, and its kernel closes the sockets.
    pub fn exit(&mut self, ctx: &mut Context, why: &str) {
        if self.running.take().is_none() {
            return;
        }
        ctx.note(format_args!("gateway exits: {why}"));
        ctx.book.deaths.push(ctx.now);
        for conn in 0..ctx.net.conns.len() {
            if ctx.net.conns[conn].gateway_closed || ctx.net.conns[conn].peer_closed {
                continue;
            }
            if ctx.random.bool() {
                ctx.close(conn, End::Gateway);
            } else {
                ctx.cut(conn);
                ctx.net.conns[conn].gateway_closed = true;
                ctx.net.conns[conn].link = None;
            }
        }
        self.restart_soon(ctx);
    }

    /// The power goes: what was not synced may be lost or torn.
    pub fn power_cut(&mut self, ctx: &mut Context) {
        self.disk = self.disk.crash();
        self.exit(ctx, "power cut");
    }

    /// A disk that has failed: the process ends; then it runs on the same kernel again, or the
    /// machine was started anew.
    pub fn disk_failed(&mut self, ctx: &mut Context) {
        if ctx.random.bool() || self.disk.free_bytes().is_err() {
            self.power_cut(ctx);
        } else {
            self.exit(ctx, "the disk failed");
        }
    }

    /// Stops politely, as on SIGTERM.
    pub fn stop(&mut self, ctx: &mut Context) {
        let Some(running) = &mut self.running else { return };
        if running.stopping {
            return;
        }
        ctx.note(format_args!("gateway drains"));
        running.stopping = true;
        running.shared.draining.store(true, Ordering::Relaxed);
        for shard in 0..ctx.plan.shards {
            if let Some(running) = &mut self.running {
                running.shards[shard].exchange.drain(ctx.now);
            }
            self.turn(ctx, shard);
        }
        ctx.gateway_in(self.life, Duration::from_secs(10), GatewayEvent::DrainOver);
    }

    /// The end of a polite stop: all is on disk, and a checkpoint is made.
    pub fn stopped(&mut self, ctx: &mut Context) {
        let Some(running) = &mut self.running else { return };
        running.flusher.step();
        let mut indexed = Ok(true);
        while matches!(indexed, Ok(true)) {
            indexed = running.indexer.step();
        }
        let checkpoint = running.indexer.checkpoint();
        ctx.note(format_args!("checkpoint at the end: {}", checkpoint.is_ok()));
        self.exit(ctx, "stopped");
    }
}
