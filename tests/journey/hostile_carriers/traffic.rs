//! The traffic of one account: submits, and what comes back until nothing changes any more.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use postrider::sim::hostile::smsc::HostileSmsc;
use postrider::sim::hostile::truth::{Entry, Truth};
use postrider::wire::smpp::command::CommandId;
use postrider::wire::smpp::pdu::{Pdu, Sm, SubmitSm};
use postrider::wire::smpp::tlv::TlvBuf;
use postrider::wire::smpp::tlv_table::Tag;

use crate::driver::esme::{Esme, message, told};
use crate::driver::peer::{Came, Frame};

/// Submits unanswered by the gateway at a time.
const WINDOW: usize = 20;

/// Nothing has changed for so long, and all was said: it is over. More than the response timer and a
/// first retry.
const SETTLED_AFTER: Duration = Duration::from_millis(3_500);

/// The usual [`Player::over_after`]: more than any pause before a retry.
const OVER_AFTER: Duration = Duration::from_secs(11);

/// It is over in any case.
const ENDS_AFTER: Duration = Duration::from_secs(45);

/// How often the carrier's truth is looked at.
const GLANCE: Duration = Duration::from_millis(100);

/// A message to submit.
#[derive(Clone, Debug)]
pub struct Message {
    pub to: String,
    pub text: String,
}

impl Message {
    /// Whether it needs several parts.
    pub fn is_long(&self) -> bool {
        self.parts() > 1
    }

    /// Parts it needs, of 153 septets beside a header (TS 23.040 §9.2.3.24.1).
    fn parts(&self) -> usize {
        let length = self.text.len();
        if length > 160 { length.div_ceil(153) } else { 1 }
    }
}

/// What the account heard.
#[derive(Debug, Default)]
pub struct Heard {
    /// The gateway's ids, in the order of the messages.
    pub ids: Vec<String>,
    /// The states of all receipts, by the gateway's id.
    pub told: HashMap<String, Vec<u8>>,
    /// Messages of handsets: who sent them, and the octets.
    pub parts: Vec<(Vec<u8>, Vec<u8>)>,
}

/// How a play ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Curtain {
    /// Nothing changes any more.
    Settled,
    /// The gateway has gone; what was not acknowledged stays so.
    Gone,
}

/// One account's part: what it has to say to one carrier, how far it is, and what it heard.
#[derive(Debug)]
pub struct Player<'a> {
    smsc: &'a HostileSmsc,
    messages: &'a [Message],
    next: usize,
    /// Nothing has changed for so long: it is over whatever was said.
    pub over_after: Duration,
    pub heard: Heard,
}

impl<'a> Player<'a> {
    /// Before its first word.
    pub fn new(smsc: &'a HostileSmsc, messages: &'a [Message]) -> Self {
        let heard = Heard { ids: vec![String::new(); messages.len()], ..Heard::default() };
        Self { smsc, messages, next: 0, over_after: OVER_AFTER, heard }
    }

    /// Submits what is left, answers everything, and returns when nothing changes any more.
    pub fn play(&mut self, esme: &mut Esme) -> Curtain {
        let mut open: HashMap<u32, usize> = HashMap::new();
        let (started, mut changed, mut glanced) = (Instant::now(), Instant::now(), Instant::now());
        let mut progress = 0;
        let parts = self.messages.iter().map(Message::parts).sum();
        while started.elapsed() < ENDS_AFTER {
            while self.next < self.messages.len() && open.len() < WINDOW {
                open.insert(submit(esme, &self.messages[self.next]), self.next);
                self.next += 1;
            }
            match esme.read(Duration::from_millis(20)) {
                Came::Frame(frame) => {
                    take(esme, &frame, &mut open, &mut self.heard);
                    changed = Instant::now();
                }
                Came::Nothing => {}
                Came::End => return Curtain::Gone,
            }
            if glanced.elapsed() < GLANCE {
                continue;
            }
            glanced = Instant::now();
            let (now, settled) =
                self.smsc.truth(|truth| (progress_of(truth), is_settled(truth, parts)));
            if now != progress {
                (progress, changed) = (now, Instant::now());
            }
            let quiet = changed.elapsed();
            let all_sent = self.next == self.messages.len() && open.is_empty();
            if all_sent && (quiet > self.over_after || (settled && quiet > SETTLED_AFTER)) {
                break;
            }
        }
        Curtain::Settled
    }
}

/// The parameters must not reach a peer of v3.3.
fn submit(esme: &mut Esme, it: &Message) -> u32 {
    let (text, mut tlvs) = (it.text.as_bytes(), TlvBuf::default());
    tlvs.push_u16(Tag::USER_MESSAGE_REFERENCE, 7);
    if it.is_long() {
        tlvs.push(Tag::MESSAGE_PAYLOAD, text);
    }
    let short = if it.is_long() { b"" } else { text };
    esme.request(&SubmitSm(Sm { tlvs: tlvs.as_tlvs(), ..message(&it.to, short) }))
}

fn take(esme: &mut Esme, frame: &Frame, open: &mut HashMap<u32, usize>, heard: &mut Heard) {
    match frame.pdu() {
        Pdu::SubmitSmResp(resp) => {
            let place = open.remove(&frame.header().sequence_number).unwrap();
            assert_eq!(frame.status(), 0, "the gateway refuses message {place}");
            heard.ids[place] = String::from_utf8(resp.message_id.unwrap().to_vec()).unwrap();
        }
        Pdu::DeliverSm(sm) if sm.esm_class & 0x3C == 0 => {
            heard.parts.push((sm.source_addr.to_vec(), sm.user_data().to_vec()));
            esme.answer_delivery(frame, 0);
        }
        Pdu::DeliverSm(_) => {
            let told = told(frame);
            heard.told.entry(told.id).or_default().push(told.state);
            esme.answer_delivery(frame, 0);
        }
        _ => assert_eq!(frame.command(), CommandId::ENQUIRE_LINK_RESP),
    }
}

/// A number that changes with everything that happens at the carrier.
fn progress_of(truth: &Truth) -> usize {
    let of = |entry: &Entry| {
        let sent: u32 = entry.receipts.iter().map(|told| told.sent).sum();
        let confirmed = entry.receipts.iter().filter(|told| told.confirmed).count();
        let answered =
            entry.submits.iter().filter(|submit| submit.answered_at_us.is_some()).count();
        entry.submits.len() + answered + sent as usize + confirmed
    };
    let parts = truth.parts.iter().map(|part| part.sent as usize + usize::from(part.confirmed));
    truth.entries.iter().map(of).sum::<usize>() + parts.sum::<usize>()
}

/// Whether the carrier was given all parts, and has said all it is going to if nothing more is submitted.
fn is_settled(truth: &Truth, parts: usize) -> bool {
    let answered = |entry: &Entry| {
        entry
            .submits
            .iter()
            .any(|submit| submit.answered_at_us.is_some() && !matches!(submit.status, 0x14 | 0x58))
    };
    truth.entries.len() >= parts && truth.is_settled() && truth.entries.iter().all(answered)
}
