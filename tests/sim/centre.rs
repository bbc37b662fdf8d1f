//! A carrier's message centre: takes submits or refuses them, and writes down what it sees.

use std::collections::BTreeMap;
use std::time::Duration;

use postrider::base::clock::Timestamp;
use postrider::wire::smpp::command::CommandId;
use postrider::wire::smpp::event::Event;
use postrider::wire::smpp::pdu::{self, Pdu, SubmitSm, SubmitSmResp};
use postrider::wire::smpp::session::{Session, SessionConfig, Side, State, Timers};
use postrider::wire::smpp::status::CommandStatus;

use crate::agenda::{CentreEvent, End, Outcome};
use crate::book::{Answer, Taking, number_in};
use crate::context::Context;
use crate::plan::{CentrePlan, Ids};
use crate::proofs::Sabotage;

pub struct Centre {
    pub index: usize,
    pub plan: CentrePlan,
    pub binds: BTreeMap<usize, Bind>,
    next_id: u64,
    /// Out of order until then: refuses dials.
    pub down_until: Timestamp,
}

/// A bind of the gateway's, by its connection.
pub struct Bind {
    pub session: Session<Sent>,
    pub input: Vec<u8>,
    pub out: Vec<u8>,
    /// Submits without an answer: when they were written.
    pub unanswered: BTreeMap<u32, Timestamp>,
}

/// What a request of the centre was.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sent {
    Report(usize),
    Text(usize),
}

impl Centre {
    pub fn new(index: usize, plan: CentrePlan) -> Self {
        let next_id = 1_000_000_007 + 1_000_003 * index as u64;
        Self { index, plan, binds: BTreeMap::new(), next_id, down_until: Timestamp(0) }
    }

    /// Whether it answers a dial.
    pub fn listens(&self, ctx: &mut Context) -> bool {
        ctx.now >= self.down_until && !ctx.chance(self.plan.refuses_dials)
    }

    pub fn accept(&mut self, ctx: &mut Context, conn: usize) {
        let timers = Timers { response: Duration::from_secs(4), ..Timers::default() };
        let config = SessionConfig { timers, ..SessionConfig::default() };
        let session = Session::new(Side::Smsc, config, ctx.now);
        let bind =
            Bind { session, input: Vec::new(), out: Vec::new(), unanswered: BTreeMap::new() };
        self.binds.insert(conn, bind);
        ctx.centre_in(self.index, Duration::from_millis(500), CentreEvent::Tick(conn));
    }

    pub fn on(&mut self, ctx: &mut Context, what: CentreEvent) {
        match what {
            CentreEvent::Tick(conn) => self.tick(ctx, conn),
            CentreEvent::Respond { conn, sequence, taking, how } => {
                self.respond(ctx, conn, sequence, taking, how);
            }
            CentreEvent::Report(report) => self.report(ctx, report),
            CentreEvent::Text(text) => self.text(ctx, text),
        }
    }

    pub fn flush(&mut self, ctx: &mut Context, conn: usize) {
        if let Some(bind) = self.binds.get_mut(&conn)
            && !bind.out.is_empty()
        {
            ctx.write_up(conn, &mut bind.out);
        }
    }

    fn tick(&mut self, ctx: &mut Context, conn: usize) {
        while let Some(bind) = self.binds.get_mut(&conn) {
            let mut out = std::mem::take(&mut bind.out);
            let event = bind.session.timeout(ctx.now, &mut out);
            bind.out = out;
            match event {
                None => {
                    let next = CentreEvent::Tick(conn);
                    ctx.centre_in(self.index, Duration::from_millis(500), next);
                    break;
                }
                Some(Event::Expired { token, .. }) => self.send_again(ctx, token),
                Some(Event::Close(_)) => self.leave(ctx, conn),
                Some(_) => {}
            }
        }
        self.flush(ctx, conn);
    }

    pub fn read(&mut self, ctx: &mut Context, conn: usize) {
        let arrived = ctx.net.take(ctx.now, conn, End::Peer);
        for (entered, octets) in arrived.segments {
            let Some(bind) = self.binds.get_mut(&conn) else { return };
            bind.input.extend_from_slice(&octets);
            let mut input = std::mem::take(&mut bind.input);
            let mut out = std::mem::take(&mut bind.out);
            let mut rest = &input[..];
            while let Some(bind) = self.binds.get_mut(&conn) {
                let Some(event) = bind.session.receive(ctx.now, &mut rest, &mut out) else { break };
                self.event(ctx, conn, entered, event, &mut out);
            }
            let used = input.len() - rest.len();
            input.drain(..used);
            let Some(bind) = self.binds.get_mut(&conn) else { return };
            bind.input = input;
            out.append(&mut bind.out);
            bind.out = out;
        }
        self.flush(ctx, conn);
        if arrived.ended {
            self.leave(ctx, conn);
        }
    }

