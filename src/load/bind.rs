//! One ESME bind of a flow: from connecting to the end of the connection.
//!
//! **Invariants**: the window is never exceeded; every deliver_sm is answered in the turn it came in.
//! **Not here**: which message goes next (see [`super::flow`]).

use std::io;
use std::rc::Rc;
use std::time::Duration;

use tokio::net::TcpStream;

use crate::load::client::{Shared, TURN};
use crate::load::config::Config;
use crate::load::flow::{Attempt, Flow};
use crate::sim::answer;
use crate::sim::link::{Closed, Link, Peer, drive};
use crate::sim::slots::Slots;
use crate::wire::smpp::command::CommandId;
use crate::wire::smpp::frame::{PDU_BYTES_MAX, Split, split};
use crate::wire::smpp::header::Header;
use crate::wire::smpp::limits::Limits;
use crate::wire::smpp::pdu::{Bind, BindMode, DeliverSmResp, Pdu, Sm, encode};
use crate::wire::smpp::receipt::ReceiptKind;
use crate::wire::smpp::receipt_text::ReceiptText;
use crate::wire::smpp::status::CommandStatus;
use crate::wire::smpp::tlv::Tlvs;

/// How long to wait before binding again.
const REBIND_AFTER: Duration = Duration::from_millis(200);

/// `message_state` ENROUTE and ACCEPTED: not the end of a message (SMPP v3.4 §5.2.28).
const NOT_FINAL: [u8; 2] = [1, 6];

/// Binds, and binds again as long as that is wanted.
pub(crate) async fn keep_bound(shared: Shared, config: Config) {
    loop {
        match bound_once(&shared, &config).await {
            Err(error) if !config.reconnect => {
                shared.refused.borrow_mut().get_or_insert_with(|| error.to_string());
            }
            _ => {}
        }
        shared.changed.notify_one();
        if !config.reconnect {
            return;
        }
        tokio::time::sleep(REBIND_AFTER).await;
    }
}

/// One connection from its bind to its end.
async fn bound_once(shared: &Shared, config: &Config) -> io::Result<()> {
    let stream = TcpStream::connect(config.to).await?;
    let (link, reader) = Link::over(stream)?;
    let link = Rc::new(link);
    let bind = Bind {
        mode: BindMode::Transceiver,
        system_id: config.system_id.as_bytes(),
        password: config.password.as_bytes(),
        interface_version: 0x34,
        ..Bind::default()
    };
    let mut session = Session {
        shared: shared.clone(),
        link: Rc::clone(&link),
        window: Slots::new(config.window),
        bound: false,
        refused: None,
    };
    if let Some((sequence_number, _)) = session.window.take() {
        link.append(|out| encode(out, CommandStatus::ESME_ROK, sequence_number, &bind));
    }
    let ended = drive(&link, reader, &mut session).await;
    shared.links.borrow_mut().retain(|other| !Rc::ptr_eq(other, &link));
    if !session.bound {
        let why = session.refused.map_or("the connection was closed".to_owned(), |status| {
            format!("{status}: {}", status.meaning().unwrap_or("unknown to the standard"))
        });
        return Err(io::Error::other(format!("bind to {} failed: {why}", config.to)));
    }
    let unanswered = session.window.busy() as u64;
    let mut flow = shared.flow.borrow_mut();
    if unanswered > 0 || ended.is_err() || !flow.is_finished() {
        flow.unanswered(unanswered);
    }
    Ok(())
}

/// One bind.
#[derive(Debug)]
struct Session {
    shared: Shared,
    link: Rc<Link>,
    window: Slots<Attempt>,
    bound: bool,
    refused: Option<CommandStatus>,
}

impl Session {
    fn pdu(&mut self, flow: &mut Flow, frame: &[u8], out: &mut Vec<u8>) -> Result<(), Closed> {
        let Some(header) = Header::read(frame) else { return Err(Closed) };
        match header.command_id {
            CommandId::SUBMIT_SM_RESP => self.submitted(flow, header, frame),
            CommandId::DELIVER_SM => {
                let status = delivered(flow, header, frame);
                let body = DeliverSmResp { message_id: Some(b""), tlvs: Tlvs::default() };
                encode(out, status, header.sequence_number, &body);
            }
            CommandId::GENERIC_NACK if self.bound => self.submitted(flow, header, frame),
            CommandId::BIND_TRANSCEIVER_RESP | CommandId::GENERIC_NACK => {
                return self.bind_answered(header);
            }
            CommandId::UNBIND => {
                answer::upkeep(header, out);
                return Err(Closed);
            }
            CommandId::UNBIND_RESP => return Err(Closed),
            _ => {
                if !answer::upkeep(header, out) {
                    answer::refuse(header, CommandStatus::ESME_RINVCMDID, out);
                }
            }
        }
        Ok(())
    }

