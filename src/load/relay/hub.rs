//! What all connections of the relay share: routes, accounts, ids, and the time.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use tokio::net::TcpStream;

use crate::base::clock::{Clock, Timestamp};
use crate::load::relay::args::Settings;
use crate::load::relay::esme::Esme;
use crate::load::relay::ids::Ids;
use crate::load::relay::leg::{Group, Leg, Touched};
use crate::load::relay::routes::Routes;
use crate::load::relay::smsc;
use crate::sim::link::{Link, drive};
use crate::wire::smpp::session::Side;

/// deliver_sm in flight on an ESME's bind: two hold more than an SMSC sends on all of the relay's,
/// so that receipts need not be refused.
const ESME_WINDOW: usize = 32 * 1024;

/// Connections of ESMEs at one time, and accounts in all; more are not let in.
const ESMES_MAX: usize = 4096;

/// How often somebody's patience may have ended.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// What all connections share.
#[derive(Debug)]
pub(crate) struct Hub {
    pub(super) settings: Settings,
    pub(super) routes: Routes,
    pub(super) smscs: Vec<Smsc>,
    pub(super) ids: RefCell<Ids>,
    pub(super) touched: Touched,
    /// An ESME waits for room towards an SMSC.
    pub(super) wanted: Cell<bool>,
    accounts: RefCell<Vec<Rc<Account>>>,
    legs: RefCell<Vec<Rc<Leg>>>,
    clock: Clock,
    looking: Cell<bool>,
}

/// An SMSC that something is routed to.
#[derive(Debug)]
pub(super) struct Smsc {
    pub(super) address: SocketAddr,
    pub(super) group: Group,
    /// Connections being made or made.
    pub(super) running: Cell<u16>,
}

/// Everybody who binds with one `system_id`.
#[derive(Debug)]
pub(super) struct Account {
    system_id: Vec<u8>,
    pub(super) number: u32,
    pub(super) group: Group,
}

impl Hub {
    pub(crate) fn new(settings: Settings) -> Self {
        let mut smscs: Vec<Smsc> = Vec::new();
        let mut routes = Vec::new();
        for (prefix, address) in &settings.routes {
            let known = smscs.iter().position(|smsc| smsc.address == *address);
            let place = known.unwrap_or(smscs.len());
            if known.is_none() {
                let (group, running) = (Group::default(), Cell::new(0));
                smscs.push(Smsc { address: *address, group, running });
            }
            routes.push((prefix.clone().into_bytes(), place));
        }
        Self {
            settings,
            routes: Routes::new(routes),
            smscs,
            ids: RefCell::default(),
            touched: Touched::default(),
            wanted: Cell::new(false),
            accounts: RefCell::default(),
            legs: RefCell::default(),
            clock: Clock::start(),
            looking: Cell::new(false),
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The account of a `system_id`; `None` if there are too many.
    pub(super) fn account_of(&self, system_id: &[u8]) -> Option<Rc<Account>> {
        let mut accounts = self.accounts.borrow_mut();
        if let Some(known) = accounts.iter().find(|one| one.system_id == system_id) {
            return Some(Rc::clone(known));
        }
        if accounts.len() >= ESMES_MAX {
            return None;
        }
        let number = accounts.len() as u32;
        let (system_id, group) = (system_id.to_vec(), Group::default());
        let account = Rc::new(Account { system_id, number, group });
        accounts.push(Rc::clone(&account));
        Some(account)
    }

    /// The account of this number.
    #[inline]
    pub(super) fn account(&self, number: u32) -> Option<Rc<Account>> {
        self.accounts.borrow().get(number as usize).map(Rc::clone)
    }

    /// Begins a turn of an ESME.
    pub(super) fn rotate_smscs(&self) {
        self.smscs.iter().for_each(|smsc| smsc.group.rotate());
    }

    /// Begins a turn of an SMSC.
    pub(super) fn rotate_accounts(&self) {
        self.accounts.borrow().iter().for_each(|account| account.group.rotate());
    }

    /// Whether a submit can be forwarded, wherever it goes.
    #[inline]
    pub(super) fn has_room(&self) -> bool {
        self.smscs.iter().all(|smsc| smsc.group.has_room())
    }

    /// Ends a turn of an SMSC: who waited for room tries again.
    pub(super) fn made_room(&self) {
        if self.wanted.get() && self.has_room() {
            self.wanted.set(false);
            self.legs.borrow().iter().for_each(|leg| leg.link.wake());
        }
    }

    /// Ends all connections, for an SMSC cannot be reached. ESMEs that bind again start anew.
    pub(super) fn close_all(&self) {
        self.legs.borrow().iter().for_each(|leg| leg.link.close());
    }

    pub(super) fn enter(self: &Rc<Self>, leg: &Rc<Leg>) {
        self.legs.borrow_mut().push(Rc::clone(leg));
        if !self.looking.replace(true) {
            let hub = Rc::clone(self);
            tokio::task::spawn_local(async move { hub.look().await });
        }
    }

    pub(super) fn leave(&self, leg: &Rc<Leg>) {
        self.legs.borrow_mut().retain(|other| !Rc::ptr_eq(other, leg));
    }

    /// Gives a turn to each leg whose patience may have ended.
    async fn look(&self) {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            let now = self.now();
            for leg in self.legs.borrow().iter().filter(|leg| leg.is_overdue(now)) {
                leg.link.wake();
            }
        }
    }
}

/// Serves one ESME in a task of its own.
pub(crate) fn attend(stream: TcpStream, hub: Rc<Hub>) {
    if hub.legs.borrow().len() >= ESMES_MAX {
        return;
    }
    let Ok((link, reader)) = Link::over(stream) else { return };
    let link = Rc::new(link);
    let leg = Leg::new(Rc::clone(&link), Side::Smsc, ESME_WINDOW, hub.now());
    hub.enter(&leg);
    let mut esme = Esme::new(Rc::clone(&hub), Rc::clone(&leg));
    tokio::task::spawn_local(async move {
        // How a connection ended does not concern the others.
        let _ = drive(&link, reader, &mut esme).await;
        hub.leave(&leg);
        esme.end();
    });
}

/// Binds to every SMSC that is not bound to.
pub(super) fn connect(hub: &Rc<Hub>) {
    for (place, smsc) in hub.smscs.iter().enumerate().filter(|(_, smsc)| smsc.running.get() == 0) {
        smsc.running.set(hub.settings.binds);
        for _ in 0..hub.settings.binds {
            tokio::task::spawn_local(smsc::keep_bound(Rc::clone(hub), place));
        }
    }
}
