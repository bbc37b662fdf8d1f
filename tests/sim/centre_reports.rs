//! What a message centre sends of its own accord: receipts, and messages from handsets.
//!
//! Receipts may come before the response, twice, minutes late, on any bind, for a message nobody
//! submitted, or contradict each other. Each is sent until it is acknowledged.

use std::time::Duration;

use postrider::wire::smpp::message_state::MessageState;
use postrider::wire::smpp::pdu::{DataSm, DeliverSm, Sm};
use postrider::wire::smpp::receipt_date::ReceiptDate;
use postrider::wire::smpp::receipt_write::ClassicReceipt;
use postrider::wire::smpp::tlv::TlvBuf;
use postrider::wire::smpp::tlv_table::Tag;

use crate::agenda::CentreEvent;
use crate::book::{PART_OCTETS, Part, Report, Text, body};
use crate::centre::{Centre, Sent, written_in_receipt};
use crate::context::Context;

/// Before what found no bind is tried again.
const AGAIN: Duration = Duration::from_millis(400);

const DELIVERED: u8 = 2;

impl Centre {
    /// Decides which receipts a message it takes will have. It is answered after `answered`.
    pub fn plan_reports(&mut self, ctx: &mut Context, taking: usize, answered: Duration) {
        let plan = self.plan.clone();
        if plan.never_reports > 0 && ctx.random.u32(..1_000) < plan.never_reports && !ctx.calm {
            return;
        }
        ctx.book.takings[taking].reports = true;
        let first = ctx.chance(plan.reports_first);
        let mut delay = if first { Duration::ZERO } else { answered } + ctx.up_to_ms(40);
        if ctx.chance(plan.intermediate) {
            self.report_in(ctx, taking, 1, true, delay);
            delay = delay.saturating_sub(Duration::from_millis(10)) + ctx.up_to_ms(30);
        }
        if ctx.chance(plan.delays) {
            delay += ctx.up_to_ms(120_000);
        }
        let undelivered = [5, 3, 8, 4][ctx.random.usize(..4)];
        let state = if ctx.chance(plan.undelivered) { undelivered } else { DELIVERED };
        self.report_in(ctx, taking, state, false, delay);
        if ctx.chance(plan.doubles) {
            let later = ctx.up_to_ms(200);
            self.report_in(ctx, taking, state, false, delay + later);
        }
        if ctx.chance(plan.contradicts) {
            let other = if state == DELIVERED { undelivered } else { DELIVERED };
            let later = ctx.up_to_ms(5_000);
            self.report_in(ctx, taking, other, false, delay + later);
        }
        if ctx.chance(plan.unknown) {
            self.unknown_report(ctx);
        }
    }

    fn report_in(
        &mut self,
        ctx: &mut Context,
        taking: usize,
        state: u8,
        intermediate: bool,
        delay: Duration,
    ) {
        let id = written_in_receipt(self.plan.ids, ctx.book.takings[taking].id);
        let submission = &ctx.book.submissions[ctx.book.takings[taking].submission];
        let report = Report {
            centre: self.index,
            taking: Some(taking),
            id,
            state,
            intermediate,
            source: submission.destination.clone(),
            destination: submission.source.clone(),
            sent: 0,
            acknowledged: None,
        };
        self.put_down(ctx, report, delay);
    }

    fn unknown_report(&mut self, ctx: &mut Context) {
        let report = Report {
            centre: self.index,
            taking: None,
            id: format!("77{:08}", ctx.random.u32(..100_000_000)).into_bytes(),
            state: DELIVERED,
            intermediate: false,
            source: b"449999999999".to_vec(),
            destination: b"ACME0".to_vec(),
            sent: 0,
            acknowledged: None,
        };
        self.put_down(ctx, report, Duration::ZERO);
    }

    fn put_down(&mut self, ctx: &mut Context, report: Report, delay: Duration) {
        ctx.book.reports.push(report);
        let number = ctx.book.reports.len() - 1;
        ctx.centre_in(self.index, delay, CentreEvent::Report(number));
    }

    /// Sends a receipt, or tries again later.
    pub fn report(&mut self, ctx: &mut Context, number: usize) {
        let Some(conn) = self.receiver(ctx) else {
            return ctx.centre_in(self.index, AGAIN, CentreEvent::Report(number));
        };
        let report = ctx.book.reports[number].clone();
        let state = MessageState::from_number(u32::from(report.state));
        let date = ReceiptDate::at(ctx.now, 0);
        let mut text = Vec::new();
        let classic = ClassicReceipt {
            id: &report.id,
            sub: 1,
            dlvrd: u16::from(report.state == DELIVERED),
            submit_date: date,
            done_date: date,
            stat: state.unwrap_or(MessageState::Unknown).stat().as_bytes(),
            err: b"000",
            text: b"",
        };
        classic.write(&mut text);
        let mut tlvs = TlvBuf::default();
        if ctx.random.bool() {
            tlvs.push_c_string(Tag::RECEIPTED_MESSAGE_ID, &report.id);
            tlvs.push_u8(Tag::MESSAGE_STATE, report.state);
        }
        let sm = Sm {
            source_addr_ton: 1,
            source_addr_npi: 1,
            source_addr: &report.source,
            dest_addr_ton: 5,
            destination_addr: &report.destination,
            esm_class: if report.intermediate { 0x20 } else { 0x04 },
            short_message: &text,
            tlvs: tlvs.as_tlvs(),
            ..Sm::default()
        };
        if self.send(ctx, conn, &sm, Sent::Report(number)) {
            ctx.note(format_args!("centre {} reports {number} on {conn}", self.index));
            ctx.book.reports[number].sent += 1;
        } else {
            ctx.centre_in(self.index, AGAIN, CentreEvent::Report(number));
        }
    }

