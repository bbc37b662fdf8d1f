//! A hostile SMSC on real sockets: start it in this process, or run it as `postrider sim smsc
//! --profile NAME`.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::LocalSet;

use super::centre::{Centre, Output};
use super::config::Config;
use super::line::LineNo;
use super::truth::Truth;
use crate::base::clock::Clock;
use crate::sim::link::{Closed, Link, Peer, drive};

/// Connections at one time; more are closed at once.
const CONNECTIONS_MAX: usize = 1024;

/// How exactly what is due is done.
const TICK: Duration = Duration::from_millis(2);

/// A running SMSC with a thread of its own. Dropping it stops it.
#[derive(Debug)]
pub struct HostileSmsc {
    addr: SocketAddr,
    truth: Arc<Mutex<Truth>>,
    stop: Arc<Notify>,
    thread: Option<JoinHandle<()>>,
}

impl HostileSmsc {
    /// Listens, and serves from a thread of its own.
    ///
    /// # Errors
    /// When it cannot listen or the thread cannot be started.
    pub fn start(config: Config) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind(config.listen)?;
        listener.set_nonblocking(true)?;
        let addr = listener.local_addr()?;
        let (truth, stop) = (Arc::<Mutex<Truth>>::default(), Arc::new(Notify::new()));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (its_truth, its_stop) = (Arc::clone(&truth), Arc::clone(&stop));
        let thread =
            std::thread::Builder::new().name("sim-hostile".to_owned()).spawn(move || {
                let serving = serve(config, listener, its_truth, its_stop);
                if let Err(error) = LocalSet::new().block_on(&runtime, serving) {
                    let _ = io::Write::write_fmt(
                        &mut io::stderr(),
                        format_args!("the hostile SMSC ended: {error}\n"),
                    );
                }
            })?;
        Ok(Self { addr, truth, stop, thread: Some(thread) })
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Looks at the truth so far; it stands still meanwhile.
    pub fn truth<R>(&self, look: impl FnOnce(&Truth) -> R) -> R {
        look(&Centre::known(&self.truth))
    }

    /// Closes every connection and ends; the whole truth.
    pub fn stop(mut self) -> Truth {
        self.end();
        std::mem::take(&mut *Centre::known(&self.truth))
    }

    fn end(&mut self) {
        self.stop.notify_one();
        if let Some(thread) = self.thread.take() {
            // A panic in the thread was printed there; there is nothing to add.
            let _ = thread.join();
        }
    }
}

impl Drop for HostileSmsc {
    fn drop(&mut self) {
        self.end();
    }
}

/// What the tasks of the one thread share.
#[derive(Debug)]
struct Shell {
    centre: Centre,
    clock: Clock,
    links: HashMap<LineNo, Rc<Link>>,
}

type Shared = Rc<RefCell<Shell>>;

impl Shell {
    /// Does what the machine wants done.
    fn act(&mut self) {
        for (line, output) in self.centre.outputs() {
            let Some(link) = self.links.get(&line) else { continue };
            match output {
                Output::Octets(octets) => link.append(|out| out.extend_from_slice(&octets)),
                Output::Close => link.close(),
                Output::Read => {}
            }
            link.wake();
        }
    }
}

/// One connection.
struct Attendance {
    shared: Shared,
    busy: Rc<Notify>,
    line: LineNo,
}

impl Peer for Attendance {
    fn turn(&mut self, octets: &[u8]) -> Result<usize, Closed> {
        let shell = &mut *self.shared.borrow_mut();
        let now = shell.clock.now();
        let used = shell.centre.received(now, self.line, octets);
        shell.act();
        self.busy.notify_one();
        used
    }
}

async fn serve(
    config: Config,
    listener: std::net::TcpListener,
    truth: Arc<Mutex<Truth>>,
    stop: Arc<Notify>,
) -> io::Result<()> {
    let listener = TcpListener::from_std(listener)?;
    let clock = Clock::start();
    let centre = Centre::new(config, truth, clock.now());
    let shared = Rc::new(RefCell::new(Shell { centre, clock, links: HashMap::new() }));
    let busy = Rc::new(Notify::new());
    tokio::task::spawn_local(keep_ticking(Rc::clone(&shared), Rc::clone(&busy)));
    loop {
        tokio::select! {
            () = stop.notified() => return Ok(()),
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => attend(stream, &shared, &busy),
                // Out of descriptors, or the peer left again: neither concerns the other binds.
                Err(_) => tokio::time::sleep(TICK).await,
            },
        }
    }
}

/// Serves one connection in a task of its own.
fn attend(stream: TcpStream, shared: &Shared, busy: &Rc<Notify>) {
    let Ok((link, reader)) = Link::over(stream) else { return };
    let link = Rc::new(link);
    let mut shell = shared.borrow_mut();
    if shell.links.len() >= CONNECTIONS_MAX {
        return;
    }
    let line = shell.centre.connected();
    shell.links.insert(line, Rc::clone(&link));
    let mut attendance = Attendance { shared: Rc::clone(shared), busy: Rc::clone(busy), line };
    tokio::task::spawn_local(async move {
        // Whatever ended it, the ESME may bind again.
        let _ = drive(&link, reader, &mut attendance).await;
        let mut shell = attendance.shared.borrow_mut();
        shell.centre.closed(line);
        shell.links.remove(&line);
    });
}

/// Tells the machine the time while something is to come.
async fn keep_ticking(shared: Shared, busy: Rc<Notify>) {
    loop {
        let idle = shared.borrow().centre.is_idle();
        if idle {
            busy.notified().await;
        }
        tokio::time::sleep(TICK).await;
        let shell = &mut *shared.borrow_mut();
        let now = shell.clock.now();
        shell.centre.tick(now);
        shell.act();
    }
}
