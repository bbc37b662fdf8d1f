//! The store-less forwarder: takes submits from ESMEs, passes them on to an SMSC, and answers when
//! the SMSC has answered; receipts go the other way. Ids are passed through, nothing is kept.
//!
//! It is the ceiling of any gateway on the same machine: what a gateway does more is its price.
//! Towards the SMSC it binds with the ESME's own system_id and password, so accounts stay apart.
//! **Invariants**: a request is answered only by the far side; when a window is full, reading stops.

use std::cell::RefCell;
use std::io;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::rc::Rc;

use tokio::net::TcpStream;

use crate::load::listen::{ListenArgs, serve};
use crate::load::relay_account::{Group, RelayAccount, Side};
use crate::sim::answer;
use crate::sim::link::{Closed, Link, Peer, drive};
use crate::wire::smpp::command::CommandId;
use crate::wire::smpp::frame::{PDU_BYTES_MAX, Split, split};
use crate::wire::smpp::header::Header;
use crate::wire::smpp::limits::Limits;
use crate::wire::smpp::pdu::{Bind, BindMode, Pdu, encode};
use crate::wire::smpp::status::CommandStatus;

/// deliver_sm in flight on an ESME's bind: more than an SMSC sends on all of the relay's, so that
/// receipts never hold up the responses behind them.
const ESME_WINDOW: usize = 256 * 1024;

/// Run the store-less forwarder, the ceiling of any gateway with receipts.
#[derive(Clone, Debug, clap::Args)]
pub struct RelayArgs {
    #[command(flatten)]
    listen: ListenArgs,
    /// The SMSC to forward to.
    #[arg(long, default_value = "127.0.0.1:2776")]
    to: SocketAddr,
    /// Binds to the SMSC for each system id.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=64))]
    binds: u16,
    /// Unanswered submits on each of these. Wide, so that what bounds is the ESMEs' own windows: a
    /// submit that waits here holds up the deliver_sm_resp behind it.
    #[arg(long, default_value_t = 16_384)]
    window: usize,
}

/// Runs the relay until SIGTERM. The first line of stdout says where it listens.
pub fn run(args: RelayArgs) -> ExitCode {
    let shared = Relay::new(args.to, args.binds, args.window);
    serve("relay", args.listen, shared, attend)
}

/// What all connections share.
#[derive(Debug)]
pub(crate) struct Relay {
    to: SocketAddr,
    binds: u16,
    window: usize,
    accounts: RefCell<Vec<Rc<RelayAccount>>>,
}

impl Relay {
    pub(crate) fn new(to: SocketAddr, binds: u16, window: usize) -> Self {
        Self { to, binds, window, accounts: RefCell::default() }
    }

    /// The account of a bind; its binds to the SMSC are made on the first.
    fn account(self: &Rc<Self>, bind: &Bind<'_>) -> Rc<RelayAccount> {
        let mut accounts = self.accounts.borrow_mut();
        if let Some(known) = accounts.iter().find(|one| one.system_id == bind.system_id) {
            return Rc::clone(known);
        }
        let account = Rc::new(RelayAccount {
            system_id: bind.system_id.to_vec(),
            password: bind.password.to_vec(),
            esme: Group::default(),
            smsc: Group::default(),
        });
        accounts.push(Rc::clone(&account));
        for _ in 0..self.binds {
            let (relay, account) = (Rc::clone(self), Rc::clone(&account));
            tokio::task::spawn_local(async move {
                let _ = relay.bind_to_smsc(&account).await;
                // Without this bind requests would wait for an answer that cannot come any more.
                account.esme.close_all();
                relay.accounts.borrow_mut().retain(|one| !Rc::ptr_eq(one, &account));
                account.smsc.close_all();
            });
        }
        account
    }

    /// One bind to the SMSC, from beginning to end.
    async fn bind_to_smsc(&self, account: &Rc<RelayAccount>) -> io::Result<()> {
        let (link, reader) = Link::over(TcpStream::connect(self.to).await?)?;
        let link = Rc::new(link);
        let bind = Bind {
            mode: BindMode::Transceiver,
            system_id: &account.system_id,
            password: &account.password,
            interface_version: 0x34,
            ..Bind::default()
        };
        link.append(|out| encode(out, CommandStatus::ESME_ROK, 1, &bind));
        let side = Side::new(Rc::clone(&link), self.window);
        let mut session = Smsc { account: Rc::clone(account), side, touched: Touched::default() };
        let ended = drive(&link, reader, &mut session).await;
        account.smsc.leave(&link);
        ended
    }
}

/// Serves one ESME in a task of its own.
pub(crate) fn attend(stream: TcpStream, relay: Rc<Relay>) {
    let Ok((link, reader)) = Link::over(stream) else { return };
    let link = Rc::new(link);
    let side = Side::new(Rc::clone(&link), ESME_WINDOW);
    let mut session = Esme { relay, side, account: None, touched: Touched::default() };
    tokio::task::spawn_local(async move {
        // How a connection ended does not concern the others.
        let _ = drive(&link, reader, &mut session).await;
        if let Some(account) = session.account {
            account.esme.leave(&link);
        }
    });
}

/// Links that were appended to in this turn and must be woken at its end.
#[derive(Debug, Default)]
struct Touched(Vec<Rc<Link>>);

