//! One ESME's bind to the simulated SMSC.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use tokio::sync::Notify;

use crate::base::clock::Timestamp;
use crate::sim::account::Receiver;
use crate::sim::answer;
use crate::sim::link::{Closed, Link, Peer};
use crate::sim::slots::Slots;
use crate::sim::state::{Responding, State};
use crate::wire::smpp::command::CommandId;
use crate::wire::smpp::frame::{PDU_BYTES_MAX, Split, split};
use crate::wire::smpp::header::Header;
use crate::wire::smpp::limits::Limits;
use crate::wire::smpp::pdu::{Bind, BindMode, Pdu};
use crate::wire::smpp::status::CommandStatus;

/// The state of one connection.
#[derive(Debug)]
pub(crate) struct Session {
    state: Rc<RefCell<State>>,
    link: Rc<Link>,
    busy: Rc<Notify>,
    bound: Option<Bound>,
    held: Held,
}

#[derive(Debug)]
struct Bound {
    account: usize,
    mode: BindMode,
    receiver: Option<Rc<Receiver>>,
}

/// Responses held back, in the order they are due.
#[derive(Debug, Default)]
struct Held {
    octets: Vec<u8>,
    /// Until when how many octets are held.
    batches: VecDeque<(Timestamp, usize)>,
    /// Octets of all batches.
    batched: usize,
    /// When the link is woken next for its batches.
    wakes_at: Timestamp,
}

impl Session {
    /// A fresh connection. `busy` is told whenever there is something to wait for.
    pub(crate) fn new(state: Rc<RefCell<State>>, link: Rc<Link>, busy: Rc<Notify>) -> Self {
        Self { state, link, busy, bound: None, held: Held::default() }
    }

    /// Takes the bind out of its account.
    pub(crate) fn end(&mut self) {
        if let Some(bound) = self.bound.take() {
            let mut state = self.state.borrow_mut();
            let State { accounts, stats, .. } = &mut *state;
            stats.bound.set(stats.bound.get() - 1);
            if let Some((receiver, account)) = bound.receiver.zip(accounts.get_mut(bound.account)) {
                account.leave(&receiver, stats);
            }
        }
    }

    fn pdu(&mut self, state: &mut State, frame: &[u8]) -> Result<(), Closed> {
        let Some(header) = Header::read(frame) else { return Err(Closed) };
        match header.command_id {
            CommandId::SUBMIT_SM => self.submit(state, header, frame),
            CommandId::DELIVER_SM_RESP | CommandId::GENERIC_NACK => self.confirmed(state, header),
            CommandId::UNBIND => {
                self.link.append(|out| answer::upkeep(header, out));
                return Err(Closed);
            }
            CommandId::UNBIND_RESP => return Err(Closed),
            _ if BindMode::of(header.command_id).is_some() && !header.command_id.is_response() => {
                self.bind(state, header, frame);
            }
            _ => self.link.append(|out| {
                if !answer::upkeep(header, out) {
                    answer::refuse(header, CommandStatus::ESME_RINVCMDID, out);
                }
            }),
        }
        Ok(())
    }

    #[inline]
    fn submit(&mut self, state: &mut State, header: Header, frame: &[u8]) {
        let account = match &self.bound {
            Some(bound) if bound.mode != BindMode::Receiver => bound.account,
            _ => return self.refuse(header, CommandStatus::ESME_RINVBNDSTS),
        };
        let submit = match Pdu::decode_body(header, frame, &Limits::LENIENT) {
            Ok(Pdu::SubmitSm(submit)) => submit.0,
            Ok(_) => return,
            Err(error) => return self.refuse(header, error.status),
        };
        let from =
            Responding { link: &self.link, account, sequence_number: header.sequence_number };
        let held = &mut self.held;
        if state.config.response_delay.is_zero() {
            state.submit(&submit, &from, |write| self.link.append(|out| write(out)));
        } else {
            state.submit(&submit, &from, |write| write(&mut held.octets));
        }
    }

    fn refuse(&self, header: Header, status: CommandStatus) {
        self.link.append(|out| answer::refuse(header, status, out));
    }

    fn confirmed(&mut self, state: &mut State, header: Header) {
        let Some(bound) = &self.bound else { return };
        let Some(receiver) = &bound.receiver else { return };
        let mut window = receiver.window.borrow_mut();
        let Some(pdu) = window.release(header.sequence_number) else { return };
        if header.command_status.is_ok() {
            state.stats.confirmed.add(1);
        } else if let Some(account) = state.accounts.get_mut(bound.account) {
            state.stats.redelivered.add(1);
            account.retry(pdu, state.now);
        }
    }

