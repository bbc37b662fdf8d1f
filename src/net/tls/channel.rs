//! One connection in TLS: octets of the socket on one side, octets of the protocol on the other.
//!
//! It never waits: what the socket has no room for, and what has come without making a whole record,
//! is kept, up to rustls's limits (64 KiB out, a record in). A peer that closes its socket without
//! saying so in TLS has ended the stream as one that does; the protocol above has lengths of its own
//! and sees what is missing.

use std::fmt;
use std::io::{self, Read, Write};
use std::sync::Arc;

use rustls::{ClientConnection, Connection, ProtocolVersion, ServerConnection};

use super::certificate::Facts;
use super::dialer::DialerTls;
use super::listener::ListenerTls;

/// Octets taken from the socket at a time.
const TAKE_BYTES: usize = 16 << 10;

/// A connection in TLS, at any stage of it.
pub struct Channel {
    connection: Connection,
    /// Octets of the protocol are waiting inside, or the end is.
    holds: bool,
    ended: bool,
}

impl Channel {
    /// The side that listens.
    ///
    /// # Errors
    /// When the machine has no randomness to give.
    pub fn accept(tls: &ListenerTls) -> Result<Self, rustls::Error> {
        ServerConnection::new(Arc::clone(&tls.config)).map(|it| Self::over(it.into()))
    }

    /// The side that connects. The first flight is ready for [`Self::flush`].
    ///
    /// # Errors
    /// When the machine has no randomness to give.
    pub fn dial(tls: &DialerTls) -> Result<Self, rustls::Error> {
        let name = tls.server_name.clone();
        ClientConnection::new(Arc::clone(&tls.config), name).map(|it| Self::over(it.into()))
    }

    const fn over(connection: Connection) -> Self {
        Self { connection, holds: false, ended: false }
    }

    /// Whether the handshake is still going on.
    pub fn is_handshaking(&self) -> bool {
        self.connection.is_handshaking()
    }

    /// Whether a read would give something without the socket.
    pub const fn holds(&self) -> bool {
        self.holds || self.ended
    }

    /// Whether there is something for [`Self::flush`].
    pub fn wants_write(&self) -> bool {
        self.connection.wants_write()
    }

    /// Takes what one read of the socket gives, and puts octets of the protocol into `room`; what has
    /// no room is kept for the next read. 0 is the end of the stream, unless there is no room at all,
    /// as during a handshake.
    ///
    /// # Errors
    /// `WouldBlock` when nothing has come, or nothing whole; what the socket said; `InvalidData` with
    /// a [`rustls::Error`] when it was not right, of which the peer is told.
    pub fn read(&mut self, socket: &mut (impl Read + Write), room: &mut [u8]) -> io::Result<usize> {
        let held = self.take(room)?;
        if held > 0 || self.ended {
            return Ok(held);
        }
        // A record that was not whole before may come on top: what is left of both then stays within
        // the 16 KiB that rustls keeps.
        let most = if room.is_empty() { TAKE_BYTES } else { TAKE_BYTES.min(room.len() / 2 + 1) };
        let mut taken = [0; TAKE_BYTES];
        let count = socket.read(&mut taken[..most])?;
        if count == 0 {
            self.ended = true;
            return Ok(0);
        }
        let (mut rest, mut filled) = (&taken[..count], 0);
        while !rest.is_empty() && !self.ended {
            self.connection.read_tls(&mut rest)?;
            self.process(socket)?;
            filled += self.take(&mut room[filled..])?;
        }
        // What that made TLS say of itself: session tickets, new keys. It may as well go later.
        if self.wants_write() {
            let _later = self.flush(socket);
        }
        if filled == 0 && !self.ended { Err(io::ErrorKind::WouldBlock.into()) } else { Ok(filled) }
    }

    fn process(&mut self, socket: &mut impl Write) -> io::Result<()> {
        match self.connection.process_new_packets() {
            Ok(state) => {
                self.holds = state.plaintext_bytes_to_read() > 0;
                self.ended = state.peer_has_closed();
                Ok(())
            }
            Err(error) => {
                let _best_effort = self.flush(socket);
                Err(io::Error::new(io::ErrorKind::InvalidData, error))
            }
        }
    }

