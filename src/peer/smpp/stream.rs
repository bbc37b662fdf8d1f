//! A connection: its socket, and TLS over it if it has that.
//!
//! Reading and writing never wait. In clear nothing is added to the socket's own calls but a branch.

use std::cell::RefCell;
use std::io::{self, IoSlice, Read, Write};
use std::net::SocketAddr;

use tokio::net::TcpStream;

use crate::net::tls::channel::Channel;

/// A connection of one shard.
#[derive(Debug)]
pub(super) struct Stream {
    tcp: TcpStream,
    tls: Option<Box<RefCell<Channel>>>,
}

/// A connection between shards.
#[derive(Debug)]
pub(super) struct Parts {
    tcp: std::net::TcpStream,
    tls: Option<Box<RefCell<Channel>>>,
}

impl Stream {
    /// A connection in clear.
    pub(super) const fn plain(tcp: TcpStream) -> Self {
        Self { tcp, tls: None }
    }

    /// A connection whose handshake is over.
    pub(super) fn secured(tcp: TcpStream, channel: Channel) -> Self {
        Self { tcp, tls: Some(Box::new(RefCell::new(channel))) }
    }

    /// Who is at the other end, for the log and the ledger; in TLS with what its certificate says.
    pub(super) fn describe(&self, from: SocketAddr) -> String {
        match &self.tls {
            None => from.to_string(),
            Some(tls) => format!("{from} ({})", tls.borrow().description()),
        }
    }

    /// Small answers go at once.
    pub(super) fn set_nodelay(&self) {
        let _best_effort = self.tcp.set_nodelay(true);
    }

    /// Waits until something can be read.
    pub(super) async fn readable(&self) -> io::Result<()> {
        match &self.tls {
            Some(tls) if tls.borrow().holds() => Ok(()),
            _ => self.tcp.readable().await,
        }
    }

    /// Waits until something can be written.
    pub(super) async fn writable(&self) -> io::Result<()> {
        self.tcp.writable().await
    }

    /// Reads once; 0 is the end.
    pub(super) fn try_read(&self, room: &mut [u8]) -> io::Result<usize> {
        match &self.tls {
            None => self.tcp.try_read(room),
            Some(tls) => tls.borrow_mut().read(&mut Tcp(&self.tcp), room),
        }
    }

    /// Whether something is to be written besides what a link has to say.
    pub(super) fn owes(&self) -> bool {
        self.tls.as_ref().is_some_and(|tls| tls.borrow().wants_write())
    }

    /// Writes as much as the socket takes: how many octets need not be given again, and whether all
    /// that was given has left.
    pub(super) fn try_write(&self, out: &[u8]) -> (usize, io::Result<()>) {
        match &self.tls {
            None => match self.tcp.try_write(out) {
                Ok(written) if written == out.len() => (written, Ok(())),
                Ok(written) => (written, Err(io::ErrorKind::WouldBlock.into())),
                Err(error) => (0, Err(error)),
            },
            Some(tls) => tls.borrow_mut().write(&mut Tcp(&self.tcp), out),
        }
    }

    /// Says the end, where there is a way to: it leaves with the next [`Self::try_write`].
    pub(super) fn end(&self) {
        if let Some(tls) = &self.tls {
            tls.borrow_mut().end();
        }
    }

    /// Lets it go to another shard, with what TLS holds of it.
    pub(super) fn into_parts(self) -> io::Result<Parts> {
        Ok(Parts { tcp: self.tcp.into_std()?, tls: self.tls })
    }
}

impl Parts {
    /// Takes it up on this thread's runtime.
    pub(super) fn into_stream(self) -> io::Result<(Stream, SocketAddr)> {
        self.tcp.set_nonblocking(true)?;
        let from = self.tcp.peer_addr()?;
        Ok((Stream { tcp: TcpStream::from_std(self.tcp)?, tls: self.tls }, from))
    }
}

/// A socket as TLS wants it, without waiting.
#[derive(Debug)]
pub(super) struct Tcp<'a>(pub(super) &'a TcpStream);

impl Read for Tcp<'_> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        self.0.try_read(room)
    }
}

impl Write for Tcp<'_> {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.0.try_write(octets)
    }

    fn write_vectored(&mut self, octets: &[IoSlice<'_>]) -> io::Result<usize> {
        self.0.try_write_vectored(octets)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
