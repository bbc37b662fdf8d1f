//! The ESME binds of one flow, in one thread.

use std::cell::RefCell;
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::LocalSet;

use crate::load::bind::keep_bound;
use crate::load::config::Config;
use crate::load::flow::Flow;
use crate::load::progress::Progress;
use crate::load::tally::Tally;
use crate::load::ticker::Ticker;
use crate::sim::answer::LAST_SEQUENCE;
use crate::sim::link::Link;
use crate::wire::smpp::command::CommandId;
use crate::wire::smpp::pdu::encode_header;
use crate::wire::smpp::status::CommandStatus;

/// How long all binds may take at the start.
const BIND_WAIT: Duration = Duration::from_secs(10);

/// How often deadlines are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// How long the peer has to answer the unbind at the end.
const UNBIND_WAIT: Duration = Duration::from_millis(500);

/// Messages given to one bind at a tick before the next has its turn: fewer, and every message
/// would wake a bind of its own.
pub(crate) const TURN: u64 = 8;

/// What the tasks of a flow share.
#[derive(Clone, Debug)]
pub(crate) struct Shared {
    pub(crate) flow: Rc<RefCell<Flow>>,
    /// The binds open now.
    pub(crate) links: Rc<RefCell<Vec<Rc<Link>>>>,
    /// Something ended: a bind, or the flow.
    pub(crate) changed: Rc<Notify>,
    /// Why a bind was refused.
    pub(crate) refused: Rc<RefCell<Option<String>>>,
}

/// Runs a flow to its end in this thread.
pub fn run(config: Config, progress: Arc<Progress>) -> io::Result<Tally> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    LocalSet::new().block_on(&runtime, flow(config, progress))
}

async fn flow(config: Config, progress: Arc<Progress>) -> io::Result<Tally> {
    let shared = Shared {
        flow: Rc::new(RefCell::new(Flow::new(config.clone(), progress)?)),
        links: Rc::default(),
        changed: Rc::new(Notify::new()),
        refused: Rc::default(),
    };
    let tasks: Vec<_> = (0..config.binds)
        .map(|_| tokio::task::spawn_local(keep_bound(shared.clone(), config.clone())))
        .collect();
    let outcome = submit_all(&shared, &config).await;
    for link in shared.links.borrow().iter() {
        link.append(|out| {
            encode_header(out, CommandId::UNBIND, CommandStatus::ESME_ROK, LAST_SEQUENCE);
        });
        link.wake();
    }
    let until = tokio::time::Instant::now() + UNBIND_WAIT;
    while !shared.links.borrow().is_empty() && tokio::time::Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    tasks.iter().for_each(tokio::task::JoinHandle::abort);
    outcome?;
    shared.flow.borrow_mut().finish()
}

/// Waits for the binds, then until everything is sent and has come back.
async fn submit_all(shared: &Shared, config: &Config) -> io::Result<()> {
    let bound = async {
        while shared.links.borrow().len() < config.binds {
            shared.changed.notified().await;
            if let Some(refused) = shared.refused.borrow_mut().take() {
                return Err(io::Error::other(refused));
            }
        }
        Ok(())
    };
    match tokio::time::timeout(BIND_WAIT, bound).await {
        Ok(bound) => bound?,
        Err(_) => return Err(io::Error::new(io::ErrorKind::TimedOut, "not all binds were made")),
    }
    let started = {
        let mut flow = shared.flow.borrow_mut();
        flow.now = flow.clock.now();
        flow.begin();
        flow.clock.instant(flow.now)
    };
    let tick = Arc::new(Notify::new());
    let ticker = config.pace.map(|pace| Ticker::start(started, pace.tick(), Arc::clone(&tick)));
    let _ticker = ticker.transpose()?;
    shared.links.borrow().iter().for_each(|link| link.wake());
    let mut turn = 0;
    let mut look = tokio::time::interval(LOOK_EVERY);
    loop {
        let mut ticked = false;
        tokio::select! {
            () = tick.notified() => ticked = true,
            () = shared.changed.notified() => {}
            _ = look.tick() => {}
        }
        if shared.look(&mut turn, ticked, config.reconnect) {
            return Ok(());
        }
    }
}

impl Shared {
    /// Looks at deadlines and wakes binds that have something to do; whether the flow has ended.
    fn look(&self, turn: &mut usize, ticked: bool, reconnect: bool) -> bool {
        let mut flow = self.flow.borrow_mut();
        flow.now = flow.clock.now();
        let backlog = flow.tick();
        let links = self.links.borrow();
        if flow.has_work() && !links.is_empty() {
            let wanted = if ticked { backlog.div_ceil(TURN) } else { links.len() as u64 };
            for _ in 0..wanted.min(links.len() as u64) {
                *turn = (*turn + 1) % links.len();
                if let Some(link) = links.get(*turn) {
                    link.wake();
                }
            }
        }
        if !ticked {
            flow.publish();
        }
        flow.is_finished() || (links.is_empty() && !reconnect)
    }
}
