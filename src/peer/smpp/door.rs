//! Doors: listeners of a shard, in clear or in TLS, for applications or for a carrier's outbind.
//!
//! **Invariants**: a connection is counted from its acceptance to its end; TLS handshakes are bounded
//! in number, beyond which connections wait in the system's queue, and in time, as long as a bind may
//! take; whoever is turned away is told in the log and in the ledger, at most once a second.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::secure::{Failure, shake};
use super::shard::Shard;
use super::stream::Stream;
use crate::base::id::CarrierId;
use crate::net::tls::channel::Channel;
use crate::net::tls::listener::ListenerTls;
use crate::throttle::faults::Faults;

/// Whose connections a door takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum For {
    /// Applications that bind.
    Applications,
    /// A carrier that sends outbind, so many at a time.
    Carrier(CarrierId, usize),
}

/// A listener and what holds for its connections.
#[derive(Debug)]
pub(super) struct Door {
    pub(super) listener: std::net::TcpListener,
    pub(super) whose: For,
    pub(super) tls: Option<ListenerTls>,
    pub(super) handshakes_max: usize,
}

/// A door that is open.
struct Open {
    whose: For,
    at: SocketAddr,
    tls: Option<ListenerTls>,
    handshakes: Arc<Semaphore>,
    patience: Duration,
    turned_away: RefCell<Faults>,
}

/// Accepts until the gateway stops.
pub(super) async fn keep(shard: Rc<Shard>, door: Door) {
    let Door { listener, whose, tls, handshakes_max } = door;
    let Ok(listener) = TcpListener::from_std(listener) else { return };
    let Ok(at) = listener.local_addr() else { return };
    tracing::info!(%at, tls = tls.is_some(), "listening");
    let open = Rc::new(Open {
        whose,
        at,
        tls,
        handshakes: Arc::new(Semaphore::new(handshakes_max)),
        patience: shard.session_init,
        turned_away: RefCell::default(),
    });
    loop {
        let Ok(permit) = open.handshakes.clone().acquire_owned().await else { return };
        match listener.accept().await {
            Ok((tcp, from)) => open.admit(&shard, tcp, from, permit),
            Err(error) => {
                // Out of descriptors, as a rule: it gets better when links end.
                tracing::error!(%error, "cannot accept");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

impl Open {
    fn admit(
        self: &Rc<Self>,
        shard: &Rc<Shard>,
        tcp: TcpStream,
        from: SocketAddr,
        permit: OwnedSemaphorePermit,
    ) {
        let (taken, max) = match self.whose {
            For::Applications => (shard.connections.load(Ordering::Relaxed), shard.connections_max),
            For::Carrier(carrier, max) => (shard.outbinds_of(carrier), max),
        };
        if taken >= max {
            tracing::warn!(%from, connections_max = max, "too many connections: closed");
            return;
        }
        shard.connections.fetch_add(1, Ordering::Relaxed);
        match &self.tls {
            None => self.enter(shard, Stream::plain(tcp), from),
            Some(tls) => {
                let channel = Channel::accept(tls);
                let (open, shard) = (self.clone(), shard.clone());
                tokio::task::spawn_local(async move {
                    let secured = match channel {
                        Ok(channel) => open.secure(&tcp, channel).await,
                        Err(error) => Err(Failure::Told(error.to_string())),
                    };
                    match secured {
                        Ok(channel) => open.enter(&shard, Stream::secured(tcp, channel), from),
                        Err(failure) => open.turn_away(&shard, from, failure),
                    }
                    drop(permit);
                });
            }
        }
    }

    async fn secure(&self, tcp: &TcpStream, mut channel: Channel) -> Result<Channel, Failure> {
        match tokio::time::timeout(self.patience, shake(tcp, &mut channel)).await {
            Ok(shaken) => shaken.map(|()| channel),
            Err(_) => Err(Failure::Told("the handshake takes too long".to_owned())),
        }
    }

    fn enter(&self, shard: &Rc<Shard>, stream: Stream, from: SocketAddr) {
        match self.whose {
            For::Applications => shard.accept(stream, from, Vec::new()),
            For::Carrier(carrier, _) => shard.accept_outbind(stream, from, carrier),
        }
    }

    fn turn_away(&self, shard: &Rc<Shard>, from: SocketAddr, failure: Failure) {
        shard.connections.fetch_sub(1, Ordering::Relaxed);
        let at = self.at;
        let Failure::Told(why) = failure else {
            tracing::debug!(%from, %at, "closed without a word");
            return;
        };
        let Some(count) = self.turned_away.borrow_mut().count(shard.now()) else { return };
        let text = format!("no TLS with {from} on {at}: {why}: closed");
        tracing::warn!(count, "{text}");
        shard.exchange.borrow_mut().engine.notice(b"smpp", 0, count, &text);
        shard.end_turn();
    }
}

impl Shard {
    /// Connections that a carrier has made to us.
    pub(super) fn outbinds_of(&self, carrier: CarrierId) -> usize {
        self.exchange.borrow().outbinds_of(carrier)
    }

    /// A carrier has connected to us.
    pub(super) fn accept_outbind(
        self: &Rc<Self>,
        stream: Stream,
        from: SocketAddr,
        carrier: CarrierId,
    ) {
        tracing::info!(from = stream.describe(from), "a carrier connects, for an outbind");
        let link = self.exchange.borrow_mut().accept_outbind(self.now(), carrier);
        if let Some(link) = link {
            self.open(link, stream, Vec::new());
            self.end_turn();
        }
    }
}
