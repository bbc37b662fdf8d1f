//! What breaks in the world as a whole, and when it is whole again.

use std::time::Duration;

use postrider::base::clock::Timestamp;
use postrider::pipeline::mail::Mail;
use postrider::pipeline::port::{Refusal, Submission as ByApi, Taken};
use postrider::spool::disk::Disk;
use postrider::spool::sim_disk;

use crate::agenda::{End, Event};
use crate::book::Submission;
use crate::client_acts::message;
use crate::shard::Letter;
use crate::world::World;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// The process is killed; the machine goes on.
    Kill,
    PowerCut,
    /// An operation of the disk fails soon.
    DiskError,
    /// The power goes in an operation of the disk, soon.
    DiskPowerCut,
    DiskFull,
    DiskHasRoom,
    Cut,
    HalfOpen,
    CentreDown,
    /// A centre asks to end a bind.
    CentreUnbinds,
    Stop,
    TextsCome,
    /// Somebody submits by the API.
    ApiSubmits,
}

impl Fault {
    const SUDDEN: [Self; 13] = [
        Self::Kill,
        Self::PowerCut,
        Self::PowerCut,
        Self::DiskError,
        Self::DiskPowerCut,
        Self::DiskFull,
        Self::Cut,
        Self::Cut,
        Self::HalfOpen,
        Self::CentreDown,
        Self::CentreUnbinds,
        Self::CentreUnbinds,
        Self::Stop,
    ];
}

impl World {
    /// Decides which faults come when.
    pub fn plan_faults(&mut self) {
        let ctx = &mut self.ctx;
        for _ in 0..ctx.plan.faults {
            let fault = Fault::SUDDEN[ctx.random.usize(..Fault::SUDDEN.len())];
            let after = Duration::from_micros(ctx.random.u64(..ctx.plan.chaos.as_micros() as u64));
            ctx.agenda.at(ctx.now + after, Event::Fault(fault));
        }
        ctx.agenda.at(ctx.now + Duration::from_secs(1), Event::Fault(Fault::TextsCome));
        for _ in 0..ctx.plan.by_api {
            let after = Duration::from_micros(ctx.random.u64(..ctx.plan.chaos.as_micros() as u64));
            ctx.agenda.at(ctx.now + after, Event::Fault(Fault::ApiSubmits));
        }
    }

    pub fn break_something(&mut self, fault: Fault) {
        if self.ctx.calm && fault != Fault::DiskHasRoom {
            return;
        }
        self.ctx.note(format_args!("fault {fault:?}"));
        match fault {
            Fault::Kill => self.gateway.exit(&mut self.ctx, "killed"),
            Fault::PowerCut => self.gateway.power_cut(&mut self.ctx),
            Fault::Stop => self.gateway.stop(&mut self.ctx),
            Fault::DiskError => self.fail_disk(sim_disk::Fault::Error),
            Fault::DiskPowerCut => self.fail_disk(sim_disk::Fault::PowerCut),
            Fault::DiskFull => {
                let left = [0, 5_000, 100_000][self.ctx.random.usize(..3)];
                self.gateway.disk.set_capacity(1 << 40);
                let used = (1 << 40) - self.gateway.disk.free_bytes().unwrap_or(1 << 40);
                self.gateway.disk.set_capacity(used + left);
                let after = self.ctx.up_to_ms(10_000);
                self.ctx.agenda.at(self.ctx.now + after, Event::Fault(Fault::DiskHasRoom));
            }
            Fault::DiskHasRoom => self.gateway.disk.set_capacity(1 << 40),
            Fault::Cut | Fault::HalfOpen => self.break_link(fault),
            Fault::CentreDown => self.centre_down(),
            Fault::CentreUnbinds => self.centre_unbinds(),
            Fault::ApiSubmits => self.api_submits(),
            Fault::TextsCome => self.texts_come(),
        }
    }

    fn fail_disk(&mut self, fault: sim_disk::Fault) {
        let soon = self.gateway.disk.operations() + self.ctx.random.u64(..60);
        self.gateway.disk.fail_at(soon, fault);
    }