impl Touched {
    #[inline]
    fn add(&mut self, link: Rc<Link>) {
        if !self.0.last().is_some_and(|last| Rc::ptr_eq(last, &link)) {
            self.0.push(link);
        }
    }

    fn wake(&mut self) {
        self.0.drain(..).for_each(|link| link.wake());
    }
}

/// Whether a PDU could be handled, or must wait for room in a window.
#[derive(PartialEq, Eq)]
enum Step {
    Done,
    Wait,
}

/// Handles PDUs until they end or one must wait; how many octets are done with.
fn each_pdu(
    octets: &[u8],
    mut pdu: impl FnMut(Header, &[u8]) -> Result<Step, Closed>,
) -> Result<usize, Closed> {
    let mut used = 0;
    loop {
        match split(octets.get(used..).unwrap_or_default(), PDU_BYTES_MAX) {
            Split::Pdu(frame) => {
                let Some(header) = Header::read(frame) else { return Err(Closed) };
                if pdu(header, frame)? == Step::Wait {
                    return Ok(used);
                }
                used += frame.len();
            }
            Split::Incomplete => return Ok(used),
            Split::Bad(_) => return Err(Closed),
        }
    }
}

/// Answers what is neither forwarded nor sent back.
fn others(link: &Link, header: Header) -> Result<Step, Closed> {
    link.append(|out| {
        if !answer::upkeep(header, out) {
            answer::refuse(header, CommandStatus::ESME_RINVCMDID, out);
        }
    });
    let unbound = [CommandId::UNBIND, CommandId::UNBIND_RESP].contains(&header.command_id);
    if unbound { Err(Closed) } else { Ok(Step::Done) }
}

/// An ESME's bind to the relay.
struct Esme {
    relay: Rc<Relay>,
    side: Rc<Side>,
    account: Option<Rc<RelayAccount>>,
    touched: Touched,
}

impl Esme {
    fn bind(&mut self, header: Header, frame: &[u8]) {
        let link = &self.side.link;
        match Pdu::decode_body(header, frame, &Limits::LENIENT) {
            Ok(Pdu::Bind(bind)) if self.account.is_none() => {
                let account = self.relay.account(&bind);
                account.esme.join(Rc::clone(&self.side));
                self.account = Some(account);
                let number = header.sequence_number;
                link.append(|out| answer::bound(bind.mode, number, b"relay", out));
            }
            Ok(_) => link.append(|out| answer::refuse(header, CommandStatus::ESME_RALYBND, out)),
            Err(error) => link.append(|out| answer::refuse(header, error.status, out)),
        }
    }

    fn pdu(&mut self, header: Header, frame: &[u8]) -> Result<Step, Closed> {
        let Some(account) = &self.account else {
            if BindMode::of(header.command_id).is_some() && !header.command_id.is_response() {
                self.bind(header, frame);
                return Ok(Step::Done);
            }
            return others(&self.side.link, header);
        };
        match header.command_id {
            CommandId::SUBMIT_SM => {
                let link = &self.side.link;
                match account.smsc.forward(frame, header.sequence_number, link) {
                    Some(link) => self.touched.add(link),
                    None => return Ok(Step::Wait),
                }
            }
            CommandId::DELIVER_SM_RESP => {
                if let Some(link) = self.side.send_back(frame, header.sequence_number) {
                    self.touched.add(link);
                }
            }
            _ => return others(&self.side.link, header),
        }
        Ok(Step::Done)
    }
}

impl Peer for Esme {
    fn turn(&mut self, octets: &[u8]) -> Result<usize, Closed> {
        if let Some(account) = &self.account {
            account.smsc.rotate();
        }
        let used = each_pdu(octets, |header, frame| self.pdu(header, frame));
        self.touched.wake();
        if let Some(account) = self.account.as_ref().filter(|account| account.esme.was_wanted()) {
            account.smsc.wake_all();
        }
        used
    }
}

/// The relay's bind to the SMSC.
struct Smsc {
    account: Rc<RelayAccount>,
    side: Rc<Side>,
    touched: Touched,
}

impl Smsc {
    fn pdu(&mut self, header: Header, frame: &[u8]) -> Result<Step, Closed> {
        match header.command_id {
            CommandId::SUBMIT_SM_RESP | CommandId::GENERIC_NACK => {
                if let Some(link) = self.side.send_back(frame, header.sequence_number) {
                    self.touched.add(link);
                }
            }
            CommandId::DELIVER_SM => {
                let link = &self.side.link;
                match self.account.esme.forward(frame, header.sequence_number, link) {
                    Some(link) => self.touched.add(link),
                    None => return Ok(Step::Wait),
                }
            }
            CommandId::BIND_TRANSCEIVER_RESP if header.command_status.is_ok() => {
                self.account.smsc.join(Rc::clone(&self.side));
            }
            CommandId::BIND_TRANSCEIVER_RESP => return Err(Closed),
            _ => return others(&self.side.link, header),
        }
        Ok(Step::Done)
    }
}

impl Peer for Smsc {
    fn turn(&mut self, octets: &[u8]) -> Result<usize, Closed> {
        self.account.esme.rotate();
        let used = each_pdu(octets, |header, frame| self.pdu(header, frame));
        self.touched.wake();
        if self.account.smsc.was_wanted() {
            self.account.esme.wake_all();
        }
        used
    }
}