    fn event(
        &mut self,
        ctx: &mut Context,
        conn: usize,
        entered: Timestamp,
        event: Event<'_, Sent>,
        out: &mut Vec<u8>,
    ) {
        match event {
            Event::Bind { .. } => {
                let refused = ctx.chance(self.plan.refuses_binds);
                let status = [0x0D, 0x08, 0x05, 0x0E][ctx.random.usize(..4)];
                let Some(bind) = self.binds.get_mut(&conn) else { return };
                if refused {
                    bind.session.refuse_bind(CommandStatus(status), out);
                } else {
                    bind.session.accept_bind(ctx.now, b"smsc", out);
                }
                ctx.note(format_args!("centre {} binds {conn}: {}", self.index, !refused));
            }
            Event::Request { header, pdu: Pdu::SubmitSm(SubmitSm(sm)) } => {
                self.submit(ctx, conn, entered, header.sequence_number, &sm);
            }
            Event::Response { token, header, .. } | Event::Late { token, header, .. } => {
                if header.command_status.is_ok() {
                    self.acknowledged(ctx, token);
                } else {
                    self.send_again(ctx, token);
                }
            }
            Event::Close(_) => self.leave(ctx, conn),
            _ => {}
        }
    }

    /// A submit has come.
    fn submit(
        &mut self,
        ctx: &mut Context,
        conn: usize,
        entered: Timestamp,
        sequence: u32,
        sm: &pdu::Sm<'_>,
    ) {
        let number = number_in(b'm', sm.user_data());
        let known = number.and_then(|number| ctx.book.submissions.get(number));
        let intact = known.is_some_and(|sent| {
            (sent.body == sm.user_data() || sent.replacement.as_deref() == Some(sm.user_data()))
                && sent.source == sm.source_addr
                && sent.destination == sm.destination_addr
        });
        let Some(number) = number.filter(|_| intact) else {
            let what = sm.user_data().escape_ascii().to_string();
            return ctx.violate("what is submitted is what was sent", what);
        };
        let Some(bind) = self.binds.get_mut(&conn) else { return };
        bind.unanswered.insert(sequence, entered);
        let carrier = &ctx.plan.settings.carriers[self.index];
        let young = carrier.response_timeout - Duration::from_secs(1);
        let count = bind.unanswered.values().filter(|at| ctx.now.since(**at) < young).count();
        if count > carrier.window as usize {
            let what = format!("centre {}: {count} of {} on {conn}", self.index, carrier.window);
            ctx.violate("the window of a carrier is kept", what);
        }
        let twice = ctx.plan.sabotage == Some(Sabotage::DoubleSubmits) && ctx.random.u8(..8) == 0;
        if twice {
            let taking = self.taking(ctx, conn, entered, (number, sm.user_data()));
            ctx.book.takings[taking].answer = Answer::Took(ctx.now);
        }
        let taking = self.taking(ctx, conn, entered, (number, sm.user_data()));
        self.decide(ctx, conn, sequence, taking);
    }

    fn taking(
        &mut self,
        ctx: &mut Context,
        conn: usize,
        entered: Timestamp,
        (submission, text): (usize, &[u8]),
    ) -> usize {
        let (centre, at) = (self.index, ctx.now);
        let replaced = ctx.book.submissions[submission].replacement.as_deref() == Some(text);
        ctx.note(format_args!("centre {centre} gets m{submission} on {conn}"));
        let answer = Answer::None;
        let taking = Taking {
            centre,
            conn,
            submission,
            entered,
            at,
            answer,
            replaced,
            id: 0,
            reports: false,
        };
        ctx.book.takings.push(taking);
        ctx.book.takings.len() - 1
    }