    fn break_link(&mut self, fault: Fault) {
        let alive = |conn: &usize| self.ctx.net.conns[*conn].alive();
        let alive: Vec<usize> = (0..self.ctx.net.conns.len()).filter(alive).collect();
        if alive.is_empty() {
            return;
        }
        let conn = alive[self.ctx.random.usize(..alive.len())];
        self.ctx.note(format_args!("fault on {conn}"));
        if fault == Fault::Cut {
            self.ctx.cut(conn);
        } else {
            let end = if self.ctx.random.bool() { End::Gateway } else { End::Peer };
            self.ctx.net.half_open(self.ctx.now, conn, end);
        }
    }

    fn centre_down(&mut self) {
        let which = self.ctx.random.usize(..self.centres.len());
        let pause = self.ctx.up_to_ms(20_000);
        let centre = &mut self.centres[which];
        centre.down_until = self.ctx.now + pause;
        let conns: Vec<usize> = centre.binds.keys().copied().collect();
        for conn in conns {
            self.ctx.cut(conn);
        }
    }

    fn centre_unbinds(&mut self) {
        let which = self.ctx.random.usize(..self.centres.len());
        let centre = &mut self.centres[which];
        let conns: Vec<usize> = centre.binds.keys().copied().collect();
        if conns.is_empty() {
            return;
        }
        let conn = conns[self.ctx.random.usize(..conns.len())];
        if let Some(bind) = centre.binds.get_mut(&conn) {
            bind.session.unbind(self.ctx.now, &mut bind.out);
        }
        centre.flush(&mut self.ctx, conn);
    }

    /// A message comes by the API, on a shard's mailbox; its reply is the ledger's number.
    fn api_submits(&mut self) {
        let ctx = &mut self.ctx;
        let Some(running) = &self.gateway.running else { return };
        let account = ctx.random.usize(..ctx.plan.settings.accounts.len());
        let number = ctx.book.submissions.len();
        let mut sent = Submission { registered: 0, ..message(ctx, account, number, false) };
        // The API takes no text for a part: one submission, one submit.
        sent.body.truncate(140);
        let shared = &running.shared.accounts[account];
        let submission = ByApi {
            account: shared.config.name.clone(),
            source: sent.source.clone(),
            destination: sent.destination.clone(),
            body: sent.body.clone(),
            ..ByApi::default()
        };
        let (home, replies) = (shared.home, ctx.replies.clone());
        let reply = Box::new(move |outcome: Result<Taken, Refusal>| {
            replies.lock().unwrap().push((number, outcome.map(|taken| taken.ord)));
        });
        ctx.note(format_args!("m{number} by the API"));
        ctx.book.submissions.push(sent);
        let letter = Letter::Mail(Mail::Submit(Box::new(submission), reply));
        self.gateway.post(&mut self.ctx, home, letter);
    }

    fn texts_come(&mut self) {
        for centre in &mut self.centres {
            for _ in 0..centre.plan.texts {
                let delay = self.ctx.random.u64(..self.ctx.plan.chaos.as_millis() as u64);
                centre.new_text(&mut self.ctx, Duration::from_millis(delay));
            }
        }
    }

    /// From now on nothing breaks and nobody misbehaves.
    pub fn calm(&mut self) {
        self.ctx.calm = true;
        self.ctx.note(format_args!("calm"));
        self.gateway.disk.set_capacity(1 << 40);
        self.gateway.disk.fail_at(u64::MAX, sim_disk::Fault::Error);
        if self.gateway.disk.free_bytes().is_err() {
            self.gateway.power_cut(&mut self.ctx);
        }
        for centre in &mut self.centres {
            centre.down_until = Timestamp(0);
        }
        for conn in 0..self.ctx.net.conns.len() {
            self.ctx.net.conns[conn].unread = false;
            let event = Event::Arrive { conn, end: End::Peer };
            self.ctx.agenda.at(self.ctx.now, event);
        }
    }
}