    /// Moves octets of the protocol that are inside into `room`.
    fn take(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while self.holds && filled < room.len() {
            match self.connection.reader().read(&mut room[filled..]) {
                Ok(0) => self.holds = false,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.holds = false,
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }

    /// Writes octets of the protocol, as far as the socket takes them: how many were taken in, and
    /// whether all that is inside has left.
    ///
    /// # Errors
    /// Beside the count: `WouldBlock` when the socket is full, or what the socket said.
    pub fn write(&mut self, socket: &mut impl Write, out: &[u8]) -> (usize, io::Result<()>) {
        let mut taken = 0;
        loop {
            if let Err(error) = self.flush(socket) {
                return (taken, Err(error));
            }
            if taken == out.len() {
                return (taken, Ok(()));
            }
            match self.connection.writer().write(&out[taken..]) {
                Ok(0) => return (taken, Err(io::ErrorKind::WriteZero.into())),
                Ok(count) => taken += count,
                Err(error) => return (taken, Err(error)),
            }
        }
    }

    /// Writes what is inside, of the handshake or of before.
    ///
    /// # Errors
    /// `WouldBlock` when the socket is full, or what the socket said.
    pub fn flush(&mut self, socket: &mut impl Write) -> io::Result<()> {
        while self.wants_write() {
            if self.connection.write_tls(socket)? == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
        }
        Ok(())
    }

    /// Says the end in TLS (RFC 8446 §6.1); it leaves with the next [`Self::flush`].
    pub fn end(&mut self) {
        self.connection.send_close_notify();
    }

    /// The certificate the peer has shown, in DER.
    pub fn peer_certificate(&self) -> Option<&[u8]> {
        self.connection.peer_certificates()?.first().map(AsRef::as_ref)
    }

    /// The version and who the peer is by its certificate, such as `TLS 1.3, CN=app.example.net`.
    pub fn description(&self) -> String {
        let version = match self.connection.protocol_version() {
            Some(ProtocolVersion::TLSv1_2) => "TLS 1.2",
            Some(ProtocolVersion::TLSv1_3) => "TLS 1.3",
            _ => "TLS",
        };
        match self.peer_certificate().and_then(Facts::of) {
            Some(facts) => format!("{version}, {}", facts.subject),
            None => version.to_owned(),
        }
    }
}

impl fmt::Debug for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Channel")
            .field("handshaking", &self.is_handshaking())
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::tls::dialer::Trust;
    use crate::net::tls::identity::Identity;
    use crate::net::tls::listener::{ClientCertificates, VersionMin};
    use sha2::{Digest as _, Sha256};
    use std::collections::VecDeque;

    /// A socket whose other end the test holds: what comes, what has left, and how much may leave.
    #[derive(Default)]
    struct Socket {
        comes: VecDeque<u8>,
        left: Vec<u8>,
        room: usize,
    }

    impl Read for Socket {
        fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
            if self.comes.is_empty() {
                Err(io::ErrorKind::WouldBlock.into())
            } else {
                self.comes.read(room)
            }
        }
    }

    impl Write for Socket {
        fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
            let count = octets.len().min(self.room - self.left.len());
            if count == 0 {
                return Err(io::ErrorKind::WouldBlock.into());
            }
            self.left.extend_from_slice(&octets[..count]);
            Ok(count)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// A server and a client that knows it, each with its socket.
    fn pair() -> [(Channel, Socket); 2] {
        let key = rcgen::KeyPair::generate().expect("a key");
        let params = rcgen::CertificateParams::new(vec!["smsc".into()]).expect("a name");
        let certificate = params.self_signed(&key).expect("signed");
        let pin = Sha256::digest(certificate.der()).into();
        let identity =
            Identity::from_pem(certificate.pem().as_bytes(), key.serialize_pem().as_bytes());
        let version = VersionMin::default();
        let clients = ClientCertificates::NotAsked;
        let listener =
            ListenerTls::new(identity.expect("they match"), clients, version).expect("usable");
        let dialer =
            DialerTls::new("smsc", Trust::Pinned(vec![pin]), None, version).expect("usable");
        let socket = || Socket { room: usize::MAX, ..Socket::default() };
        [
            (Channel::accept(&listener).expect("randomness"), socket()),
            (Channel::dial(&dialer).expect("randomness"), socket()),
        ]
    }

