//! One end of an SMPP connection, blocking, that says exactly what a scenario wants said.

use std::collections::VecDeque;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use postrider::wire::smpp::command::CommandId;
use postrider::wire::smpp::frame::{Split, split};
use postrider::wire::smpp::header::Header;
use postrider::wire::smpp::limits::Limits;
use postrider::wire::smpp::pdu::{Body, EnquireLinkResp, Pdu, encode};
use postrider::wire::smpp::status::CommandStatus;

use super::patience::PATIENCE;

/// A PDU as it came.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Frame(Vec<u8>);

impl Frame {
    /// Its header.
    pub fn header(&self) -> Header {
        Header::read(&self.0).unwrap()
    }

    /// What it is.
    pub fn command(&self) -> CommandId {
        self.header().command_id
    }

    /// Its command_status.
    pub fn status(&self) -> u32 {
        self.header().command_status.0
    }

    /// Its body.
    pub fn pdu(&self) -> Pdu<'_> {
        Pdu::decode(&self.0, &Limits::LENIENT).unwrap().1
    }
}

/// What came, if anything.
#[derive(Debug)]
pub enum Came {
    /// A PDU.
    Frame(Frame),
    /// The end of the connection.
    End,
    /// Nothing in time.
    Nothing,
}

/// One end of a connection.
#[derive(Debug)]
pub struct Peer {
    stream: TcpStream,
    unread: Vec<u8>,
    inbox: VecDeque<Frame>,
    sequence: u32,
}

impl Peer {
    /// Connects.
    pub fn connect(to: SocketAddr) -> Self {
        Self::over(TcpStream::connect(to).unwrap())
    }

    /// An end of this connection.
    pub fn over(stream: TcpStream) -> Self {
        stream.set_nodelay(true).unwrap();
        Self { stream, unread: Vec::new(), inbox: VecDeque::new(), sequence: 0 }
    }

    /// Sends a request; its sequence number.
    pub fn request(&mut self, body: &impl Body) -> u32 {
        self.sequence += 1;
        self.pdu(0, self.sequence, body);
        self.sequence
    }

    /// Answers a request.
    pub fn answer(&mut self, request: &Frame, status: u32, body: &impl Body) {
        self.pdu(status, request.header().sequence_number, body);
    }

    /// Sends any PDU.
    pub fn pdu(&mut self, status: u32, sequence: u32, body: &impl Body) {
        let mut out = Vec::new();
        encode(&mut out, CommandStatus(status), sequence, body);
        self.octets(&out);
    }

    /// Sends octets, whatever they are. That the other end has gone is seen when it is read.
    pub fn octets(&mut self, octets: &[u8]) {
        let gone = [ErrorKind::BrokenPipe, ErrorKind::ConnectionReset];
        match self.stream.write_all(octets) {
            Err(error) if !gone.contains(&error.kind()) => panic!("{error}"),
            _ => {}
        }
    }

    /// The socket, for what a scenario does to it.
    pub const fn stream(&self) -> &TcpStream {
        &self.stream
    }

    /// Waits for the response to a request of ours; other PDUs are kept for later.
    pub fn response(&mut self, sequence: u32) -> Frame {
        self.take("a response", |frame| {
            let header = frame.header();
            header.command_id.is_response() && header.sequence_number == sequence
        })
    }

    /// Waits for a request of the other side; other PDUs are kept for later.
    pub fn wait(&mut self, command: CommandId) -> Frame {
        self.take(&format!("{command}"), |frame| frame.command() == command)
    }

    /// Waits for a PDU that `is` the one.
    pub fn take(&mut self, what: &str, is: impl Fn(&Frame) -> bool) -> Frame {
        if let Some(place) = self.inbox.iter().position(&is) {
            return self.inbox.remove(place).unwrap();
        }
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.read(deadline.saturating_duration_since(Instant::now())) {
                Came::Frame(frame) if is(&frame) => return frame,
                Came::Frame(frame) => self.inbox.push_back(frame),
                Came::End => panic!("closed while waiting for {what}; came: {:?}", self.inbox),
                Came::Nothing => panic!("waited for {what} in vain; came: {:?}", self.inbox),
            }
        }
    }

    /// Whether nothing but upkeep comes for so long.
    pub fn is_quiet(&mut self, time: Duration) -> bool {
        self.inbox.is_empty() && matches!(self.read(time), Came::Nothing)
    }

    /// Waits for the end of the connection; what came before is kept.
    pub fn ended(&mut self) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.read(deadline.saturating_duration_since(Instant::now())) {
                Came::Frame(frame) => self.inbox.push_back(frame),
                Came::End => return,
                Came::Nothing => panic!("the connection is still open"),
            }
        }
    }

    /// The next PDU that is not an enquire_link; those are answered.
    pub fn read(&mut self, patience: Duration) -> Came {
        let deadline = Instant::now() + patience;
        loop {
            if let Some(frame) = self.cut() {
                if frame.command() != CommandId::ENQUIRE_LINK {
                    return Came::Frame(frame);
                }
                self.answer(&frame, 0, &EnquireLinkResp::default());
                continue;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Came::Nothing;
            }
            self.stream.set_read_timeout(Some(left)).unwrap();
            let mut room = [0; 16 << 10];
            match self.stream.read(&mut room) {
                Ok(0) => return Came::End,
                Ok(count) => self.unread.extend_from_slice(&room[..count]),
                Err(error) if error.kind() == ErrorKind::ConnectionReset => return Came::End,
                Err(error)
                    if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) =>
                {
                    return Came::Nothing;
                }
                // A process that is stopped and goes on.
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => panic!("{error}"),
            }
        }
    }

    fn cut(&mut self) -> Option<Frame> {
        let Split::Pdu(frame) = split(&self.unread, 1 << 20) else { return None };
        let frame = Frame(frame.to_vec());
        self.unread.drain(..frame.0.len());
        Some(frame)
    }
}
