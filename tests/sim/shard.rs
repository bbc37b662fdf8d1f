//! A shard in the world: what `peer::smpp::shard` does with sockets, timers and mailboxes.
//!
//! **Invariant**: as there, every call of the exchange is followed by the end of a turn.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use postrider::base::clock::Timestamp;
use postrider::peer::smpp::exchange::{Action, Exchange};
use postrider::pipeline::effect::LinkId;
use postrider::pipeline::mail::Mail;

use crate::agenda::{End, GatewayEvent};
use crate::context::Context;
use crate::gateway::Gateway;
use crate::net::Peer;
use crate::proofs::Sabotage;

pub struct Shard {
    pub exchange: Exchange,
    sockets: BTreeMap<LinkId, Socket>,
    mailbox: VecDeque<Letter>,
    armed: Timestamp,
    reading_letters: bool,
    blocked: bool,
    /// Turns taken because of the clock since this moment.
    clock_turns: (Timestamp, u32),
}

struct Socket {
    conn: usize,
    /// Octets read and not used.
    unread: Vec<u8>,
    blocked_since: Option<Timestamp>,
    forgotten: bool,
}

pub enum Letter {
    Mail(Mail),
    Moved { conn: usize, replay: Vec<u8> },
}

/// Octets that may wait for a peer that does not read, before it is not read either.
const OUT_BYTES_MAX: usize = 1 << 20;

/// More turns by the clock in a second than its millisecond allows when something is wrong.
const CLOCK_TURNS_MAX: u32 = 900;

impl Shard {
    pub fn new(exchange: Exchange) -> Self {
        Self {
            exchange,
            sockets: BTreeMap::new(),
            mailbox: VecDeque::new(),
            armed: Timestamp::NEVER,
            reading_letters: false,
            blocked: false,
            clock_turns: (Timestamp(0), 0),
        }
    }
}

impl Gateway {
    fn shard(&mut self, shard: usize) -> Option<&mut Shard> {
        self.running.as_mut().map(|running| &mut running.shards[shard])
    }

    /// An application connects, or is moved here with what was read of it.
    pub fn accept(&mut self, ctx: &mut Context, shard: usize, conn: usize, replay: Vec<u8>) {
        let now = ctx.now;
        let Some(there) = self.shard(shard) else { return };
        let link = there.exchange.accept(now, format!("peer {conn}"));
        self.open(ctx, shard, link, conn, replay);
    }

    fn open(
        &mut self,
        ctx: &mut Context,
        shard: usize,
        link: LinkId,
        conn: usize,
        unread: Vec<u8>,
    ) {
        let Some(there) = self.shard(shard) else { return };
        let again = !unread.is_empty();
        there.sockets.insert(link, Socket { conn, unread, blocked_since: None, forgotten: false });
        ctx.net.conns[conn].link = Some((shard, link));
        if again {
            self.feed(ctx, shard, link, &[]);
        }
        self.arrived(ctx, conn);
    }

    /// Something has come for the gateway on a connection: reads it, if it may be read.
    pub fn arrived(&mut self, ctx: &mut Context, conn: usize) {
        let Some((shard, link)) = ctx.net.conns[conn].link else { return };
        if ctx.calm && ctx.plan.sabotage == Some(Sabotage::DeafAfterwards) {
            return;
        }
        let Some(there) = self.shard(shard) else { return };
        let out = there.exchange.link(link).map_or(0, |link| link.out.len());
        let forgotten = there.sockets.get(&link).is_some_and(|socket| socket.forgotten);
        let may_read = out <= OUT_BYTES_MAX
            && !forgotten
            && !there.exchange.engine.blocked()
            && !there.exchange.is_starved(link);
        if !may_read {
            return;
        }
        let arrived = ctx.net.take(ctx.now, conn, End::Gateway);
        if !arrived.segments.is_empty() {
            let octets: Vec<u8> = arrived.segments.into_iter().flat_map(|(_, o)| o).collect();
            self.feed(ctx, shard, link, &octets);
        }
        if arrived.ended && ctx.net.conns[conn].link == Some((shard, link)) {
            let now = ctx.now;
            let Some(there) = self.shard(shard) else { return };
            // What is unread because of a window or a pause is read before the end is.
            if there.exchange.is_starved(link) {
                return;
            }
            ctx.note(format_args!("shard {shard} hears the end of {conn}"));
            there.sockets.remove(&link);
            there.exchange.closed(now, link);
            ctx.close(conn, End::Gateway);
            self.turn(ctx, shard);
        }
    }

    fn feed(&mut self, ctx: &mut Context, shard: usize, link: LinkId, fresh: &[u8]) {
        let now = ctx.now;
        let Some(there) = self.shard(shard) else { return };
        let Some(socket) = there.sockets.get_mut(&link) else { return };
        let conn = socket.conn;
        socket.unread.extend_from_slice(fresh);
        let used = there.exchange.receive(now, link, &socket.unread);
        socket.unread.drain(..used);
        let crc = crate::trace::crc32(fresh);
        ctx.note(format_args!("shard {shard} reads {} of {conn}: {crc:08x}", fresh.len()));
        self.turn(ctx, shard);
    }

