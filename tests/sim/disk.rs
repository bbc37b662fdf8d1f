//! The threads beside the shards, as events: flusher, indexer, sealer, asker; and a disk that lies.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use postrider::pipeline::ask::answer;
use postrider::pipeline::mail::Mail;
use postrider::spool::disk::{Disk, DiskFile, DiskLock};
use postrider::spool::flusher::Flushed;
use postrider::spool::journal::Health;

use crate::agenda::GatewayEvent;
use crate::context::Context;
use crate::gateway::Gateway;
use crate::shard::Letter;

/// The flusher looks whether room has returned this often.
const IDLE_FLUSH: Duration = Duration::from_millis(500);

impl Gateway {
    /// Has what is staged written soon.
    pub fn flush_soon(&mut self, ctx: &mut Context) {
        let Some(running) = &mut self.running else { return };
        if running.journal.health() == Health::Full && !running.looking {
            running.looking = true;
            ctx.gateway_in(self.life, IDLE_FLUSH, GatewayEvent::Look);
        }
        if running.flushing || running.journal.staged_bytes() == 0 {
            return;
        }
        running.flushing = true;
        let stall = ctx.plan.stall_ms > 0 && ctx.chance(10);
        let delay = ctx.up_to_ms(if stall { ctx.plan.stall_ms } else { ctx.plan.flush_ms });
        ctx.gateway_in(self.life, delay, GatewayEvent::Flush);
    }

    /// Looks whether room has returned.
    pub fn look(&mut self, ctx: &mut Context) {
        if let Some(running) = &mut self.running {
            running.looking = false;
        }
        self.flush(ctx);
    }

    pub fn flush(&mut self, ctx: &mut Context) {
        let Some(running) = &mut self.running else { return };
        running.flushing = false;
        let outcome = running.flusher.step();
        let indexing = std::mem::replace(&mut running.indexing, true);
        ctx.note(format_args!("flush {outcome:?} up to {}", running.journal.durable()));
        if outcome == Flushed::Failed {
            return self.disk_failed(ctx);
        }
        if !indexing {
            let delay = ctx.up_to_ms(ctx.plan.index_ms);
            ctx.gateway_in(self.life, delay, GatewayEvent::Index);
        }
        self.ring(ctx);
        self.flush_soon(ctx);
    }

    /// Tells the shards what the journal told its subscribers.
    fn ring(&mut self, ctx: &mut Context) {
        let Some(running) = &self.running else { return };
        if running.rang.swap(false, Ordering::SeqCst) {
            for shard in 0..ctx.plan.shards {
                let delay = ctx.up_to_ms(1);
                ctx.gateway_in(self.life, delay, GatewayEvent::Durable(shard));
            }
        }
    }

    pub fn index(&mut self, ctx: &mut Context) {
        let Some(running) = &mut self.running else { return };
        running.indexing = false;
        match running.indexer.step() {
            Ok(true) => {
                running.indexing = true;
                let delay = ctx.up_to_ms(ctx.plan.index_ms);
                ctx.gateway_in(self.life, delay, GatewayEvent::Index);
            }
            Ok(false) => {}
            Err(_) => self.disk_failed(ctx),
        }
    }

    pub fn seal(&mut self, ctx: &mut Context) {
        let Some(running) = &mut self.running else { return };
        if running.sealer.step().is_err() {
            return self.disk_failed(ctx);
        }
        let delay = Duration::from_millis(100) + ctx.up_to_ms(500);
        ctx.gateway_in(self.life, delay, GatewayEvent::Seal);
    }

    pub fn checkpoint(&mut self, ctx: &mut Context) {
        let Some(running) = &mut self.running else { return };
        if running.indexer.checkpoint().is_err() {
            return self.disk_failed(ctx);
        }
        let delay = Duration::from_secs(2) + ctx.up_to_ms(6_000);
        ctx.gateway_in(self.life, delay, GatewayEvent::Checkpoint);
    }

    /// Has the asker look at its next question soon.
    pub fn ask_soon(&mut self, ctx: &mut Context, again: bool) {
        let Some(running) = &mut self.running else { return };
        if running.asking || running.asks.is_empty() {
            return;
        }
        running.asking = true;
        let delay = ctx.up_to_ms(if again { 20 } else { 3 });
        ctx.gateway_in(self.life, delay, GatewayEvent::Ask);
    }

    /// The asker's thread: one question at a time, once what it waits for is indexed.
    pub fn ask(&mut self, ctx: &mut Context) {
        let Some(running) = &mut self.running else { return };
        running.asking = false;
        let Some((shard, ask)) = running.asks.front() else { return };
        let shard = *shard;
        let mut again = true;
        if running.ledger.indexed() >= ask.after()
            && let Ok(answer) = answer(&running.ledger, ask)
        {
            ctx.note(format_args!("asker answers shard {shard}: {}", summary(ask)));
            running.asks.pop_front();
            self.post(ctx, shard, Letter::Mail(Mail::Answer(answer)));
            again = false;
        }
        self.ask_soon(ctx, again);
    }
}

fn summary(ask: &postrider::pipeline::ask::Ask) -> String {
    let text = format!("{ask:?}");
    text.chars().take(100).collect()
}

/// A disk that says it has synced the log and has not.
#[derive(Debug)]
pub struct Lying(pub Arc<dyn Disk>);

/// Its first sync is true, so that the file's own head is there.
#[derive(Debug)]
struct LyingFile {
    file: Arc<dyn DiskFile>,
    synced: AtomicBool,
}

fn lying(name: &str, file: Arc<dyn DiskFile>) -> Arc<dyn DiskFile> {
    match name.contains("log-") {
        true => Arc::new(LyingFile { file, synced: AtomicBool::new(false) }),
        false => file,
    }
}

impl Disk for Lying {
    fn open(&self, name: &str) -> io::Result<Arc<dyn DiskFile>> {
        Ok(lying(name, self.0.open(name)?))
    }

    fn create(&self, name: &str) -> io::Result<Arc<dyn DiskFile>> {
        Ok(lying(name, self.0.create(name)?))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.0.rename(from, to)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.0.remove(name)
    }

    fn list(&self) -> io::Result<Vec<String>> {
        self.0.list()
    }

    fn sync_dir(&self) -> io::Result<()> {
        self.0.sync_dir()
    }

    fn free_bytes(&self) -> io::Result<u64> {
        self.0.free_bytes()
    }

    fn lock(&self) -> io::Result<Box<dyn DiskLock>> {
        self.0.lock()
    }

    fn place(&self) -> String {
        self.0.place()
    }
}

impl DiskFile for LyingFile {
    fn len_bytes(&self) -> io::Result<u64> {
        self.file.len_bytes()
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        self.file.read_at(buffer, offset)
    }

    fn write_at(&self, octets: &[u8], offset: u64) -> io::Result<()> {
        self.file.write_at(octets, offset)
    }

    fn sync_data(&self) -> io::Result<()> {
        if self.synced.swap(true, Ordering::SeqCst) { Ok(()) } else { self.file.sync_data() }
    }

    fn allocate(&self, length: u64) -> io::Result<()> {
        self.file.allocate(length)
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        self.file.set_len(length)
    }
}