    /// A handset writes, now and then more than one part holds; its parts take seconds each.
    pub fn new_text(&mut self, ctx: &mut Context, delay: Duration) {
        if ctx.random.u8(..3) > 0 {
            return self.new_part(ctx, delay, None);
        }
        let of = [1, 2, 2, 3, 5, 16][ctx.random.usize(..6)];
        let (reference, sar) = (ctx.book.texts.len() as u8, ctx.random.u8(..4) == 0);
        for number in 1..=of {
            let part = Part { reference, of, number, sar };
            let delay = delay + ctx.up_to_ms(4_000);
            self.new_part(ctx, delay, Some(part));
        }
    }

    fn new_part(&mut self, ctx: &mut Context, delay: Duration, part: Option<Part>) {
        ctx.book.texts.push(Text { part, sent: 0, acknowledged: None });
        let number = ctx.book.texts.len() - 1;
        ctx.centre_in(self.index, delay, CentreEvent::Text(number));
    }

    pub fn text(&mut self, ctx: &mut Context, number: usize) {
        let Some(conn) = self.receiver(ctx) else {
            return ctx.centre_in(self.index, AGAIN, CentreEvent::Text(number));
        };
        let mut tlvs = TlvBuf::default();
        let (mut esm_class, mut octets) = (0, Vec::new());
        match ctx.book.texts[number].part {
            None => octets = body('o', number, 20),
            Some(Part { reference, of, number: place, sar }) => {
                if sar {
                    tlvs.push_u16(Tag::SAR_MSG_REF_NUM, u16::from(reference));
                    tlvs.push_u8(Tag::SAR_TOTAL_SEGMENTS, of);
                    tlvs.push_u8(Tag::SAR_SEGMENT_SEQNUM, place);
                } else {
                    esm_class = 0x40;
                    octets.extend([5, 0, 3, reference, of, place]);
                }
                octets.extend(body('o', number, PART_OCTETS - 8));
            }
        }
        let sm = Sm {
            source_addr_ton: 1,
            source_addr_npi: 1,
            source_addr: b"447700900123",
            destination_addr: b"60001",
            esm_class,
            short_message: &octets,
            tlvs: tlvs.as_tlvs(),
            ..Sm::default()
        };
        if self.send(ctx, conn, &sm, Sent::Text(number)) {
            ctx.note(format_args!("centre {} brings o{number} on {conn}", self.index));
            ctx.book.texts[number].sent += 1;
        } else {
            ctx.centre_in(self.index, AGAIN, CentreEvent::Text(number));
        }
    }

    fn send(&mut self, ctx: &mut Context, conn: usize, sm: &Sm<'_>, token: Sent) -> bool {
        let data = ctx.random.u8(..10) == 0;
        let Some(bind) = self.binds.get_mut(&conn) else { return false };
        let (now, session, out) = (ctx.now, &mut bind.session, &mut bind.out);
        let sent = if data {
            let mut tlvs = TlvBuf::default();
            tlvs.push(Tag::MESSAGE_PAYLOAD, sm.short_message);
            let sar = |tag: &Tag| (0x020C..=0x020F).contains(&tag.0);
            for tlv in sm.tlvs.iter().filter(|tlv| sar(&tlv.tag)) {
                tlvs.push(tlv.tag, tlv.value);
            }
            let data_sm = DataSm {
                source_addr_ton: sm.source_addr_ton,
                source_addr_npi: sm.source_addr_npi,
                source_addr: sm.source_addr,
                dest_addr_ton: sm.dest_addr_ton,
                destination_addr: sm.destination_addr,
                esm_class: sm.esm_class,
                tlvs: tlvs.as_tlvs(),
                ..DataSm::default()
            };
            session.request(now, &data_sm, token, out).is_ok()
        } else {
            session.request(now, &DeliverSm(*sm), token, out).is_ok()
        };
        self.flush(ctx, conn);
        sent
    }

    /// The gateway has it.
    pub fn acknowledged(&mut self, ctx: &mut Context, token: Sent) {
        let now = ctx.now;
        ctx.note(format_args!("centre {} hears that {token:?} is taken", self.index));
        match token {
            Sent::Report(number) => {
                ctx.book.reports[number].acknowledged.get_or_insert(now);
            }
            Sent::Text(number) => {
                ctx.book.texts[number].acknowledged.get_or_insert(now);
            }
        }
    }

    /// No answer, or a refusal: it is sent again until it is taken.
    pub fn send_again(&mut self, ctx: &mut Context, token: Sent) {
        let delay = AGAIN + ctx.up_to_ms(1_000);
        let what = match token {
            Sent::Report(number) => CentreEvent::Report(number),
            Sent::Text(number) => CentreEvent::Text(number),
        };
        ctx.centre_in(self.index, delay, what);
    }
}
