//! One leg of a journey: a bind on either side, with its session and its link.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use crate::base::clock::Timestamp;
use crate::sim::link::Link;
use crate::wire::smpp::command::CommandId;
use crate::wire::smpp::event::Event;
use crate::wire::smpp::limits::Limits;
use crate::wire::smpp::pdu::{Bind, Body};
use crate::wire::smpp::session::{Session, SessionConfig, Side};
use crate::wire::smpp::status::CommandStatus;

/// A bind of an ESME to the relay, or of the relay to an SMSC.
#[derive(Debug)]
pub(super) struct Leg {
    pub(super) link: Rc<Link>,
    session: RefCell<Session<Origin>>,
    touched: Cell<bool>,
}

/// Who waits for the answer to a forwarded request.
#[derive(Clone, Debug)]
pub(super) struct Origin {
    /// A leg that has gone wants no answer any more.
    pub(super) leg: Weak<Leg>,
    /// The request's own number there.
    pub(super) sequence_number: u32,
    /// The account that wants the receipt, or [`NOBODY`].
    pub(super) account: u32,
}

/// No account.
pub(super) const NOBODY: u32 = u32::MAX;

impl Leg {
    /// A fresh connection, on which `window` requests of the relay may be in flight.
    pub(super) fn new(link: Rc<Link>, side: Side, window: usize, now: Timestamp) -> Rc<Self> {
        let config = SessionConfig { window, limits: Limits::LENIENT, ..SessionConfig::default() };
        let session = RefCell::new(Session::new(side, config, now));
        Rc::new(Self { link, session, touched: Cell::new(false) })
    }

    /// The next thing that comes of the octets read, or of the time.
    #[inline]
    pub(super) fn next<'a>(
        &self,
        now: Timestamp,
        input: &mut &'a [u8],
    ) -> Option<Event<'a, Origin>> {
        let mut session = self.session.borrow_mut();
        self.link.append(|out| session.receive(now, input, out))
    }

    /// What the time leads to, if anything.
    pub(super) fn overdue(&self, now: Timestamp) -> Option<Event<'static, Origin>> {
        let mut session = self.session.borrow_mut();
        self.link.append(|out| session.timeout(now, out))
    }

    /// Whether [`overdue`](Self::overdue) would have something to do.
    pub(super) fn is_overdue(&self, now: Timestamp) -> bool {
        self.session.borrow().deadline() <= now
    }

    /// Sends a request; the origin comes back if the window or the session does not allow it.
    #[inline]
    pub(super) fn send(
        &self,
        now: Timestamp,
        body: &impl Body,
        origin: Origin,
    ) -> Result<(), Origin> {
        let mut session = self.session.borrow_mut();
        self.link.append(|out| session.request(now, body, origin, out)).map(drop)
    }

    /// Answers a request.
    #[inline]
    pub(super) fn respond(&self, sequence_number: u32, status: CommandStatus, body: &impl Body) {
        let mut session = self.session.borrow_mut();
        self.link.append(|out| session.respond(sequence_number, status, body, out));
    }

    /// Answers a request with a status alone.
    pub(super) fn refuse(&self, command: CommandId, sequence_number: u32, status: CommandStatus) {
        let mut session = self.session.borrow_mut();
        self.link.append(|out| session.refuse(command, sequence_number, status, out));
    }

    /// Binds to the SMSC.
    pub(super) fn bind(&self, now: Timestamp, bind: &Bind<'_>) {
        let mut session = self.session.borrow_mut();
        self.link.append(|out| session.bind(now, bind, out));
    }

    /// Lets the ESME in.
    pub(super) fn accept_bind(&self, now: Timestamp) {
        let mut session = self.session.borrow_mut();
        self.link.append(|out| session.accept_bind(now, b"relay", out));
    }

    #[inline]
    fn has_room(&self) -> bool {
        self.session.borrow().window_free() > 0
    }

    /// Takes out who still waits, when the connection is over.
    pub(super) fn drain(&self) -> Vec<Origin> {
        self.session.borrow_mut().drain_window().map(|(_, origin)| origin).collect()
    }
}

/// The legs of one side that requests can go out on.
#[derive(Debug, Default)]
pub(super) struct Group {
    legs: RefCell<Vec<Rc<Leg>>>,
    turn: Cell<usize>,
}

impl Group {
    pub(super) fn join(&self, leg: &Rc<Leg>) {
        self.legs.borrow_mut().push(Rc::clone(leg));
    }

    pub(super) fn leave(&self, leg: &Rc<Leg>) {
        self.legs.borrow_mut().retain(|other| !Rc::ptr_eq(other, leg));
    }

    /// Begins a turn with the next leg: one leg a turn makes one write of many requests.
    pub(super) fn rotate(&self) {
        self.turn.set(self.turn.get().wrapping_add(1));
    }

    /// Whether a request can be sent; if so, on the leg whose turn it is now.
    #[inline]
    pub(super) fn has_room(&self) -> bool {
        let legs = self.legs.borrow();
        for _ in 0..legs.len() {
            if legs.get(self.turn.get() % legs.len()).is_some_and(|leg| leg.has_room()) {
                return true;
            }
            self.rotate();
        }
        false
    }

    /// Sends a request on the leg whose turn it is or, if it cannot, another.
    #[inline]
    pub(super) fn send(
        &self,
        now: Timestamp,
        body: &impl Body,
        mut origin: Origin,
        touched: &Touched,
    ) -> Result<(), Origin> {
        let legs = self.legs.borrow();
        for _ in 0..legs.len() {
            let Some(leg) = legs.get(self.turn.get() % legs.len()) else { break };
            match leg.send(now, body, origin) {
                Ok(()) => {
                    touched.add(leg);
                    return Ok(());
                }
                Err(back) => origin = back,
            }
            self.rotate();
        }
        Err(origin)
    }

    /// Whether any request is unanswered.
    pub(super) fn is_waiting(&self) -> bool {
        self.legs.borrow().iter().any(|leg| leg.session.borrow().in_flight() > 0)
    }
}

/// Legs that were appended to in this turn and must be woken at its end, each once.
#[derive(Debug, Default)]
pub(super) struct Touched(RefCell<Vec<Rc<Leg>>>);

impl Touched {
    #[inline]
    pub(super) fn add(&self, leg: &Rc<Leg>) {
        if !leg.touched.replace(true) {
            self.0.borrow_mut().push(Rc::clone(leg));
        }
    }

    pub(super) fn wake(&self) {
        for leg in self.0.borrow_mut().drain(..) {
            leg.touched.set(false);
            leg.link.wake();
        }
    }
}
