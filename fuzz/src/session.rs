//! Two sessions talk to each other and to strangers, in an order and at times the input chooses.
//! The window is never exceeded, every token comes back at most once per way, and deadlines move.

use std::collections::BTreeSet;
use std::time::Duration;

use postrider::base::clock::Timestamp;
use postrider::wire::smpp::event::Event;
use postrider::wire::smpp::pdu::{
    AlertNotification, Bind, BindMode, DataSm, DeliverSm, Outbind, Pdu, QuerySm, Sm, SubmitSm,
    SubmitSmResp,
};
use postrider::wire::smpp::session::{Session, SessionConfig, Side, State, Timers};
use postrider::wire::smpp::status::CommandStatus;

const WINDOW: usize = 4;

/// Octets as choices; zero when they run out.
struct Choices<'a>(&'a [u8]);

impl<'a> Choices<'a> {
    fn octet(&mut self) -> Option<u8> {
        let (&octet, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(octet)
    }

    fn octets(&mut self, count: usize) -> &'a [u8] {
        let (octets, rest) = self.0.split_at(count.min(self.0.len()));
        self.0 = rest;
        octets
    }
}

struct End {
    session: Session<u32>,
    /// What the other end sent and this one has not read.
    input: Vec<u8>,
    waiting: BTreeSet<u32>,
    next_token: u32,
    pending: Vec<u32>,
    closed: bool,
}

impl End {
    fn new(side: Side, now: Timestamp) -> Self {
        let timers = Timers { inactivity: Some(Duration::from_secs(300)), ..Timers::default() };
        let config = SessionConfig { window: WINDOW, timers, ..SessionConfig::default() };
        Self {
            session: Session::new(side, config, now),
            input: Vec::new(),
            waiting: BTreeSet::new(),
            next_token: 0,
            pending: Vec::new(),
            closed: false,
        }
    }

    fn request(&mut self, now: Timestamp, kind: u8, out: &mut Vec<u8>) {
        let token = self.next_token;
        let session = &mut self.session;
        let sm = Sm { short_message: b"hello", ..Sm::default() };
        let before = out.len();
        let sent = match kind % 5 {
            0 => session.request(now, &SubmitSm(sm), token, out),
            1 => session.request(now, &DeliverSm(sm), token, out),
            2 => session.request(now, &DataSm::default(), token, out),
            3 => session.request(now, &QuerySm::default(), token, out),
            _ => session.request(now, &AlertNotification::default(), token, out),
        };
        match sent {
            Ok(sequence) => {
                assert!((1..=0x7FFF_FFFF).contains(&sequence));
                if kind % 5 != 4 {
                    assert!(self.waiting.insert(token));
                }
                self.next_token += 1;
            }
            Err(back) => assert_eq!((back, out.len()), (token, before)),
        }
    }

    fn told(&mut self, now: Timestamp, event: Event<'_, u32>, decide: u8, out: &mut Vec<u8>) {
        assert!(!self.closed, "an event after the end");
        match event {
            Event::Bind { .. } if decide & 1 == 0 => {
                assert!(self.session.accept_bind(now, b"smsc", out));
            }
            Event::Bind { .. } => {
                self.session.refuse_bind(CommandStatus::ESME_RBINDFAIL, out);
            }
            Event::Request { pdu: Pdu::AlertNotification(_), .. } => {}
            Event::Request { header, .. } => self.pending.push(header.sequence_number),
            Event::Response { token, sent_at, .. } => {
                assert!(sent_at <= now);
                assert!(self.waiting.remove(&token), "answered twice");
            }
            Event::Expired { token, .. } => assert!(self.waiting.remove(&token), "given up twice"),
            Event::Late { token, .. } => assert!(!self.waiting.contains(&token)),
            Event::Close(_) => self.closed = true,
            _ => {}
        }
    }

    fn receive(&mut self, now: Timestamp, decide: u8, out: &mut Vec<u8>) {
        let input = std::mem::take(&mut self.input);
        let mut rest = &input[..];
        loop {
            let before = rest.len();
            let Some(event) = self.session.receive(now, &mut rest, out) else { break };
            assert!(rest.len() <= before);
            self.told(now, event, decide, out);
        }
        self.input = rest.to_vec();
    }

    fn timeout(&mut self, now: Timestamp, out: &mut Vec<u8>) {
        let mut rounds = 0;
        while let Some(event) = self.session.timeout(now, out) {
            self.told(now, event, 0, out);
            rounds += 1;
            assert!(rounds < 100, "a timer that never rests");
        }
        // Everything due was done, though a step of an unbind may leave the next one due.
        for _ in 0..8 {
            if self.session.deadline() > now {
                return;
            }
            if let Some(event) = self.session.timeout(now, out) {
                self.told(now, event, 0, out);
            }
        }
        assert!(self.session.deadline() > now, "a deadline that does not move");
    }

    fn check(&self) {
        assert!(self.session.in_flight() <= WINDOW);
        assert!(self.session.in_flight() + self.session.window_free() <= WINDOW);
        assert_eq!(self.session.in_flight(), self.waiting.len());
        assert!(!self.closed || self.session.state() == State::Closed);
    }
}

/// The input is a list of operations on two ends and what is between them.
pub fn run(data: &[u8]) {
    let mut choices = Choices(data);
    let mut now = Timestamp(1_795_000_000_000_000);
    let mut ends = [End::new(Side::Esme, now), End::new(Side::Smsc, now)];
    while let Some(operation) = choices.octet() {
        let which = usize::from(operation >> 7);
        let argument = choices.octet().unwrap_or_default();
        let mut out = Vec::new();
        let end = &mut ends[which];
        match operation & 0x0F {
            0 | 1 => end.receive(now, argument, &mut out),
            2 | 3 => end.request(now, argument, &mut out),
            4 | 5 => {
                if let Some(sequence) = end.pending.pop() {
                    let resp = SubmitSmResp { message_id: Some(b"1"), ..Default::default() };
                    end.session.respond(sequence, CommandStatus(0), &resp, &mut out);
                }
            }
            6 => now = now + Duration::from_secs(u64::from(argument)),
            7 => end.timeout(now, &mut out),
            8 => {
                let modes = [BindMode::Transmitter, BindMode::Receiver, BindMode::Transceiver];
                let mode = modes[usize::from(argument) % 3];
                let bind = Bind { mode, interface_version: 0x34, ..Bind::default() };
                end.session.bind(now, &bind, &mut out);
            }
            9 => end.session.unbind(now, &mut out),
            10 => {
                end.session.outbind(&Outbind::default(), &mut out);
            }
            // A stranger's octets: raw, or framed with a sound length.
            11 => end.input.extend_from_slice(choices.octets(usize::from(argument))),
            12 => {
                let body = choices.octets(usize::from(argument));
                end.input.extend_from_slice(&(body.len() as u32 + 4).to_be_bytes());
                end.input.extend_from_slice(body);
            }
            // The network loses what is under way.
            13 => end.input.clear(),
            _ => {}
        }
        end.check();
        ends[1 - which].input.extend_from_slice(&out);
    }
    for mut end in ends {
        let mut out = Vec::new();
        end.timeout(now, &mut out);
        let drained: BTreeSet<u32> = end.session.drain_window().map(|(_, token)| token).collect();
        assert_eq!(drained, end.waiting);
    }
}
