//! A simulated SMSC: start it in this process, or run it as `postrider sim smsc`.

use std::cell::RefCell;
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::LocalSet;

use crate::sim::answer::LAST_SEQUENCE;
use crate::sim::config::Config;
use crate::sim::link::{Link, drive};
use crate::sim::session::Session;
use crate::sim::state::State;
use crate::sim::stats::Stats;
use crate::wire::smpp::command::CommandId;
use crate::wire::smpp::pdu::encode_header;
use crate::wire::smpp::status::CommandStatus;

/// Connections at one time; more are closed at once.
const CONNECTIONS_MAX: usize = 4096;

/// How often receipts that are due are sent.
const TICK: Duration = Duration::from_millis(1);

/// How often the record is handed to the kernel.
const FLUSH_EVERY: Duration = Duration::from_millis(20);

/// How long ESMEs have to answer the unbind at the end.
const UNBIND_WAIT: Duration = Duration::from_millis(200);

/// A running SMSC with a thread of its own. Dropping it stops it.
#[derive(Debug)]
pub struct Smsc {
    addr: SocketAddr,
    stats: Arc<Stats>,
    stop: Arc<Notify>,
    thread: Option<JoinHandle<()>>,
}

impl Smsc {
    /// Listens, and serves from a thread of its own.
    pub fn start(config: Config) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind(config.listen)?;
        listener.set_nonblocking(true)?;
        let addr = listener.local_addr()?;
        let stats = Arc::new(Stats::default());
        // The state stays in its thread; what can fail in making it fails here.
        if let Some(path) = &config.record {
            drop(crate::sim::record::Record::open(path)?);
        }
        let stop = Arc::new(Notify::new());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (thread_stats, thread_stop) = (Arc::clone(&stats), Arc::clone(&stop));
        let thread = std::thread::Builder::new().name("sim-smsc".to_owned()).spawn(move || {
            let serving = serve(config, listener, thread_stats, thread_stop);
            if let Err(error) = LocalSet::new().block_on(&runtime, serving) {
                let _ = io::Write::write_fmt(
                    &mut io::stderr(),
                    format_args!("the simulated SMSC ended: {error}\n"),
                );
            }
        })?;
        Ok(Self { addr, stats, stop, thread: Some(thread) })
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// What it has done so far.
    pub fn stats(&self) -> &Stats {
        &self.stats
    }

    /// Unbinds every ESME, writes out the record and ends.
    pub fn stop(mut self) -> Arc<Stats> {
        self.end();
        Arc::clone(&self.stats)
    }

    fn end(&mut self) {
        self.stop.notify_one();
        if let Some(thread) = self.thread.take() {
            // A panic in the thread was printed there; there is nothing to add.
            let _ = thread.join();
        }
    }
}

impl Drop for Smsc {
    fn drop(&mut self) {
        self.end();
    }
}

async fn serve(
    config: Config,
    listener: std::net::TcpListener,
    stats: Arc<Stats>,
    stop: Arc<Notify>,
) -> io::Result<()> {
    let listener = TcpListener::from_std(listener)?;
    let state = Rc::new(RefCell::new(State::new(config, stats)?));
    let links = Rc::new(RefCell::new(Vec::new()));
    let busy = Rc::new(Notify::new());
    tokio::task::spawn_local(keep_ticking(Rc::clone(&state), Rc::clone(&busy)));
    tokio::task::spawn_local(keep_flushing(Rc::clone(&state)));
    loop {
        tokio::select! {
            () = stop.notified() => break,
            accepted = listener.accept() => {
                // Out of descriptors, or the peer left again: neither concerns the other binds.
                let Ok((stream, _)) = accepted else {
                    tokio::time::sleep(TICK).await;
                    continue;
                };
                if links.borrow().len() < CONNECTIONS_MAX {
                    attend(stream, &state, &links, &busy);
                }
            }
        }
    }
    drop(listener);
    say_goodbye(&links).await;
    let record = &mut state.borrow_mut().record;
    if let Some(record) = record {
        record.flush();
    }
    Ok(())
}

/// Serves one connection in a task of its own.
fn attend(
    stream: TcpStream,
    state: &Rc<RefCell<State>>,
    links: &Rc<RefCell<Vec<Rc<Link>>>>,
    busy: &Rc<Notify>,
) {
    let Ok((link, reader)) = Link::over(stream) else { return };
    let link = Rc::new(link);
    links.borrow_mut().push(Rc::clone(&link));
    let mut session = Session::new(Rc::clone(state), Rc::clone(&link), Rc::clone(busy));
    let links = Rc::clone(links);
    tokio::task::spawn_local(async move {
        // Whatever ended it, the ESME may bind again.
        let _ = drive(&link, reader, &mut session).await;
        session.end();
        links.borrow_mut().retain(|other| !Rc::ptr_eq(other, &link));
    });
}

/// Turns the wheels while something is in them.
async fn keep_ticking(state: Rc<RefCell<State>>, busy: Rc<Notify>) {
    loop {
        let idle = state.borrow().is_idle();
        if idle {
            busy.notified().await;
        }
        tokio::time::sleep(TICK).await;
        state.borrow_mut().tick();
    }
}

/// Hands the record to the kernel now and then.
async fn keep_flushing(state: Rc<RefCell<State>>) {
    while state.borrow().record.is_some() {
        tokio::time::sleep(FLUSH_EVERY).await;
        if let Some(record) = &mut state.borrow_mut().record {
            record.flush();
        }
    }
}

/// Unbinds everybody and waits a moment for them to leave.
async fn say_goodbye(links: &Rc<RefCell<Vec<Rc<Link>>>>) {
    for link in links.borrow().iter() {
        link.append(|out| {
            encode_header(out, CommandId::UNBIND, CommandStatus::ESME_ROK, LAST_SEQUENCE);
        });
        link.wake();
    }
    let until = tokio::time::Instant::now() + UNBIND_WAIT;
    while !links.borrow().is_empty() && tokio::time::Instant::now() < until {
        tokio::time::sleep(TICK).await;
    }
}
