//! One TCP connection of a simulated peer: octets in by turns, octets out in batches.
//!
//! A turn is one read of at most 64 KiB, everything in it handled at once, and one write. Anyone in
//! the same thread may append to a link and wake it; the link's own task writes.
//! **Invariants**: reading stops while more than [`UNSENT_MAX`] octets wait to be written, so a peer
//! that does not read cannot make this process grow; a turn never waits.
//! **Not here**: what the octets mean.

use std::cell::{Cell, RefCell};
use std::io;

use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::Notify;

/// Octets of one read.
const READ_OCTETS: usize = 64 * 1024;

/// Octets that may wait to be written before reading stops.
const UNSENT_MAX: usize = 4 * 1024 * 1024;

/// The sending side of a connection, shared by everybody who sends on it.
#[derive(Debug)]
pub(crate) struct Link {
    writer: OwnedWriteHalf,
    out: RefCell<Outbox>,
    wake: Notify,
    closing: Cell<bool>,
}

/// What waits to be written.
#[derive(Debug, Default)]
struct Outbox {
    octets: Vec<u8>,
    sent: usize,
}

/// What is done with the octets of a connection.
pub(crate) trait Peer {
    /// Handles `octets`, read and not yet handled, and says how many of them were used up. It is
    /// also called when the link was woken, perhaps with nothing new.
    fn turn(&mut self, octets: &[u8]) -> Result<usize, Closed>;
}

/// The connection must end: the stream makes no sense any more, or the peer said so.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Closed;

impl Link {
    /// Takes over a fresh connection.
    pub(crate) fn over(stream: TcpStream) -> io::Result<(Self, OwnedReadHalf)> {
        // Batches are made here; the kernel holding back a small one would only add its 40 ms.
        stream.set_nodelay(true)?;
        let (reader, writer) = stream.into_split();
        let link = Self {
            writer,
            out: RefCell::default(),
            wake: Notify::new(),
            closing: Cell::new(false),
        };
        Ok((link, reader))
    }

    /// Lets `write` append to what is sent next. The link must be woken unless this is its turn.
    #[inline]
    pub(crate) fn append<R>(&self, write: impl FnOnce(&mut Vec<u8>) -> R) -> R {
        write(&mut self.out.borrow_mut().octets)
    }

    /// Gives the link a turn soon.
    pub(crate) fn wake(&self) {
        self.wake.notify_one();
    }

    /// Ends the connection once everything appended is written.
    pub(crate) fn close(&self) {
        self.closing.set(true);
        self.wake();
    }

    /// Octets appended and not yet written.
    fn unsent(&self) -> usize {
        let out = self.out.borrow();
        out.octets.len() - out.sent
    }

    /// Writes what the socket takes; whether something is left.
    fn flush(&self) -> io::Result<bool> {
        let mut out = self.out.borrow_mut();
        let Outbox { octets, sent } = &mut *out;
        while let Some(rest) = octets.get(*sent..).filter(|rest| !rest.is_empty()) {
            match self.writer.try_write(rest) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => *sent += written,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    if *sent > octets.len() / 2 {
                        octets.drain(..*sent);
                        *sent = 0;
                    }
                    return Ok(true);
                }
                Err(error) => return Err(error),
            }
        }
        octets.clear();
        *sent = 0;
        Ok(false)
    }
}

/// Runs a connection until either side ends it.
pub(crate) async fn drive(
    link: &Link,
    mut reader: OwnedReadHalf,
    peer: &mut impl Peer,
) -> io::Result<()> {
    let mut inbox = Inbox::new();
    let mut gone = false;
    loop {
        let blocked = link.flush()?;
        if gone || (link.closing.get() && !blocked) {
            return Ok(());
        }
        let may_read = link.unsent() < UNSENT_MAX && inbox.has_room();
        let mut full = false;
        tokio::select! {
            biased;
            read = reader.read(inbox.room()), if may_read => match read? {
                0 => return Ok(()),
                octets => {
                    full = octets == READ_OCTETS;
                    inbox.end += octets;
                }
            },
            () = link.wake.notified() => {}
            ready = link.writer.writable(), if blocked => {
                ready?;
                continue;
            }
        }
        match peer.turn(inbox.waiting()) {
            Ok(used) => inbox.start += used,
            // What was answered before the end is still written, if the socket takes it at once.
            Err(Closed) => gone = true,
        }
        if full {
            // More is there to be read, but the other links have their turn first.
            let _ = link.flush()?;
            tokio::task::yield_now().await;
        }
    }
}

/// What was read and not yet handled.
struct Inbox {
    octets: Vec<u8>,
    start: usize,
    end: usize,
}

impl Inbox {
    /// Room for one read behind the greatest PDU that may still be incomplete.
    fn new() -> Self {
        Self { octets: vec![0; 2 * READ_OCTETS], start: 0, end: 0 }
    }

    fn has_room(&self) -> bool {
        self.end - self.start <= READ_OCTETS
    }

    /// Where the next read goes.
    fn room(&mut self) -> &mut [u8] {
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
        } else if self.end > READ_OCTETS {
            self.octets.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
        let until = (self.end + READ_OCTETS).min(self.octets.len());
        self.octets.get_mut(self.end..until).unwrap_or_default()
    }

    fn waiting(&self) -> &[u8] {
        self.octets.get(self.start..self.end).unwrap_or_default()
    }
}