    /// Carries `octets` at a time from one to the other until both are quiet; what each has read, so
    /// many at a time too.
    fn carry(ends: &mut [(Channel, Socket); 2], octets: usize) -> [Vec<u8>; 2] {
        let mut read = [Vec::new(), Vec::new()];
        let mut room = vec![0; octets.min(64 << 10)];
        let mut quiet = 0;
        while quiet < 3 {
            quiet += 1;
            for from in 0..2 {
                let (channel, socket) = &mut ends[from];
                channel.flush(socket).expect("there is room");
                let count = socket.left.len().min(octets);
                let moved: Vec<u8> = socket.left.drain(..count).collect();
                if count > 0 {
                    quiet = 0;
                }
                let (channel, socket) = &mut ends[1 - from];
                socket.comes.extend(moved);
                match channel.read(socket, &mut room) {
                    Ok(count) => {
                        read[1 - from].extend_from_slice(&room[..count]);
                        quiet = if count > 0 { 0 } else { quiet };
                    }
                    Err(error) => assert_eq!(error.kind(), io::ErrorKind::WouldBlock, "{error}"),
                }
                if !socket.comes.is_empty() {
                    quiet = 0;
                }
            }
        }
        read
    }

    #[test]
    fn octets_arrive_whole_whatever_the_pieces_they_come_in() {
        for octets in [1, 7, 500, usize::MAX] {
            let mut ends = pair();
            carry(&mut ends, octets);
            assert!(ends.iter().all(|(channel, _)| !channel.is_handshaking()));
            let said: Vec<u8> = (0..100_000_u32).map(|number| number as u8).collect();
            let (client, socket) = &mut ends[1];
            let (taken, outcome) = client.write(socket, &said);
            assert!(taken == said.len() && outcome.is_ok(), "{taken}: {outcome:?}");
            let [heard, nothing] = carry(&mut ends, octets.max(100));
            assert!(heard == said && nothing.is_empty());
        }
    }

    #[test]
    fn what_a_full_socket_does_not_take_is_bounded_and_goes_later() {
        let mut ends = pair();
        carry(&mut ends, usize::MAX);
        let said = vec![7; 1 << 20];
        let (client, socket) = &mut ends[1];
        socket.room = 10_000;
        let (taken, outcome) = client.write(socket, &said);
        assert_eq!(outcome.expect_err("it is full").kind(), io::ErrorKind::WouldBlock);
        assert!(taken <= 128 << 10, "{taken} octets are kept for a peer that does not read");
        socket.room = usize::MAX;
        let (more, outcome) = client.write(socket, &said[taken..]);
        assert!(outcome.is_ok() && taken + more == said.len());
        assert_eq!(carry(&mut ends, usize::MAX)[0].len(), said.len());
    }

    #[test]
    fn an_end_that_is_said_is_heard_after_what_came_before_it() {
        let mut ends = pair();
        carry(&mut ends, usize::MAX);
        let (client, socket) = &mut ends[1];
        assert!(client.write(socket, b"unbind").1.is_ok());
        client.end();
        assert_eq!(carry(&mut ends, usize::MAX)[0], b"unbind");
        assert!(ends[0].0.holds());
    }

    #[test]
    fn a_damaged_record_is_an_error_and_the_peer_is_told() {
        let mut ends = pair();
        carry(&mut ends, usize::MAX);
        let (client, socket) = &mut ends[1];
        assert!(client.write(socket, b"enquire").1.is_ok());
        let mut record = std::mem::take(&mut socket.left);
        *record.last_mut().expect("a record") ^= 1;
        let (server, socket) = &mut ends[0];
        socket.comes.extend(record);
        let error = server.read(socket, &mut [0; 1_000]).expect_err("damaged");
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        assert!(!socket.left.is_empty(), "an alert");
    }
}
