//! A shard in service: a thread with its exchange, its sockets and its mailbox.
//!
//! Everything of a shard happens on one thread, turn by turn, so nothing here is locked. The exchange
//! decides; this gives it octets, time, mail and the disk's progress, and does what it asks for.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet, VecDeque};
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{Notify, mpsc, oneshot, watch};

use super::door::{self, Door};
use super::exchange::{Action, Exchange};
use super::socket::{Moved, Socket, run};
use super::stop::Going;
use super::stream::Stream;
use crate::base::clock::{Clock, Timestamp};
use crate::base::id::CarrierId;
use crate::pipeline::ask::Ask;
use crate::pipeline::effect::LinkId;
use crate::pipeline::mail::Mail;

/// Octets read in one turn.
const READ_BYTES: usize = 64 * 1024;

/// Octets read in a round of all links that have more than can be read at once: whoever sends little waits for
/// no longer than these take.
const ROUND_BYTES: usize = 256 * 1024;

/// Octets that are read of a link in any case: a turn costs as much as some dozens of PDUs.
const READ_BYTES_MIN: usize = 8 * 1024;

/// How soon a full mailbox is tried again when nothing else happens.
const TRY_AGAIN: Duration = Duration::from_millis(10);

/// How long links may take to be unbound once what was under way on them is done, or its time is over.
const UNBIND_TIMEOUT: Duration = Duration::from_secs(10);

/// How long that may take when nobody is waited for.
const HURRY_TIMEOUT: Duration = Duration::from_millis(500);

/// How often a shard that stops looks how far it is.
const DRAIN_EVERY: Duration = Duration::from_millis(20);

/// What reaches a shard from outside.
pub(super) enum Letter {
    /// Mail for its exchange.
    Mail(Mail),
    /// A connection whose account lives here.
    Moved(Moved),
    /// Whether it makes turns: answered at the end of this one.
    Turn(oneshot::Sender<()>),
}

/// Letters that may wait in a mailbox; a batch is one letter.
pub(super) const MAILBOX_LETTERS_MAX: usize = 4_096;

/// How to reach everybody.
#[derive(Clone)]
pub(super) struct Post {
    pub(super) shards: Vec<mpsc::Sender<Letter>>,
    pub(super) asker: mpsc::Sender<(usize, Ask)>,
}

/// What a shard's thread is started with.
pub(super) struct Start {
    pub(super) index: usize,
    pub(super) exchange: Exchange,
    pub(super) clock: Clock,
    pub(super) post: Post,
    pub(super) letters: mpsc::Receiver<Letter>,
    pub(super) durable: Arc<Notify>,
    pub(super) doors: Vec<Door>,
    pub(super) connections: Arc<AtomicUsize>,
    pub(super) connections_max: usize,
    pub(super) patience: Duration,
    pub(super) session_init: Duration,
    pub(super) pdu_bytes_max: usize,
    pub(super) drain_timeout: Duration,
    pub(super) stop: watch::Receiver<Going>,
}

/// One shard's thread.
pub(super) struct Shard {
    index: usize,
    pub(super) exchange: RefCell<Exchange>,
    sockets: RefCell<HashMap<LinkId, Rc<Socket>>>,
    clock: Clock,
    post: Post,
    /// Letters that found a mailbox full.
    unsent: RefCell<VecDeque<(usize, Letter)>>,
    unasked: RefCell<VecDeque<Ask>>,
    room: RefCell<Box<[u8]>>,
    armed: Cell<Timestamp>,
    rearm: Notify,
    dirty: RefCell<Vec<LinkId>>,
    /// Something is to be written when everybody has had a turn.
    unwritten: Notify,
    /// Links whose last read left something behind.
    brimming: Cell<usize>,
    /// Binds that a task waits to dial, or dials.
    dialling: RefCell<HashSet<(CarrierId, u16)>>,
    pub(super) connections: Arc<AtomicUsize>,
    pub(super) connections_max: usize,
    patience: Duration,
    pub(super) session_init: Duration,
    /// Octets that may be unread of one link: a PDU, whatever its size.
    unread_bytes_max: usize,
    was_blocked: Cell<bool>,
    pub(super) stopping: Cell<bool>,
}

