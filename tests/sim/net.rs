//! Connections that split, glue, delay, break, and die in one direction only.
//!
//! Octets of one direction never overtake each other, as in TCP. A direction holds a bounded number
//! of octets: who writes to a peer that does not read is left with the rest.

use std::collections::VecDeque;
use std::time::Duration;

use postrider::base::clock::Timestamp;
use postrider::pipeline::effect::LinkId;

use crate::agenda::{Agenda, End, Event};

/// Who is at the far end of the gateway's connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Peer {
    Client(usize),
    Centre(usize),
}

pub struct Conn {
    pub peer: Peer,
    /// The shard and link that have it, while the gateway does.
    pub link: Option<(usize, LinkId)>,
    /// When it ended, was cut, or lost a direction: what was on it from then on is in doubt.
    pub ended_at: Option<Timestamp>,
    /// The peer does not read.
    pub unread: bool,
    /// The peer did not read at some time.
    pub stalled: bool,
    /// The peer asked more than is read at a time: its answers wait behind its questions.
    pub flooded: bool,
    pub peer_closed: bool,
    pub gateway_closed: bool,
    up: Pipe,
    down: Pipe,
}

struct Pipe {
    segments: VecDeque<Segment>,
    held: usize,
    capacity: usize,
    latency: Duration,
    jitter: Duration,
    grid: u64,
    last: Timestamp,
    dead: bool,
    end: Option<Timestamp>,
    reset: bool,
}

struct Segment {
    entered: Timestamp,
    arrives: Timestamp,
    octets: Vec<u8>,
}

/// What has arrived at an end.
#[derive(Default)]
pub struct Arrived {
    /// Octets with the time they were written.
    pub segments: Vec<(Timestamp, Vec<u8>)>,
    pub ended: bool,
}

pub struct Net {
    pub conns: Vec<Conn>,
    random: fastrand::Rng,
}

impl Net {
    pub fn new(seed: u64) -> Self {
        Self { conns: Vec::new(), random: fastrand::Rng::with_seed(seed) }
    }

    pub fn open(&mut self, now: Timestamp, peer: Peer) -> usize {
        let random = &mut self.random;
        let latency = Duration::from_micros([50, 500, 5_000, 40_000][random.usize(..4)]);
        let jitter = latency / 2;
        let capacity = [2_000, 16_000, 65_536][random.usize(..3)];
        let grid = [1, 1, 2_000, 20_000][random.usize(..4)];
        let pipe = || Pipe {
            segments: VecDeque::new(),
            held: 0,
            capacity,
            latency,
            jitter,
            grid,
            last: now,
            dead: false,
            end: None,
            reset: false,
        };
        let (up, down) = (pipe(), pipe());
        self.conns.push(Conn {
            peer,
            link: None,
            ended_at: None,
            unread: false,
            stalled: false,
            flooded: false,
            peer_closed: false,
            gateway_closed: false,
            up,
            down,
        });
        self.conns.len() - 1
    }

    /// Writes towards an end; says how much there was room for.
    pub fn write(
        &mut self,
        now: Timestamp,
        agenda: &mut Agenda,
        conn: usize,
        end: End,
        octets: &[u8],
    ) -> usize {
        let random = &mut self.random;
        let pipe = self.conns[conn].pipe(end);
        if pipe.end.is_some() || pipe.reset {
            return octets.len();
        }
        let taken = octets.len().min(pipe.capacity - pipe.held);
        let mut rest = &octets[..taken];
        while !rest.is_empty() {
            let cut = match random.u8(..4) {
                0 => random.usize(1..=rest.len()),
                1 => random.usize(1..=rest.len().min(20)),
                _ => rest.len(),
            };
            let arrives = pipe.arrival(now, random);
            pipe.held += cut;
            let octets = rest[..cut].to_vec();
            pipe.segments.push_back(Segment { entered: now, arrives, octets });
            rest = &rest[cut..];
            if !pipe.dead {
                agenda.at(arrives, Event::Arrive { conn, end });
            }
        }
        taken
    }