    fn bind_answered(&mut self, header: Header) -> Result<(), Closed> {
        self.window.release(header.sequence_number);
        if !header.command_status.is_ok() || header.command_id == CommandId::GENERIC_NACK {
            self.refused = Some(header.command_status);
            return Err(Closed);
        }
        self.bound = true;
        self.shared.links.borrow_mut().push(Rc::clone(&self.link));
        self.shared.changed.notify_one();
        Ok(())
    }

    #[inline]
    fn submitted(&mut self, flow: &mut Flow, header: Header, frame: &[u8]) {
        let Some(&mut attempt) = self.window.release(header.sequence_number) else { return };
        if !header.command_status.is_ok() {
            return flow.refused(attempt, header.command_status);
        }
        match Pdu::decode_body(header, frame, &Limits::LENIENT) {
            Ok(Pdu::SubmitSmResp(response)) => {
                flow.acknowledged(attempt, response.message_id.unwrap_or_default());
            }
            _ => flow.refused(attempt, CommandStatus::ESME_RINVMSGID),
        }
    }

    /// Fills the window.
    #[inline]
    fn fill(&mut self, flow: &mut Flow, out: &mut Vec<u8>) {
        if !self.bound || !flow.has_work() {
            return;
        }
        // In an open loop each bind takes a share, so that none is idle while another has a queue.
        let share = match flow.config.pace {
            Some(_) => flow.backlog().div_ceil(flow.config.binds as u64).max(TURN),
            None => u64::MAX,
        };
        for _ in 0..share.min(self.window.room() as u64) {
            let Some(attempt) = flow.take() else { break };
            let Some((sequence_number, kept)) = self.window.take() else { break };
            *kept = attempt;
            flow.template.write(attempt.message, sequence_number, out);
        }
    }
}

impl Peer for Session {
    fn turn(&mut self, octets: &[u8]) -> Result<usize, Closed> {
        let flow = Rc::clone(&self.shared.flow);
        let flow = &mut *flow.borrow_mut();
        flow.now = flow.clock.now();
        let link = Rc::clone(&self.link);
        let used = link.append(|out| {
            let mut used = 0;
            loop {
                match split(octets.get(used..).unwrap_or_default(), PDU_BYTES_MAX) {
                    Split::Pdu(frame) => {
                        self.pdu(flow, frame, out)?;
                        used += frame.len();
                    }
                    Split::Incomplete => break,
                    Split::Bad(_) => return Err(Closed),
                }
            }
            self.fill(flow, out);
            Ok(used)
        })?;
        if flow.is_finished() {
            self.shared.changed.notify_one();
        }
        Ok(used)
    }
}

/// Takes note of a deliver_sm; the status to answer it with.
#[inline]
fn delivered(flow: &mut Flow, header: Header, frame: &[u8]) -> CommandStatus {
    let message = match Pdu::decode_body(header, frame, &Limits::LENIENT) {
        Ok(Pdu::DeliverSm(message)) => message.0,
        Ok(_) => return CommandStatus::ESME_RSYSERR,
        Err(error) => return error.status,
    };
    match ReceiptKind::of(message.esm_class) {
        Some(ReceiptKind::Receipt) => {
            let state = message.tlvs.message_state().and_then(|state| u8::try_from(state).ok());
            let state = state.unwrap_or(0);
            if NOT_FINAL.contains(&state) {
                flow.tally.intermediate += 1;
            } else {
                flow.receipt(receipted_id(&message), state);
            }
        }
        Some(ReceiptKind::Intermediate) => flow.tally.intermediate += 1,
        None => flow.tally.mobile_originated += 1,
    }
    CommandStatus::ESME_ROK
}

/// Which message a receipt speaks of: the parameter says so, or else the text.
#[inline]
fn receipted_id<'a>(message: &Sm<'a>) -> &'a [u8] {
    message
        .tlvs
        .receipted_message_id()
        .or_else(|| ReceiptText::parse(message.user_data()).id)
        .unwrap_or_default()
}