/// Runs a shard until the gateway stops.
pub(super) async fn serve(start: Start) {
    let Start { doors, letters, durable, mut stop, .. } = start;
    let shard = Rc::new(Shard {
        index: start.index,
        exchange: RefCell::new(start.exchange),
        sockets: RefCell::default(),
        clock: start.clock,
        post: start.post,
        unsent: RefCell::default(),
        unasked: RefCell::default(),
        room: RefCell::new(vec![0; READ_BYTES].into_boxed_slice()),
        armed: Cell::new(Timestamp::NEVER),
        rearm: Notify::new(),
        dirty: RefCell::default(),
        unwritten: Notify::new(),
        brimming: Cell::new(0),
        dialling: RefCell::default(),
        connections: start.connections,
        connections_max: start.connections_max,
        patience: start.patience,
        session_init: start.session_init,
        unread_bytes_max: READ_BYTES.max(start.pdu_bytes_max),
        was_blocked: Cell::new(false),
        stopping: Cell::new(false),
    });
    shard.exchange.borrow_mut().start();
    shard.end_turn();
    tokio::task::spawn_local(shard.clone().follow_disk(durable));
    tokio::task::spawn_local(shard.clone().follow_clock());
    tokio::task::spawn_local(shard.clone().follow_mail(letters));
    tokio::task::spawn_local(shard.clone().write_rounds());
    let doors: Vec<_> = doors
        .into_iter()
        .map(|door| tokio::task::spawn_local(door::keep(shard.clone(), door)))
        .collect();
    while *stop.borrow_and_update() == Going::On && stop.changed().await.is_ok() {}
    // Whoever would connect goes elsewhere.
    doors.iter().for_each(tokio::task::JoinHandle::abort);
    shard.drain(stop, start.drain_timeout).await;
}

impl Shard {
    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    async fn follow_disk(self: Rc<Self>, durable: Arc<Notify>) {
        loop {
            durable.notified().await;
            self.end_turn();
        }
    }

    /// Writes once everybody whose turn it is has had it: one write to a link for all of them.
    async fn write_rounds(self: Rc<Self>) {
        loop {
            self.unwritten.notified().await;
            self.write_dirty();
        }
    }

    /// Wakes when the exchange has something due.
    async fn follow_clock(self: Rc<Self>) {
        loop {
            let due = self.armed.get();
            let sleep = tokio::time::sleep_until(self.clock.instant(due).into());
            tokio::select! {
                () = sleep => {
                    self.armed.set(Timestamp::NEVER);
                    self.end_turn();
                }
                () = self.rearm.notified() => {}
            }
        }
    }

    async fn follow_mail(self: Rc<Self>, mut letters: mpsc::Receiver<Letter>) {
        let (mut batch, mut asked) = (Vec::new(), Vec::new());
        while letters.recv_many(&mut batch, 64).await > 0 {
            for letter in batch.drain(..) {
                match letter {
                    Letter::Mail(mail) => {
                        let now = self.now();
                        self.exchange.borrow_mut().mail(now, mail);
                    }
                    Letter::Moved(moved) => self.take_over(moved),
                    Letter::Turn(told) => asked.push(told),
                }
            }
            self.end_turn();
            for told in asked.drain(..) {
                // Who has waited too long does not want to know.
                let _gone = told.send(());
            }
        }
    }

    pub(super) fn accept(self: &Rc<Self>, stream: Stream, from: SocketAddr, replay: Vec<u8>) {
        let from = stream.describe(from);
        let link = self.exchange.borrow_mut().accept(self.now(), from);
        self.open(link, stream, replay);
        // The turn sets the clock for its session-init timer.
        self.end_turn();
    }

    pub(super) fn open(self: &Rc<Self>, link: LinkId, stream: Stream, unread: Vec<u8>) {
        stream.set_nodelay();
        let socket = Rc::new(Socket::new(link, stream));
        *socket.unread.borrow_mut() = unread;
        self.sockets.borrow_mut().insert(link, socket.clone());
        tokio::task::spawn_local(run(self.clone(), socket));
    }

    fn take_over(self: &Rc<Self>, moved: Moved) {
        match moved.parts.into_stream() {
            Ok((stream, from)) => self.accept(stream, from, moved.replay),
            Err(error) => tracing::error!(%error, "a connection was lost between shards"),
        }
    }

    // What the sockets' tasks call.

    /// Whether the log's staging buffer is full: nothing is read until it is not.
    pub(super) fn reading_stopped(&self) -> bool {
        self.exchange.borrow().engine.blocked()
    }

    /// Whether octets of the link wait for its window or a pause: then nothing more is read.
    pub(super) fn is_starved(&self, socket: &Socket) -> bool {
        socket.unread.borrow().len() >= self.unread_bytes_max
            || self.exchange.borrow_mut().is_starved(socket.link)
    }

    pub(super) fn patience(&self) -> Duration {
        self.patience
    }