    /// Takes what has arrived at an end, up to so many segments.
    pub fn take(&mut self, now: Timestamp, conn: usize, end: End) -> Arrived {
        let pipe = self.conns[conn].pipe(end);
        let mut arrived = Arrived::default();
        if pipe.reset {
            pipe.segments.clear();
            arrived.ended = true;
            return arrived;
        }
        if pipe.dead {
            return arrived;
        }
        while pipe.segments.front().is_some_and(|next| next.arrives <= now) {
            let Some(segment) = pipe.segments.pop_front() else { break };
            pipe.held -= segment.octets.len();
            arrived.segments.push((segment.entered, segment.octets));
        }
        arrived.ended = pipe.segments.is_empty() && pipe.end.is_some_and(|at| at <= now);
        arrived
    }

    /// Whether anything has arrived at an end and was not taken.
    pub fn waits(&mut self, now: Timestamp, conn: usize, end: End) -> bool {
        let pipe = self.conns[conn].pipe(end);
        let octets = pipe.segments.front().is_some_and(|next| next.arrives <= now) && !pipe.dead;
        octets || pipe.reset || pipe.end.is_some_and(|at| at <= now)
    }

    /// One end closes its socket: the other reads what was written, then the end of it.
    pub fn close(&mut self, now: Timestamp, agenda: &mut Agenda, conn: usize, by: End) {
        let random = &mut self.random;
        let the_conn = &mut self.conns[conn];
        the_conn.ended_at.get_or_insert(now);
        let other = match by {
            End::Gateway => {
                the_conn.gateway_closed = true;
                the_conn.link = None;
                End::Peer
            }
            End::Peer => {
                the_conn.peer_closed = true;
                End::Gateway
            }
        };
        let pipe = the_conn.pipe(other);
        let arrives = pipe.arrival(now, random);
        if !pipe.dead && pipe.end.is_none() {
            pipe.end = Some(arrives);
            agenda.at(arrives, Event::Arrive { conn, end: other });
        }
    }

    /// The connection breaks: both ends hear of it, what was on the way is lost in part.
    pub fn cut(&mut self, now: Timestamp, agenda: &mut Agenda, conn: usize) {
        let random = &mut self.random;
        let the_conn = &mut self.conns[conn];
        the_conn.ended_at.get_or_insert(now);
        for end in [End::Gateway, End::Peer] {
            let pipe = the_conn.pipe(end);
            pipe.reset = true;
            let heard = now + Duration::from_micros(random.u64(..2_000));
            agenda.at(heard, Event::Arrive { conn, end });
        }
    }

    /// Octets came to an end that is closed: who wrote them is told that nobody is there.
    pub fn refuse(&mut self, now: Timestamp, agenda: &mut Agenda, conn: usize, closed: End) {
        let other = if closed == End::Gateway { End::Peer } else { End::Gateway };
        let pipe = self.conns[conn].pipe(other);
        if !pipe.dead && !pipe.reset {
            pipe.reset = true;
            agenda.at(now, Event::Arrive { conn, end: other });
        }
    }

    /// One direction dies without a word to anybody.
    pub fn half_open(&mut self, now: Timestamp, conn: usize, end: End) {
        self.conns[conn].ended_at.get_or_insert(now);
        self.conns[conn].pipe(end).dead = true;
    }
}

impl Conn {
    fn pipe(&mut self, end: End) -> &mut Pipe {
        match end {
            End::Gateway => &mut self.up,
            End::Peer => &mut self.down,
        }
    }

    /// Whether both ends still have it.
    pub fn alive(&self) -> bool {
        !self.peer_closed && !self.gateway_closed
    }
}

impl Pipe {
    fn arrival(&mut self, now: Timestamp, random: &mut fastrand::Rng) -> Timestamp {
        let jitter = random.u64(..=self.jitter.as_micros() as u64);
        let at = now + self.latency + Duration::from_micros(jitter);
        let at = Timestamp(at.0.next_multiple_of(self.grid));
        self.last = self.last.max(at);
        self.last
    }
}