    fn decide(&mut self, ctx: &mut Context, conn: usize, sequence: u32, taking: usize) {
        let plan = self.plan.clone();
        let how = if ctx.chance(plan.throttles) {
            Outcome::Refuses(0x58)
        } else if ctx.chance(plan.is_full) {
            Outcome::Refuses(0x14)
        } else if ctx.chance(plan.fails) {
            Outcome::Refuses(0x08)
        } else if ctx.chance(plan.rejects) {
            Outcome::Refuses([0x0B, 0x45, 0x0A][ctx.random.usize(..3)])
        } else if ctx.chance(plan.nacks) {
            Outcome::Nacks([0, 0x08][ctx.random.usize(..2)])
        } else {
            Outcome::Takes
        };
        let mut delay = ctx.up_to_ms(plan.answer_ms);
        if ctx.chance(plan.answers_late) {
            let carrier = &ctx.plan.settings.carriers[self.index];
            delay += carrier.response_timeout + Duration::from_secs(1);
        }
        let loses = ctx.chance(plan.loses);
        if how == Outcome::Takes {
            self.next_id += 1;
            ctx.book.takings[taking].id = self.next_id;
            self.plan_reports(ctx, taking, delay);
        }
        if !loses {
            let what = CentreEvent::Respond { conn, sequence, taking, how };
            ctx.centre_in(self.index, delay, what);
        }
    }

    fn respond(
        &mut self,
        ctx: &mut Context,
        conn: usize,
        sequence: u32,
        taking: usize,
        how: Outcome,
    ) {
        let Some(bind) = self.binds.get_mut(&conn) else { return };
        bind.unanswered.remove(&sequence);
        let now = ctx.now;
        let id = written(self.plan.ids, ctx.book.takings[taking].id);
        let answer = match how {
            Outcome::Takes => {
                let message_id = Some(&id[..]);
                let resp = SubmitSmResp { message_id, ..SubmitSmResp::default() };
                bind.session.respond(sequence, CommandStatus::ESME_ROK, &resp, &mut bind.out);
                Answer::Took(now)
            }
            Outcome::Refuses(status) => {
                let command = CommandId::SUBMIT_SM;
                bind.session.refuse(command, sequence, CommandStatus(status), &mut bind.out);
                if matches!(status, 0x0A | 0x0B) {
                    Answer::Permanent(now)
                } else {
                    Answer::Temporary(now)
                }
            }
            Outcome::Nacks(status) => {
                // The session counts it as answered.
                let mut none = Vec::new();
                let command = CommandId::SUBMIT_SM;
                bind.session.refuse(command, sequence, CommandStatus(status), &mut none);
                let nack = CommandId::GENERIC_NACK;
                pdu::encode_header(&mut bind.out, nack, CommandStatus(status), sequence);
                Answer::Temporary(now)
            }
        };
        ctx.note(format_args!("centre {} answers {taking}: {how:?}", self.index));
        ctx.book.takings[taking].answer = answer;
        self.flush(ctx, conn);
    }

    /// The connection is over; what was not answered is sent again elsewhere.
    pub fn leave(&mut self, ctx: &mut Context, conn: usize) {
        let Some(mut bind) = self.binds.remove(&conn) else { return };
        ctx.note(format_args!("centre {} leaves {conn}", self.index));
        ctx.close(conn, End::Peer);
        let left: Vec<_> = bind.session.drain_window().map(|(_, token)| token).collect();
        for token in left {
            self.send_again(ctx, token);
        }
    }

    /// A bind over which it may send now.
    pub fn receiver(&mut self, ctx: &mut Context) -> Option<usize> {
        let ready: Vec<usize> = self
            .binds
            .iter()
            .filter(|(_, bind)| matches!(bind.session.state(), State::BoundRx | State::BoundTrx))
            .filter(|(_, bind)| bind.session.window_free() > 0)
            .map(|(conn, _)| *conn)
            .collect();
        if ready.is_empty() { None } else { Some(ready[ctx.random.usize(..ready.len())]) }
    }
}

/// An id as a response writes it.
fn written(ids: Ids, id: u64) -> Vec<u8> {
    match ids {
        Ids::Decimal => format!("{id}").into_bytes(),
        Ids::HexThenDecimal => format!("{id:X}").into_bytes(),
        Ids::Opaque => format!("smsc-{id}-x").into_bytes(),
    }
}

/// The same id as a receipt writes it.
pub fn written_in_receipt(ids: Ids, id: u64) -> Vec<u8> {
    match ids {
        Ids::HexThenDecimal => format!("{id:014}").into_bytes(),
        _ => written(ids, id),
    }
}