    pub(super) fn out_len(&self, link: LinkId) -> usize {
        self.exchange.borrow_mut().link(link).map_or(0, |link| link.out.len())
    }

    pub(super) fn write_link(&self, socket: &Socket) {
        if let Some(link) = self.exchange.borrow_mut().link(socket.link) {
            socket.write(&mut link.out);
        }
    }

    /// Reads into the shard's room, behind what the link has left there.
    pub(super) fn read_into(
        &self,
        read: impl FnOnce(&mut [u8]) -> io::Result<usize>,
        socket: &Socket,
    ) -> io::Result<usize> {
        let mut room = self.room.borrow_mut();
        let unread = socket.unread.borrow();
        if room.len() < unread.len() + READ_BYTES / 2 {
            let longer = vec![0; unread.len() + READ_BYTES].into_boxed_slice();
            *room = longer;
        }
        let (head, tail) = room.split_at_mut(unread.len());
        head.copy_from_slice(&unread);
        let share = (ROUND_BYTES / self.brimming.get().max(1)).clamp(READ_BYTES_MIN, READ_BYTES);
        let room = share.min(tail.len());
        let count = read(&mut tail[..room]);
        self.brims(socket, count.as_ref().is_ok_and(|count| *count == room));
        count
    }

    /// Counts the links that have more than was read of them.
    pub(super) fn brims(&self, socket: &Socket, brims: bool) {
        match (socket.brims.replace(brims), brims) {
            (false, true) => self.brimming.set(self.brimming.get() + 1),
            (true, false) => self.brimming.set(self.brimming.get() - 1),
            _ => {}
        }
    }

    /// Gives the exchange what is unread of a link and the `fresh` octets behind that, and ends the
    /// turn.
    pub(super) fn feed(self: &Rc<Self>, socket: &Rc<Socket>, fresh: usize) {
        let now = self.now();
        {
            let mut unread = socket.unread.borrow_mut();
            let mut exchange = self.exchange.borrow_mut();
            if fresh == 0 {
                let used = exchange.receive(now, socket.link, &unread);
                unread.drain(..used);
            } else {
                let room = self.room.borrow();
                let octets = &room[..unread.len() + fresh];
                let used = exchange.receive(now, socket.link, octets);
                unread.clear();
                unread.extend_from_slice(&octets[used..]);
            }
        }
        self.end_turn();
    }

    pub(super) fn link_closed(self: &Rc<Self>, link: LinkId) {
        self.exchange.borrow_mut().closed(self.now(), link);
        self.end_turn();
    }