    fn bind(&mut self, state: &mut State, header: Header, frame: &[u8]) {
        let bind = match Pdu::decode_body(header, frame, &Limits::LENIENT) {
            Ok(Pdu::Bind(bind)) => bind,
            Ok(_) => return,
            Err(error) => return self.refuse(header, error.status),
        };
        if let Some(status) = self.judge(state, &bind) {
            return self.refuse(header, status);
        }
        let account = state.account(bind.system_id);
        let receiver = (bind.mode != BindMode::Transmitter).then(|| {
            let window = RefCell::new(Slots::new(state.config.window));
            Rc::new(Receiver { link: Rc::clone(&self.link), window })
        });
        if let Some((receiver, account)) = receiver.as_ref().zip(state.accounts.get_mut(account)) {
            account.receivers.push(Rc::clone(receiver));
        }
        state.stats.binds.add(1);
        state.stats.bound.add(1);
        self.bound = Some(Bound { account, mode: bind.mode, receiver });
        self.link.append(|out| answer::bound(bind.mode, header.sequence_number, b"sim", out));
    }

    /// Why this bind is refused, if it is.
    fn judge(&self, state: &State, bind: &Bind<'_>) -> Option<CommandStatus> {
        if self.bound.is_some() {
            return Some(CommandStatus::ESME_RALYBND);
        }
        let (system_id, password) = state.config.credentials.as_ref()?;
        if bind.system_id != system_id.as_bytes() {
            Some(CommandStatus::ESME_RINVSYSID)
        } else if bind.password != password.as_bytes() {
            Some(CommandStatus::ESME_RINVPASWD)
        } else {
            None
        }
    }

    /// Sends receipts that waited for room in the window, and responses held back long enough.
    fn after(&mut self, state: &mut State) {
        if let Some(account) =
            self.bound.as_ref().and_then(|bound| state.accounts.get_mut(bound.account))
        {
            if account.has_ready() {
                account.dispatch(Some(&self.link), &state.stats);
            }
            if !account.is_idle() {
                self.busy.notify_one();
            }
        }
        self.held.hold(state.now + state.config.response_delay);
        self.held.release(state.now, &self.link);
        if let Some(due) = self.held.next_wake(state.now) {
            let (link, at) = (Rc::clone(&self.link), state.clock.instant(due));
            tokio::task::spawn_local(async move {
                tokio::time::sleep_until(at.into()).await;
                link.wake();
            });
        }
    }
}

impl Peer for Session {
    fn turn(&mut self, octets: &[u8]) -> Result<usize, Closed> {
        let state = Rc::clone(&self.state);
        let state = &mut *state.borrow_mut();
        state.now = state.clock.now();
        let mut used = 0;
        loop {
            match split(octets.get(used..).unwrap_or_default(), PDU_BYTES_MAX) {
                Split::Pdu(frame) => {
                    self.pdu(state, frame)?;
                    used += frame.len();
                }
                Split::Incomplete => break,
                Split::Bad(_) => return Err(Closed),
            }
        }
        self.after(state);
        Ok(used)
    }
}

impl Held {
    /// Holds what was added since the last batch until `due`.
    fn hold(&mut self, due: Timestamp) {
        if self.batched < self.octets.len() {
            self.batches.push_back((due, self.octets.len() - self.batched));
            self.batched = self.octets.len();
        }
    }

    /// Hands over what is due.
    fn release(&mut self, now: Timestamp, link: &Link) {
        let mut octets = 0;
        while let Some(&(_, batch)) = self.batches.front().filter(|&&(due, _)| due <= now) {
            octets += batch;
            self.batches.pop_front();
        }
        if octets > 0 {
            let rest = self.octets.split_off(octets.min(self.octets.len()));
            let due = std::mem::replace(&mut self.octets, rest);
            self.batched = self.octets.len();
            link.append(|out| out.extend_from_slice(&due));
        }
    }

    /// When the link must be woken, unless that is arranged already.
    fn next_wake(&mut self, now: Timestamp) -> Option<Timestamp> {
        let &(due, _) = self.batches.front()?;
        let arranged = now < self.wakes_at;
        self.wakes_at = if arranged { self.wakes_at } else { due };
        (!arranged).then_some(due)
    }
}
