//! An application: binds, submits, takes receipts and messages, and writes down what it sees.

use std::collections::BTreeMap;
use std::time::Duration;

use postrider::base::clock::Timestamp;
use postrider::pipeline::settings::BindMode;
use postrider::wire::smpp::command::CommandId;
use postrider::wire::smpp::event::Event;
use postrider::wire::smpp::pdu::{self, Bind, DeliverSm, DeliverSmResp, Pdu, SubmitSm};
use postrider::wire::smpp::receipt::{Receipt, ReceiptKind};
use postrider::wire::smpp::session::{Session, SessionConfig, Side, State, Timers};
use postrider::wire::smpp::status::CommandStatus;

use crate::agenda::{ClientEvent, End};
use crate::book::{Given, What, texts_in};
use crate::context::Context;
use crate::plan::ClientPlan;
use crate::proofs::Sabotage;

pub struct Client {
    pub index: usize,
    pub plan: ClientPlan,
    pub link: Option<ClientLink>,
    /// Messages it still has to submit.
    pub left: usize,
}

/// Its connection, while it has one.
pub struct ClientLink {
    pub conn: usize,
    pub session: Session<Asked>,
    pub input: Vec<u8>,
    pub out: Vec<u8>,
    /// Requests of the gateway without an answer: when they were written.
    pub unanswered: BTreeMap<u32, Timestamp>,
    /// It said something before its bind, and has no answer to that.
    greeting: bool,
    bad_password: bool,
}

/// What a request of ours was.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Asked {
    Submit(usize),
    Query,
    Withdraw(usize),
    WithdrawAll,
}

/// The number of a request before the bind.
const GREETING: u32 = 0x7001;

/// How long an application waits for an answer before it calls the gateway silent.
pub const PATIENCE: Duration = Duration::from_secs(10);

impl Client {
    pub fn new(index: usize, plan: ClientPlan) -> Self {
        let left = plan.messages;
        Self { index, plan, link: None, left }
    }

    pub fn bound(&self) -> bool {
        self.link.as_ref().is_some_and(|link| link.session.state().is_bound())
    }

    /// Whether a request of either side waits for its answer.
    pub fn waits(&self) -> bool {
        let waits = |link: &ClientLink| link.session.in_flight() + link.unanswered.len() > 0;
        self.link.as_ref().is_some_and(waits)
    }

    pub fn on(&mut self, ctx: &mut Context, what: ClientEvent) {
        let here = self.link.as_ref().map(|link| link.conn);
        match what {
            // Taken by the world: it knows whether the gateway listens.
            ClientEvent::Dial => {}
            ClientEvent::Connected(conn) => self.connected(ctx, conn),
            ClientEvent::Tick(conn) if here == Some(conn) => self.tick(ctx),
            ClientEvent::Submit(conn) if here == Some(conn) => self.submit_some(ctx),
            ClientEvent::Misbehave(conn) if here == Some(conn) => self.misbehave(ctx),
            ClientEvent::Withdraw(conn) if here == Some(conn) => self.withdraw(ctx),
            ClientEvent::ReadOn(conn) if here == Some(conn) => {
                ctx.net.conns[conn].unread = false;
                self.read(ctx);
            }
            ClientEvent::Answer { conn, sequence, given, status } if here == Some(conn) => {
                self.answer(ctx, sequence, given, status);
            }
            _ => {}
        }
        self.flush(ctx);
    }

    fn connected(&mut self, ctx: &mut Context, conn: usize) {
        let timers = Timers { response: PATIENCE, ..Timers::default() };
        let config = SessionConfig { timers, window: self.plan.window, ..SessionConfig::default() };
        let mut session = Session::new(Side::Esme, config, ctx.now);
        let account = &ctx.plan.settings.accounts[self.plan.account];
        let system_id = account.system_id.clone();
        let bad_password = ctx.chance(self.plan.wrong_password);
        let mode = match self.plan.mode {
            BindMode::Transmitter => pdu::BindMode::Transmitter,
            BindMode::Receiver => pdu::BindMode::Receiver,
            BindMode::Transceiver => pdu::BindMode::Transceiver,
        };
        let interface_version = if ctx.random.u8(..4) == 0 { 0x33 } else { 0x34 };
        let password: &[u8] = if bad_password { b"wrong" } else { b"secret" };
        let system_id = system_id.as_bytes();
        let bind = Bind { mode, system_id, password, interface_version, ..Bind::default() };
        let mut out = Vec::new();
        let mut greeting = false;
        if ctx.chance(100) {
            // Out of place before the bind, and answered so.
            greeting = true;
            pdu::encode(&mut out, CommandStatus::ESME_ROK, GREETING, &pdu::Unbind::default());
        }
        session.bind(ctx.now, &bind, &mut out);
        let (input, unanswered) = (Vec::new(), BTreeMap::new());
        self.link =
            Some(ClientLink { conn, session, input, out, unanswered, greeting, bad_password });
        ctx.client_in(self.index, Duration::from_millis(500), ClientEvent::Tick(conn));
    }