    /// Unused octets of a link may be used now.
    pub fn again(&mut self, ctx: &mut Context, shard: usize, link: LinkId) {
        let Some(there) = self.shard(shard) else { return };
        let Some(socket) = there.sockets.get(&link) else { return };
        if socket.forgotten {
            return;
        }
        let conn = socket.conn;
        self.feed(ctx, shard, link, &[]);
        self.arrived(ctx, conn);
    }

    /// The clock has reached what the shard waited for.
    pub fn clock(&mut self, ctx: &mut Context, shard: usize) {
        let now = ctx.now;
        let Some(there) = self.shard(shard) else { return };
        if now < there.armed {
            return;
        }
        there.armed = Timestamp::NEVER;
        if now.since(there.clock_turns.0) > Duration::from_secs(1) {
            there.clock_turns = (now, 0);
        }
        there.clock_turns.1 += 1;
        if there.clock_turns.1 == CLOCK_TURNS_MAX {
            ctx.violate("no shard spins", format!("shard {shard} wakes each millisecond"));
        }
        self.turn(ctx, shard);
    }

    /// Ends a turn: writes, answers, submits, and passes on.
    pub fn turn(&mut self, ctx: &mut Context, shard: usize) {
        let now = ctx.now;
        let Some(there) = self.shard(shard) else { return };
        let exchange = &mut there.exchange;
        if exchange.durable(now).and_then(|()| exchange.end_turn(now)).is_err() {
            return self.disk_failed(ctx);
        }
        let deadline = exchange.deadline();
        let blocked = exchange.engine.blocked();
        let unblocked = std::mem::replace(&mut there.blocked, blocked) && !blocked;
        if deadline < there.armed {
            there.armed = deadline;
            // Timers of the runtime have a millisecond's grain.
            let at = deadline.max(now + Duration::from_millis(1));
            let what = GatewayEvent::Turn(shard);
            let delay = at.since(now);
            ctx.gateway_in(self.life, delay, what);
        }
        self.act(ctx, shard);
        self.write_dirty(ctx, shard);
        self.flush_soon(ctx);
        if unblocked {
            self.read_on(ctx, shard);
        }
        self.drained(ctx);
    }

    /// Lets the world look again at connections that were not read while the log was full.
    fn read_on(&mut self, ctx: &mut Context, shard: usize) {
        let Some(there) = self.shard(shard) else { return };
        let conns: Vec<_> = there.sockets.values().map(|socket| socket.conn).collect();
        for conn in conns {
            if ctx.net.waits(ctx.now, conn, End::Gateway) {
                let event = crate::agenda::Event::Arrive { conn, end: End::Gateway };
                ctx.agenda.at(ctx.now, event);
            }
        }
    }

    fn drained(&mut self, ctx: &mut Context) {
        let Some(running) = &mut self.running else { return };
        let done =
            |shard: &Shard| shard.exchange.link_count() == 0 && shard.exchange.engine.settled();
        if running.stopping && running.shards.iter().all(done) {
            self.stopped(ctx);
        }
    }

    fn write_dirty(&mut self, ctx: &mut Context, shard: usize) {
        let Some(there) = self.shard(shard) else { return };
        let mut dirty = Vec::new();
        there.exchange.take_dirty(&mut dirty);
        for link in dirty {
            self.write(ctx, shard, link);
        }
    }

    /// Writes what a link has for its peer, as far as there is room.
    pub fn write(&mut self, ctx: &mut Context, shard: usize, link: LinkId) {
        let life = self.life;
        let Some(there) = self.shard(shard) else { return };
        let Some(socket) = there.sockets.get_mut(&link) else { return };
        let Some(link) = there.exchange.link(link) else { return };
        if link.out.is_empty() {
            return;
        }
        let conn = socket.conn;
        let written = ctx.net.write(ctx.now, &mut ctx.agenda, conn, End::Peer, &link.out);
        link.out.drain(..written);
        if link.out.is_empty() {
            socket.blocked_since = None;
        } else if written > 0 || socket.blocked_since.is_none() {
            socket.blocked_since = Some(ctx.now);
            let what = GatewayEvent::Impatient { conn, since: ctx.now };
            let patience = ctx.plan.settings.smpp.response_timeout;
            ctx.gateway_in(life, patience, what);
        }
    }

    /// The peer has read: there may be room to write.
    pub fn room(&mut self, ctx: &mut Context, conn: usize) {
        let Some((shard, link)) = ctx.net.conns[conn].link else { return };
        let Some(there) = self.shard(shard) else { return };
        if there.sockets.get(&link).is_some_and(|socket| socket.blocked_since.is_some()) {
            self.write(ctx, shard, link);
            self.arrived(ctx, conn);
        }
    }