    pub(super) fn forget(&self, socket: &Socket) {
        self.brims(socket, false);
        self.sockets.borrow_mut().remove(&socket.link);
        if socket.moving.borrow().is_none() {
            self.connections.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// Gives a connection to the shard of its account.
    pub(super) fn hand_on(&self, socket: Rc<Socket>, to: usize, replay: Vec<u8>) {
        let Ok(socket) = Rc::try_unwrap(socket) else { return };
        match socket.into_parts() {
            Ok(parts) => self.send(to, Letter::Moved(Moved { parts, replay })),
            Err(error) => tracing::warn!(%error, "a connection was lost between shards"),
        }
    }

    /// Ends the turn: writes, answers, submits, and passes on.
    pub(super) fn end_turn(self: &Rc<Self>) {
        let now = self.now();
        let deadline = {
            let mut exchange = self.exchange.borrow_mut();
            let outcome = exchange.durable(now).and_then(|()| exchange.end_turn(now));
            if outcome.is_err() {
                stop_at_once();
            }
            exchange.deadline()
        };
        self.act();
        self.mark_unwritten();
        self.go_on_reading();
        let deadline = if self.send_unsent() { deadline } else { deadline.min(now + TRY_AGAIN) };
        if deadline < self.armed.get() {
            self.armed.set(deadline);
            self.rearm.notify_one();
        }
    }

    /// Wakes all readers once the log has room again.
    fn go_on_reading(&self) {
        let blocked = self.reading_stopped();
        if self.was_blocked.replace(blocked) && !blocked {
            for socket in self.sockets.borrow().values() {
                socket.wake.notify_one();
            }
        }
    }

    /// Has what this turn says written, at the end of the round.
    fn mark_unwritten(&self) {
        if self.exchange.borrow().is_dirty() {
            self.unwritten.notify_one();
        }
    }

    fn write_dirty(&self) {
        let mut dirty = self.dirty.borrow_mut();
        let mut exchange = self.exchange.borrow_mut();
        let sockets = self.sockets.borrow();
        exchange.take_dirty(&mut dirty);
        for id in dirty.drain(..) {
            if let (Some(link), Some(socket)) = (exchange.link(id), sockets.get(&id)) {
                socket.write(&mut link.out);
            }
        }
    }

    fn act(self: &Rc<Self>) {
        let actions = std::mem::take(&mut self.exchange.borrow_mut().actions);
        for action in actions {
            match action {
                Action::Close { link, last } => {
                    if let Some(socket) = self.sockets.borrow().get(&link) {
                        socket.close_after(last);
                    }
                }
                Action::Dial { carrier, bind, after } => {
                    if self.dialling.borrow_mut().insert((carrier, bind)) {
                        tokio::task::spawn_local(self.clone().dial(carrier, bind, after));
                    }
                }
                Action::Call { account } => {
                    tokio::task::spawn_local(self.clone().call(account));
                }
                Action::Move { link, shard, mut said, replay } => {
                    if let Some(socket) = self.sockets.borrow().get(&link) {
                        socket.write(&mut said);
                        *socket.moving.borrow_mut() = Some((shard, replay));
                        socket.wake.notify_one();
                    }
                }
                Action::Ask(ask) => self.unasked.borrow_mut().push_back(ask),
                Action::Post { shard, mail } => self.send(shard, Letter::Mail(mail)),
                Action::ReadAgain(link) => {
                    if let Some(socket) = self.sockets.borrow().get(&link) {
                        socket.read_again.set(true);
                        socket.wake.notify_one();
                    }
                }
            }
        }
    }

    /// A dial is over: the next one of this bind may begin.
    pub(super) fn dial_over(&self, carrier: CarrierId, bind: u16) {
        self.dialling.borrow_mut().remove(&(carrier, bind));
    }

    fn send(&self, to: usize, letter: Letter) {
        self.unsent.borrow_mut().push_back((to, letter));
    }

    /// Sends what waits. `false` when a mailbox is full: it is tried again with the next turn, since
    /// this shard never waits for another.
    fn send_unsent(&self) -> bool {
        let mut unsent = self.unsent.borrow_mut();
        while let Some((to, letter)) = unsent.pop_front() {
            let Some(mailbox) = self.post.shards.get(to) else { continue };
            if let Err(mpsc::error::TrySendError::Full(letter)) = mailbox.try_send(letter) {
                unsent.push_front((to, letter));
                break;
            }
        }
        let mut unasked = self.unasked.borrow_mut();
        while let Some(ask) = unasked.pop_front() {
            let sent = self.post.asker.try_send((self.index, ask));
            if let Err(mpsc::error::TrySendError::Full((_, ask))) = sent {
                unasked.push_front(ask);
                break;
            }
        }
        unsent.is_empty() && unasked.is_empty()
    }

    /// Shows how much is left to end; and whether nothing waits for the disk.
    fn show_left(&self) -> (u64, bool) {
        let exchange = self.exchange.borrow();
        let left = exchange.left();
        if let Some(shown) = exchange.shared().left.get(self.index) {
            shown.store(left, Ordering::Relaxed);
        }
        (left, exchange.engine.settled())
    }

    /// Ends all links in the protocol's way, within a time, and has all that was decided on disk.
    async fn drain(self: Rc<Self>, stop: watch::Receiver<Going>, timeout: Duration) {
        self.stopping.set(true);
        let mut until = tokio::time::Instant::now() + timeout + UNBIND_TIMEOUT;
        let mut hurries = false;
        self.exchange.borrow_mut().drain(self.now());
        loop {
            if !hurries && *stop.borrow() == Going::Hurrying {
                hurries = true;
                self.exchange.borrow_mut().hurry(self.now());
                until = tokio::time::Instant::now() + HURRY_TIMEOUT;
            }
            self.end_turn();
            self.write_dirty();
            let (left, settled) = self.show_left();
            let late = tokio::time::Instant::now().saturating_duration_since(until);
            let ended = left == 0 || !late.is_zero();
            // A log that takes nothing is not waited for: what it was promised is found by recovery.
            if (ended && settled) || late >= UNBIND_TIMEOUT {
                break;
            }
            tokio::time::sleep(DRAIN_EVERY).await;
        }
    }
}

/// A write or a sync failed: what the page cache holds is not to be trusted, so nothing more is said
/// to anybody. Recovery finds what was promised.
fn stop_at_once() -> ! {
    tracing::error!("the log cannot be written: the gateway stops at once");
    std::process::exit(74)
}
