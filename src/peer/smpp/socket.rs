//! A link's socket and the task that reads it.
//!
//! One read a turn, never until empty, and then everybody else who has something: a busy link does not
//! keep the others waiting. What a
//! peer does not read is kept up to a limit; then the peer is not read either, and after a time
//! without progress the link is closed.

use std::cell::{Cell, RefCell};
use std::io;
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::Notify;

use super::shard::Shard;
use super::stream::{Parts, Stream};
use crate::pipeline::effect::LinkId;

/// Octets that may wait for a peer that does not read, before it is not read either.
const OUT_BYTES_MAX: usize = 1 << 20;

/// Room for octets to be written that a quiet link keeps.
const OUT_BYTES_KEPT: usize = OUT_BYTES_MAX / 16;

/// A socket of this shard.
#[derive(Debug)]
pub(super) struct Socket {
    pub(super) link: LinkId,
    stream: Stream,
    /// Octets read and not used yet.
    pub(super) unread: RefCell<Vec<u8>>,
    /// Octets of a link that has gone, still to be written.
    last: RefCell<Vec<u8>>,
    /// Wakes the task: something of what follows has changed.
    pub(super) wake: Notify,
    pub(super) read_again: Cell<bool>,
    /// The last read left something behind.
    pub(super) brims: Cell<bool>,
    blocked: Cell<bool>,
    pub(super) closing: Cell<bool>,
    pub(super) moving: RefCell<Option<(usize, Vec<u8>)>>,
}

impl Socket {
    pub(super) fn new(link: LinkId, stream: Stream) -> Self {
        Self {
            link,
            stream,
            unread: RefCell::default(),
            last: RefCell::default(),
            wake: Notify::new(),
            read_again: Cell::new(false),
            brims: Cell::new(false),
            blocked: Cell::new(false),
            closing: Cell::new(false),
            moving: RefCell::default(),
        }
    }

    /// The connection itself, to be given to another shard.
    pub(super) fn into_parts(self) -> io::Result<Parts> {
        self.stream.into_parts()
    }

    /// Writes as much as the socket takes; the task waits for room for the rest.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        if self.blocked.get() || out.is_empty() && !self.stream.owes() {
            return;
        }
        match self.stream.try_write(out) {
            (written, Ok(())) => {
                out.clear();
                give_back(out, written);
            }
            (taken, Err(error)) if error.kind() == io::ErrorKind::WouldBlock => {
                out.drain(..taken);
                self.block();
            }
            (_, Err(_)) => {
                // The reader meets the same error and ends the link.
                out.clear();
            }
        }
    }

    fn block(&self) {
        self.blocked.set(true);
        self.wake.notify_one();
    }

    /// Ends the socket after these octets.
    pub(super) fn close_after(&self, last: Vec<u8>) {
        *self.last.borrow_mut() = last;
        self.closing.set(true);
        self.wake.notify_one();
    }
}

/// A burst's room is not kept for ever, but a link that goes on in bursts does not ask for it anew
/// each time.
fn give_back(out: &mut Vec<u8>, written: usize) {
    if out.capacity() > OUT_BYTES_KEPT && written < out.capacity() / 4 {
        out.shrink_to(OUT_BYTES_KEPT.max(out.capacity() / 2));
    }
}

/// Reads a link until it ends, one way or another.
pub(super) async fn run(shard: Rc<Shard>, socket: Rc<Socket>) {
    // Octets of a link that was moved here are waiting already.
    if !socket.unread.borrow().is_empty() {
        shard.feed(&socket, 0);
    }
    loop {
        if socket.closing.get() || socket.moving.borrow().is_some() {
            break;
        }
        let stalled = shard.out_len(socket.link) > OUT_BYTES_MAX;
        let may_read = !stalled && !shard.reading_stopped() && !shard.is_starved(&socket);
        tokio::select! {
            biased;
            ready = socket.stream.writable(), if socket.blocked.get() => {
                if ready.is_err() || !progressed(&shard, &socket) {
                    break;
                }
            }
            () = socket.wake.notified() => {
                if socket.read_again.take() {
                    shard.feed(&socket, 0);
                }
            }
            ready = socket.stream.readable(), if may_read => {
                if ready.is_err() || !read(&shard, &socket) {
                    break;
                }
                // A socket stays ready until a read finds nothing: without this, one that is always
                // ready would be read a hundred times before the next is looked at.
                tokio::task::yield_now().await;
            }
            () = tokio::time::sleep(shard.patience()), if socket.blocked.get() => {
                tracing::warn!(link = socket.link.0, "peer does not read: closed");
                break;
            }
        }
    }
    finish(&shard, socket).await;
}

/// Room again: writes on. `false` when the socket is broken.
fn progressed(shard: &Rc<Shard>, socket: &Socket) -> bool {
    socket.blocked.set(false);
    shard.write_link(socket);
    true
}

/// One read. `false` at the end of the stream.
fn read(shard: &Rc<Shard>, socket: &Rc<Socket>) -> bool {
    match shard.read_into(|room| socket.stream.try_read(room), socket) {
        Ok(0) => false,
        Ok(count) => {
            shard.feed(socket, count);
            true
        }
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => true,
        Err(error) => {
            shard.broke(socket.link, &error);
            false
        }
    }
}

async fn finish(shard: &Rc<Shard>, socket: Rc<Socket>) {
    shard.forget(&socket);
    let moving = socket.moving.borrow_mut().take();
    if let Some((to, replay)) = moving {
        shard.hand_on(socket, to, replay);
        // The letter leaves with a turn, and an idle shard may have none for a long time.
        shard.end_turn();
        return;
    }
    if !socket.closing.get() {
        shard.link_closed(socket.link);
        return;
    }
    let mut last = std::mem::take(&mut *socket.last.borrow_mut());
    let write_last = async {
        write_all(&socket, &mut last).await;
        socket.stream.end();
        write_all(&socket, &mut last).await;
    };
    // What cannot be said in a second is not waited for.
    let _unsaid = tokio::time::timeout(Duration::from_secs(1), write_last).await;
}

/// Writes until all has left, or the socket is broken.
async fn write_all(socket: &Socket, out: &mut Vec<u8>) {
    loop {
        socket.blocked.set(false);
        socket.write(out);
        if !socket.blocked.get() || socket.stream.writable().await.is_err() {
            return;
        }
    }
}

/// A connection on its way to another shard.
#[derive(Debug)]
pub(super) struct Moved {
    pub(super) parts: Parts,
    pub(super) replay: Vec<u8>,
}
