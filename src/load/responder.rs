//! The bare responder: answers every submit with an id, and does nothing else.
//!
//! No gateway can be faster than this on the same machine: it reads frames, looks at their headers
//! and writes responses.

use std::cell::Cell;
use std::process::ExitCode;
use std::rc::Rc;

use tokio::net::TcpStream;

use crate::load::listen::{ListenArgs, serve};
use crate::sim::answer;
use crate::sim::ids::IdStyle;
use crate::sim::link::{Closed, Link, Peer, drive};
use crate::wire::smpp::command::CommandId;
use crate::wire::smpp::frame::{PDU_BYTES_MAX, Split, split};
use crate::wire::smpp::header::Header;
use crate::wire::smpp::pdu::{BindMode, SubmitSmResp, encode};
use crate::wire::smpp::status::CommandStatus;
use crate::wire::smpp::tlv::Tlvs;

/// Run the bare responder, the ceiling of any gateway that does not send receipts.
#[derive(Clone, Debug, clap::Args)]
pub struct ResponderArgs {
    #[command(flatten)]
    listen: ListenArgs,
}

/// Runs the responder until SIGTERM. The first line of stdout says where it listens.
pub fn run(args: ResponderArgs) -> ExitCode {
    serve("responder", args.listen, Cell::new(0), attend)
}

/// Serves one connection in a task of its own; `submits` numbers the messages of all.
pub(crate) fn attend(stream: TcpStream, submits: Rc<Cell<u64>>) {
    let Ok((link, reader)) = Link::over(stream) else { return };
    let link = Rc::new(link);
    let mut session = Session { link: Rc::clone(&link), submits, id: Vec::new() };
    tokio::task::spawn_local(async move {
        // How a connection ended does not concern the others.
        let _ = drive(&link, reader, &mut session).await;
    });
}

struct Session {
    link: Rc<Link>,
    submits: Rc<Cell<u64>>,
    id: Vec<u8>,
}

impl Session {
    fn pdu(&mut self, frame: &[u8], out: &mut Vec<u8>) -> Result<(), Closed> {
        let Some(header) = Header::read(frame) else { return Err(Closed) };
        match header.command_id {
            CommandId::SUBMIT_SM => {
                let number = self.submits.get();
                self.submits.set(number + 1);
                IdStyle::Hex.write(number, &mut self.id);
                let body = SubmitSmResp { message_id: Some(&self.id), tlvs: Tlvs::default() };
                encode(out, CommandStatus::ESME_ROK, header.sequence_number, &body);
            }
            CommandId::UNBIND => {
                answer::upkeep(header, out);
                return Err(Closed);
            }
            command => match BindMode::of(command) {
                Some(mode) if !command.is_response() => {
                    answer::bound(mode, header.sequence_number, b"responder", out);
                }
                _ if answer::upkeep(header, out) => {}
                _ => answer::refuse(header, CommandStatus::ESME_RINVCMDID, out),
            },
        }
        Ok(())
    }
}

impl Peer for Session {
    fn turn(&mut self, octets: &[u8]) -> Result<usize, Closed> {
        let link = Rc::clone(&self.link);
        link.append(|out| {
            let mut used = 0;
            loop {
                match split(octets.get(used..).unwrap_or_default(), PDU_BYTES_MAX) {
                    Split::Pdu(frame) => {
                        self.pdu(frame, out)?;
                        used += frame.len();
                    }
                    Split::Incomplete => return Ok(used),
                    Split::Bad(_) => return Err(Closed),
                }
            }
        })
    }
}
