//! What the relay keeps of one account: its binds on both sides, and whose request is whose.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::sim::link::Link;
use crate::sim::slots::Slots;

/// One bind, of an ESME to the relay or of the relay to the SMSC.
#[derive(Debug)]
pub(crate) struct Side {
    pub(crate) link: Rc<Link>,
    /// Requests the relay sent on it.
    window: RefCell<Slots<Origin>>,
}

/// Where a forwarded request came from.
#[derive(Debug, Default)]
struct Origin {
    link: Option<Rc<Link>>,
    sequence_number: u32,
}

/// Everything of one `system_id`.
#[derive(Debug)]
pub(crate) struct RelayAccount {
    pub(crate) system_id: Vec<u8>,
    pub(crate) password: Vec<u8>,
    pub(crate) esme: Group,
    pub(crate) smsc: Group,
}

/// The binds of one side.
#[derive(Debug, Default)]
pub(crate) struct Group {
    sides: RefCell<Vec<Rc<Side>>>,
    turn: Cell<usize>,
    /// Whether the other side waits for room here.
    wanted: Cell<bool>,
}

impl Side {
    /// A bind on which `window` requests may be in flight.
    pub(crate) fn new(link: Rc<Link>, window: usize) -> Rc<Self> {
        Rc::new(Self { link, window: RefCell::new(Slots::new(window)) })
    }

    /// Forwards a request of `origin`; false if the window is full.
    #[inline]
    fn forward(&self, frame: &[u8], sequence_number: u32, origin: &Rc<Link>) -> bool {
        let mut window = self.window.borrow_mut();
        let Some((own_number, kept)) = window.take() else { return false };
        *kept = Origin { link: Some(Rc::clone(origin)), sequence_number };
        append_as(&self.link, frame, own_number);
        true
    }

    /// Sends a response back to where its request came from, and says where that was.
    #[inline]
    pub(crate) fn send_back(&self, frame: &[u8], sequence_number: u32) -> Option<Rc<Link>> {
        let mut window = self.window.borrow_mut();
        let origin = window.release(sequence_number)?;
        let link = origin.link.take()?;
        append_as(&link, frame, origin.sequence_number);
        Some(link)
    }
}

impl Group {
    pub(crate) fn join(&self, side: Rc<Side>) {
        self.sides.borrow_mut().push(side);
    }

    pub(crate) fn leave(&self, link: &Rc<Link>) {
        self.sides.borrow_mut().retain(|side| !Rc::ptr_eq(&side.link, link));
    }

    /// Begins a turn with the next bind.
    pub(crate) fn rotate(&self) {
        self.turn.set(self.turn.get().wrapping_add(1));
    }

    /// Forwards a request on the bind whose turn it is or, its window full, another; on which.
    #[inline]
    pub(crate) fn forward(
        &self,
        frame: &[u8],
        sequence_number: u32,
        origin: &Rc<Link>,
    ) -> Option<Rc<Link>> {
        let sides = self.sides.borrow();
        for _ in 0..sides.len() {
            let side = sides.get(self.turn.get() % sides.len())?;
            if side.forward(frame, sequence_number, origin) {
                return Some(Rc::clone(&side.link));
            }
            self.rotate();
        }
        self.wanted.set(true);
        None
    }

    /// Whether the other side waited for room here; asking ends the wait.
    pub(crate) fn was_wanted(&self) -> bool {
        self.wanted.replace(false)
    }

    pub(crate) fn wake_all(&self) {
        self.sides.borrow().iter().for_each(|side| side.link.wake());
    }

    pub(crate) fn close_all(&self) {
        self.sides.borrow().iter().for_each(|side| side.link.close());
    }
}

/// Appends a PDU as it is but for its sequence number.
#[inline]
fn append_as(link: &Link, frame: &[u8], sequence_number: u32) {
    link.append(|out| {
        let start = out.len();
        out.extend_from_slice(frame);
        if let Some(field) = out.get_mut(start + 12..start + 16) {
            field.copy_from_slice(&sequence_number.to_be_bytes());
        }
    });
}
