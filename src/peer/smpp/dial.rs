//! Dialling: the connections that a shard makes, to carriers and for outbinds, in clear or in TLS.

use std::rc::Rc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::net::TcpStream;

use super::secure::{Failure, shake};
use super::shard::Shard;
use super::stream::Stream;
use crate::base::id::{AccountId, CarrierId};
use crate::net::tls::channel::Channel;
use crate::net::tls::dialer::DialerTls;
use crate::pipeline::settings::OutbindDial;

/// How long a dial may take, and in TLS the handshake besides.
const DIAL_TIMEOUT: Duration = Duration::from_secs(10);

/// Connects; what went wrong, in words.
async fn connect(address: &str, tls: Option<&DialerTls>) -> Result<Stream, String> {
    let late = |_| "no answer in time".to_owned();
    let connecting = tokio::time::timeout(DIAL_TIMEOUT, TcpStream::connect(address));
    let tcp = connecting.await.map_err(late)?.map_err(|error| error.to_string())?;
    let Some(tls) = tls else { return Ok(Stream::plain(tcp)) };
    let mut channel = Channel::dial(tls).map_err(|error| error.to_string())?;
    let shaking = tokio::time::timeout(DIAL_TIMEOUT, shake(&tcp, &mut channel));
    match shaking.await {
        Ok(Ok(())) => Ok(Stream::secured(tcp, channel)),
        Ok(Err(Failure::Told(why))) => Err(format!("no TLS: {why}")),
        Ok(Err(Failure::Silent)) => Err("no TLS: it closed without a word".to_owned()),
        Err(_) => Err("no TLS: the handshake takes too long".to_owned()),
    }
}

impl Shard {
    pub(super) async fn dial(self: Rc<Self>, carrier: CarrierId, bind: u16, after: Duration) {
        tokio::time::sleep(after).await;
        let shared = self.exchange.borrow().shared().clone();
        let wanted = shared.carrier(carrier).filter(|shared| shared.has_bind(bind));
        let Some(shared) = wanted.filter(|_| !self.stopping.get()) else {
            self.dial_over(carrier, bind);
            return;
        };
        let (address, tls) = (&shared.config.address, shared.config.tls.as_ref());
        let connected = connect(address, tls).await;
        self.dial_over(carrier, bind);
        let stream = match connected {
            Ok(stream) => stream,
            Err(error) => {
                let name = &shared.config.name;
                tracing::warn!(carrier = name, address, bind, error, "cannot connect to carrier");
                let mut exchange = self.exchange.borrow_mut();
                if tls.is_some() {
                    // What is wrong with certificates does not mend itself: it is told to support.
                    let text = format!("cannot connect to carrier {name} at {address}: {error}");
                    exchange.engine.notice(name.as_bytes(), 0, 1, &text);
                }
                exchange.dial_failed(carrier, bind);
                drop(exchange);
                self.end_turn();
                return;
            }
        };
        let link = self.exchange.borrow_mut().connected(self.now(), carrier, bind);
        if let Some(link) = link {
            self.connections.fetch_add(1, Ordering::Relaxed);
            self.open(link, stream, Vec::new());
            self.end_turn();
        }
    }

    /// Connects to an application that is owed something, and sends it an outbind.
    pub(super) async fn call(self: Rc<Self>, account: AccountId) {
        let shared = self.exchange.borrow().shared().clone();
        let Some(config) = shared.account(account).map(|shared| &shared.config) else { return };
        let Some(OutbindDial { address, tls, .. }) = &config.outbind else { return };
        let name = &config.name;
        match connect(address, tls.as_ref()).await {
            Ok(_) if self.stopping.get() => {}
            Ok(stream) => {
                tracing::info!(account = name, address, "called, by outbind");
                let mut exchange = self.exchange.borrow_mut();
                let Some(link) = exchange.call_taken(self.now(), account, address.clone()) else {
                    return;
                };
                drop(exchange);
                self.connections.fetch_add(1, Ordering::Relaxed);
                self.open(link, stream, Vec::new());
            }
            Err(error) => {
                tracing::warn!(account = name, address, error, "cannot connect, for an outbind");
                let mut exchange = self.exchange.borrow_mut();
                if exchange.first_failure(account) {
                    let text = format!("cannot call account {name} at {address}: {error}");
                    exchange.engine.notice(name.as_bytes(), 0, 1, &text);
                }
                exchange.call_over(self.now(), account, false);
            }
        }
        self.end_turn();
    }
}