    fn flush(&mut self, ctx: &mut Context) {
        if let Some(link) = &mut self.link
            && !link.out.is_empty()
        {
            ctx.write_up(link.conn, &mut link.out);
        }
    }

    fn tick(&mut self, ctx: &mut Context) {
        while let Some(link) = &mut self.link {
            let (conn, mut out) = (link.conn, std::mem::take(&mut link.out));
            let event = link.session.timeout(ctx.now, &mut out);
            link.out = out;
            match event {
                None => {
                    let next = ClientEvent::Tick(conn);
                    ctx.client_in(self.index, Duration::from_millis(500), next);
                    return;
                }
                Some(Event::Expired { .. }) => {
                    let whole = ctx.net.conns[conn].ended_at.is_none();
                    if whole && !ctx.net.conns[conn].stalled {
                        let what = format!("client {} on {conn}", self.index);
                        ctx.violate("every request on a whole link is answered", what);
                    }
                }
                Some(_) => return self.leave(ctx),
            }
        }
    }

    /// Reads what has arrived.
    pub fn read(&mut self, ctx: &mut Context) {
        let Some(link) = &self.link else { return };
        let conn = link.conn;
        if ctx.net.conns[conn].unread {
            return;
        }
        let arrived = ctx.net.take(ctx.now, conn, End::Peer);
        for (entered, octets) in arrived.segments {
            let Some(link) = &mut self.link else { return };
            link.input.extend_from_slice(&octets);
            let (mut input, mut out) =
                (std::mem::take(&mut link.input), std::mem::take(&mut link.out));
            let mut rest = &input[..];
            while let Some(link) = &mut self.link {
                let Some(event) = link.session.receive(ctx.now, &mut rest, &mut out) else { break };
                self.event(ctx, entered, event);
            }
            let used = input.len() - rest.len();
            input.drain(..used);
            let Some(link) = &mut self.link else { return };
            link.input = input;
            link.out.splice(0..0, out);
        }
        if arrived.ended {
            self.leave(ctx);
        }
        self.flush(ctx);
    }

    fn event(&mut self, ctx: &mut Context, entered: Timestamp, event: Event<'_, Asked>) {
        match event {
            Event::Bound { .. } => {
                let Some(link) = &self.link else { return };
                let conn = link.conn;
                if link.greeting {
                    let what = format!("the first of {conn} was not");
                    ctx.violate("every request on a whole link is answered", what);
                }
                if link.bad_password {
                    ctx.violate("a wrong password binds nobody", format!("{conn}"));
                }
                ctx.client_in(self.index, Duration::ZERO, ClientEvent::Submit(conn));
                let soon = ctx.up_to_ms(3_000);
                ctx.client_in(self.index, soon, ClientEvent::Misbehave(conn));
                if self.plan.withdraws > 0 {
                    ctx.client_in(self.index, Duration::ZERO, ClientEvent::Withdraw(conn));
                }
            }
            Event::Unmatched { header } if header.sequence_number == GREETING => {
                if let Some(link) = &mut self.link {
                    link.greeting = false;
                }
            }
            Event::BindRefused { .. } | Event::Close(_) => self.leave(ctx),
            Event::Response { token: Asked::Submit(number), header, pdu, .. }
            | Event::Late { token: Asked::Submit(number), header, pdu } => {
                let id = match pdu {
                    Pdu::SubmitSmResp(resp) => resp.message_id,
                    Pdu::DataSmResp(resp) => resp.message_id,
                    _ => None,
                };
                self.submitted(ctx, number, header.command_status, id.unwrap_or_default());
            }
            Event::Response { token: Asked::Withdraw(number), header, .. }
            | Event::Late { token: Asked::Withdraw(number), header, .. } => {
                self.withdrawn(ctx, number, entered, header.command_status);
            }
            Event::Request { header, pdu: Pdu::DeliverSm(DeliverSm(sm)) } => {
                let kind = ReceiptKind::of(sm.esm_class);
                let mut room = Vec::new();
                let what = if kind.is_some() {
                    let receipt = Receipt::of_sm(&sm, &mut room);
                    let state = receipt.state.map_or(0, |state| state as u8);
                    What::Receipt { id: receipt.id.unwrap_or_default().to_vec(), state }
                } else if let Some(numbers) = texts_in(sm.user_data(), sm.esm_class & 0x40 != 0) {
                    What::Texts(numbers)
                } else {
                    ctx.violate("nothing is delivered that nobody sent", format!("{sm:?}"));
                    return;
                };
                self.given(ctx, entered, header.sequence_number, what);
            }
            _ => {}
        }
    }

    fn submitted(&mut self, ctx: &mut Context, number: usize, status: CommandStatus, id: &[u8]) {
        let now = ctx.now;
        let submission = &mut ctx.book.submissions[number];
        if status.is_ok() {
            submission.acknowledged = Some((now, id.to_vec()));
        } else {
            submission.refused = Some(status.0);
        }
        ctx.note(format_args!("m{number} is answered {status} {}", id.escape_ascii()));
    }