    /// A peer has not read for so long: its link is closed.
    pub fn impatient(&mut self, ctx: &mut Context, conn: usize, since: Timestamp) {
        let now = ctx.now;
        let Some((shard, link)) = ctx.net.conns[conn].link else { return };
        let Some(there) = self.shard(shard) else { return };
        if there.sockets.get(&link).is_some_and(|socket| socket.blocked_since == Some(since)) {
            there.sockets.remove(&link);
            there.exchange.closed(now, link);
            ctx.close(conn, End::Gateway);
            self.turn(ctx, shard);
        }
    }

    fn act(&mut self, ctx: &mut Context, shard: usize) {
        let life = self.life;
        let Some(there) = self.shard(shard) else { return };
        for action in std::mem::take(&mut there.exchange.actions) {
            match action {
                Action::Close { link, last } => self.end(ctx, shard, link, &last),
                Action::Dial { carrier, bind, after } => {
                    ctx.gateway_in(life, after, GatewayEvent::Dial { shard, carrier, bind });
                }
                // No account of a plan can be called.
                Action::Call { .. } => {}
                Action::Move { link, shard: to, said, replay } => {
                    let Some(there) = self.shard(shard) else { return };
                    let Some(socket) = there.sockets.remove(&link) else { continue };
                    ctx.net.write(ctx.now, &mut ctx.agenda, socket.conn, End::Peer, &said);
                    ctx.net.conns[socket.conn].link = None;
                    self.post(ctx, to, Letter::Moved { conn: socket.conn, replay });
                }
                Action::Ask(ask) => {
                    if let Some(running) = &mut self.running {
                        running.asks.push_back((shard, ask));
                    }
                    self.ask_soon(ctx, false);
                }
                Action::Post { shard: to, mail } => self.post(ctx, to, Letter::Mail(mail)),
                Action::ReadAgain(link) => {
                    if ctx.plan.sabotage == Some(Sabotage::ForgetToReadAgain) {
                        self.forget(shard, link);
                    }
                    ctx.gateway_in(life, Duration::ZERO, GatewayEvent::Again { shard, link });
                }
            }
        }
    }

    /// Sabotage: a link that asks to be read again never is.
    fn forget(&mut self, shard: usize, link: LinkId) {
        let Some(there) = self.shard(shard) else { return };
        if let Some(socket) = there.sockets.get_mut(&link) {
            socket.forgotten = true;
        }
    }

    /// Writes a link's last words, as far as the socket takes them, and closes it.
    fn end(&mut self, ctx: &mut Context, shard: usize, link: LinkId, last: &[u8]) {
        let Some(there) = self.shard(shard) else { return };
        let Some(socket) = there.sockets.remove(&link) else { return };
        let conn = socket.conn;
        ctx.note(format_args!("shard {shard} closes {conn}"));
        ctx.net.write(ctx.now, &mut ctx.agenda, conn, End::Peer, last);
        ctx.close(conn, End::Gateway);
    }

    pub fn post(&mut self, ctx: &mut Context, to: usize, letter: Letter) {
        let life = self.life;
        if ctx.plan.sabotage == Some(Sabotage::LoseMail)
            && matches!(letter, Letter::Mail(Mail::Queue { .. }))
            && ctx.random.u8(..4) == 0
        {
            return;
        }
        let Some(there) = self.shard(to) else { return };
        there.mailbox.push_back(letter);
        if !std::mem::replace(&mut there.reading_letters, true) {
            let delay = ctx.up_to_ms(ctx.plan.mail_ms);
            ctx.gateway_in(life, delay, GatewayEvent::Letters(to));
        }
    }

    /// Reads all letters that have come, then ends the turn.
    pub fn letters(&mut self, ctx: &mut Context, shard: usize) {
        let now = ctx.now;
        let Some(there) = self.shard(shard) else { return };
        there.reading_letters = false;
        for letter in std::mem::take(&mut there.mailbox) {
            match letter {
                Letter::Mail(mail) => {
                    ctx.note(format_args!("shard {shard} gets {:.60}", format!("{mail:?}")));
                    if let Some(there) = self.shard(shard) {
                        there.exchange.mail(now, mail);
                    }
                }
                Letter::Moved { conn, replay } => self.accept(ctx, shard, conn, replay),
            }
        }
        self.turn(ctx, shard);
    }

    /// A dial was answered, with a connection or not.
    pub fn dialled(&mut self, ctx: &mut Context, what: GatewayEvent) {
        let GatewayEvent::Dialled { shard, carrier, bind, conn } = what else { return };
        let now = ctx.now;
        let Some(there) = self.shard(shard) else { return };
        match conn {
            None => there.exchange.dial_failed(carrier, bind),
            Some(conn) => {
                if let Some(link) = there.exchange.connected(now, carrier, bind) {
                    debug_assert!(matches!(ctx.net.conns[conn].peer, Peer::Centre(_)));
                    self.open(ctx, shard, link, conn, Vec::new());
                }
            }
        }
        self.turn(ctx, shard);
    }
}
