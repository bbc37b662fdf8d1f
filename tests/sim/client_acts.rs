//! What an application does of its own accord: submits, asks, and misbehaves.

use std::time::Duration;

use postrider::wire::smpp::command::CommandId;
use postrider::wire::smpp::pdu::{self, QuerySm, Sm};
use postrider::wire::smpp::status::CommandStatus;
use postrider::wire::smpp::tlv::TlvBuf;
use postrider::wire::smpp::tlv_table::Tag;

use crate::agenda::ClientEvent;
use crate::book::{Submission, body};
use crate::client::{Asked, Client};
use crate::context::Context;

impl Client {
    /// Submits a burst, and comes back later for the next one.
    pub fn submit_some(&mut self, ctx: &mut Context) {
        let Some(link) = &self.link else { return };
        let conn = link.conn;
        let burst = self.left.min(ctx.random.usize(1..=self.plan.burst));
        for _ in 0..burst {
            if !self.submit(ctx, false) {
                break;
            }
            self.left -= 1;
        }
        if self.left > 0 {
            let pause = Duration::from_millis(1) + ctx.up_to_ms(self.plan.pause_ms);
            ctx.client_in(self.index, pause, ClientEvent::Submit(conn));
        }
    }

    /// Submits a message; `false` if it cannot.
    pub fn submit(&mut self, ctx: &mut Context, fresh: bool) -> bool {
        let number = ctx.book.submissions.len();
        let mut submission = message(ctx, self.plan.account, number, fresh);
        let data = !fresh && ctx.random.u8(..20) == 0;
        let Submission { source, destination, body, registered, .. } = submission.clone();
        // A long text is a part already, so that it goes as it is: one submission, one submit.
        let mut sar = TlvBuf::default();
        if body.len() > 140 {
            sar.push_u16(Tag::SAR_MSG_REF_NUM, number as u16);
            sar.push_u8(Tag::SAR_TOTAL_SEGMENTS, 2);
            sar.push_u8(Tag::SAR_SEGMENT_SEQNUM, 1);
        }
        let sm = Sm {
            source_addr_ton: 5,
            source_addr: &source,
            dest_addr_ton: 1,
            dest_addr_npi: 1,
            destination_addr: &destination,
            registered_delivery: registered,
            short_message: &body,
            tlvs: sar.as_tlvs(),
            ..Sm::default()
        };
        if !self.send(ctx, &sm, number, data) {
            return false;
        }
        submission.conn = self.link.as_ref().map(|link| link.conn);
        ctx.note(format_args!("client {} submits m{number}", self.index));
        ctx.book.submissions.push(submission);
        true
    }

    /// Does something it should not, now and then.
    pub fn misbehave(&mut self, ctx: &mut Context) {
        let Some(link) = &self.link else { return };
        let conn = link.conn;
        let soon = Duration::from_millis(100) + ctx.up_to_ms(2_000);
        ctx.client_in(self.index, soon, ClientEvent::Misbehave(conn));
        if !ctx.chance(self.plan.misbehaves) {
            return;
        }
        let deed = ctx.random.u8(..12);
        ctx.note(format_args!("client {} misbehaves {deed} on {conn}", self.index));
        match deed {
            0 => self.say(ctx, |random, out| {
                // A command_length that cannot be.
                out.extend((0..40).map(|_| random.u8(0x80..)));
            }),
            1 => self.say(ctx, |_, out| {
                out.extend(100_000_u32.to_be_bytes());
                out.extend([0; 60]);
            }),
            2 | 3 => self.say(ctx, truncated),
            4 => self.say(ctx, |_, out| {
                pdu::encode_header(out, CommandId(0x0777), CommandStatus(0), 0x7000_0002);
            }),
            5 => self.say(ctx, |_, out| {
                pdu::encode_header(out, CommandId(0x8000_0777), CommandStatus(0), 0x7000_0003);
            }),
            6 | 7 => {
                ctx.net.conns[conn].unread = true;
                ctx.net.conns[conn].stalled = true;
                let pause = ctx.up_to_ms(8_000);
                ctx.client_in(self.index, pause, ClientEvent::ReadOn(conn));
            }
            8 => self.leave(ctx),
            9 => {
                let Some(link) = &mut self.link else { return };
                link.session.unbind(ctx.now, &mut link.out);
            }
            10 => self.say(ctx, |_, out| {
                // On top of a bind.
                let bind = pdu::Bind { system_id: b"esme0", ..pdu::Bind::default() };
                pdu::encode(out, CommandStatus::ESME_ROK, 0x7000_0004, &bind);
            }),
            _ => self.query(ctx),
        }
    }

    fn say(&mut self, ctx: &mut Context, write: impl FnOnce(&mut fastrand::Rng, &mut Vec<u8>)) {
        if let Some(link) = &mut self.link {
            write(&mut ctx.random, &mut link.out);
        }
    }

    /// Asks for messages, more than the gateway wants to answer at a time perhaps.
    fn query(&mut self, ctx: &mut Context) {
        let known: Vec<_> = ctx.book.submissions.iter().rev().take(30).cloned().collect();
        for submission in known {
            let Some((_, id)) = &submission.acknowledged else { continue };
            let source_addr = &submission.source[..];
            let query = QuerySm { message_id: id, source_addr, ..QuerySm::default() };
            if let Some(link) = &mut self.link {
                ctx.net.conns[link.conn].flooded = true;
                // A full window is a reason not to ask.
                let _ = link.session.request(ctx.now, &query, Asked::Query, &mut link.out);
            }
        }
    }
}

/// A submit_sm cut short, whose length says so.
fn truncated(random: &mut fastrand::Rng, out: &mut Vec<u8>) {
    let sm = Sm { destination_addr: b"447700900123", short_message: b"cut", ..Sm::default() };
    let mut whole = Vec::new();
    pdu::encode(&mut whole, CommandStatus::ESME_ROK, 0x7000_0001, &pdu::SubmitSm(sm));
    whole.truncate(random.usize(16..whole.len()));
    let length = (whole.len() as u32).to_be_bytes();
    whole[..4].copy_from_slice(&length);
    out.extend(whole);
}

/// A message of an account.
pub fn message(ctx: &mut Context, account: usize, number: usize, fresh: bool) -> Submission {
    let random = &mut ctx.random;
    let prefix = ["44", "447", "49", "1", "33", "77"][random.usize(..if fresh { 5 } else { 6 })];
    let handset = if random.bool() { random.u32(..50) } else { random.u32(..10_000_000) };
    let length = match random.u8(..20) {
        0 => random.usize(250..700),
        _ => random.usize(..100),
    };
    let registered = match random.u8(..10) {
        _ if fresh => 1,
        0 | 1 => 0,
        2 => 2,
        3 => 3,
        _ => 1,
    };
    Submission {
        account,
        conn: None,
        registered,
        source: format!("ACME{account}").into_bytes(),
        destination: format!("{prefix}{handset:08}").into_bytes(),
        body: body('m', number, length),
        acknowledged: None,
        refused: None,
        unwanted: false,
        replacement: None,
        withdrawn: None,
        fresh,
    }
}