    /// Takes a receipt or a message in, and answers it sooner or later.
    fn given(&mut self, ctx: &mut Context, entered: Timestamp, sequence: u32, what: What) {
        let Some(link) = &mut self.link else { return };
        let conn = link.conn;
        ctx.note(format_args!("client {} is given {what:?} on {conn}", self.index));
        link.unanswered.insert(sequence, entered);
        let young = ctx.plan.settings.smpp.response_timeout - Duration::from_secs(1);
        let count = link.unanswered.values().filter(|at| ctx.now.since(**at) < young).count();
        let window = ctx.plan.settings.accounts[self.plan.account].window;
        if count > window && !ctx.net.conns[conn].stalled {
            let what = format!("client {}: {count} of {window}", self.index);
            ctx.violate("the window of an account is kept", what);
        }
        let account = self.plan.account;
        let lost = match what {
            What::Receipt { .. } => ctx.plan.sabotage == Some(Sabotage::DropReceipts),
            What::Texts(_) => ctx.plan.sabotage == Some(Sabotage::DropTexts),
        };
        let twice = ctx.plan.sabotage == Some(Sabotage::DoubleReceipts);
        let given_now = Given { account, conn, at: entered, what, answered: None };
        if lost && ctx.random.u8(..4) == 0 {
            link.unanswered.remove(&sequence);
            self.respond(sequence, CommandStatus::ESME_ROK);
            return;
        }
        if twice && ctx.random.u8(..8) == 0 {
            let answered = Some((ctx.now, 0));
            ctx.book.given.push(Given { answered, ..given_now.clone() });
        }
        let given = ctx.book.given.len();
        ctx.book.given.push(given_now);
        self.answer_soon(ctx, sequence, given);
    }

    fn answer_soon(&mut self, ctx: &mut Context, sequence: u32, given: usize) {
        let Some(link) = &self.link else { return };
        let conn = link.conn;
        if ctx.chance(self.plan.ignores) {
            return;
        }
        let status = if ctx.chance(self.plan.refuses) {
            [0x64, 0x14, 0x58, 0x08, 0x65][ctx.random.usize(..5)]
        } else {
            0
        };
        let mut delay = ctx.up_to_ms(self.plan.answer_ms);
        if ctx.chance(self.plan.answers_late) {
            delay += ctx.plan.settings.smpp.response_timeout + ctx.up_to_ms(3_000);
        }
        let what = ClientEvent::Answer { conn, sequence, given, status };
        ctx.client_in(self.index, delay, what);
    }

    fn answer(&mut self, ctx: &mut Context, sequence: u32, given: usize, status: u32) {
        if let Some(link) = &mut self.link {
            link.unanswered.remove(&sequence);
        }
        ctx.book.given[given].answered = Some((ctx.now, status));
        self.respond(sequence, CommandStatus(status));
    }

    fn respond(&mut self, sequence: u32, status: CommandStatus) {
        let Some(link) = &mut self.link else { return };
        if status.is_ok() {
            let resp = DeliverSmResp { message_id: Some(b""), ..DeliverSmResp::default() };
            link.session.respond(sequence, status, &resp, &mut link.out);
        } else {
            let command = CommandId::DELIVER_SM;
            link.session.refuse(command, sequence, status, &mut link.out);
        }
    }

    /// Gives its connection up, and dials again after a while.
    pub fn leave(&mut self, ctx: &mut Context) {
        self.flush(ctx);
        let Some(link) = self.link.take() else { return };
        ctx.note(format_args!("client {} leaves {}", self.index, link.conn));
        ctx.close(link.conn, End::Peer);
        let pause = Duration::from_millis(50) + ctx.up_to_ms(1_500);
        ctx.client_in(self.index, pause, ClientEvent::Dial);
    }

    /// Submits one PDU, if the window has room.
    pub fn send(&mut self, ctx: &mut Context, sm: &pdu::Sm<'_>, number: usize, data: bool) -> bool {
        let Some(link) = &mut self.link else { return false };
        let (now, token) = (ctx.now, Asked::Submit(number));
        if !matches!(link.session.state(), State::BoundTx | State::BoundTrx) {
            return false;
        }
        if !data {
            return link.session.request(now, &SubmitSm(*sm), token, &mut link.out).is_ok();
        }
        let mut tlvs = postrider::wire::smpp::tlv::TlvBuf::default();
        tlvs.push(postrider::wire::smpp::tlv_table::Tag::MESSAGE_PAYLOAD, sm.short_message);
        for tlv in sm.tlvs.iter() {
            tlvs.push(tlv.tag, tlv.value);
        }
        let data_sm = pdu::DataSm {
            source_addr_ton: sm.source_addr_ton,
            source_addr: sm.source_addr,
            dest_addr_ton: sm.dest_addr_ton,
            dest_addr_npi: sm.dest_addr_npi,
            destination_addr: sm.destination_addr,
            registered_delivery: sm.registered_delivery,
            tlvs: tlvs.as_tlvs(),
            ..pdu::DataSm::default()
        };
        link.session.request(now, &data_sm, token, &mut link.out).is_ok()
    }
}
