//! The HTTP API beside a gateway, and the figures that nobody else reports.
//!
//! **Invariant**: after [`HttpApi::stop`] every request begun has been answered, so the gateway
//! behind it has to be stopped later.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::MissedTickBehavior;

use super::gateway::Gateway;
use crate::ledger::store::Ledger;
use crate::peer::http::api::Api;
use crate::peer::http::compat::routes::Clients;
use crate::peer::http::config::HttpConfig;
use crate::peer::http::server::serve;
use crate::telemetry::registry::Registry;
use crate::telemetry::store::StoreMetrics;

/// A listening API.
#[derive(Debug)]
pub struct HttpApi {
    address: Option<SocketAddr>,
    api: Arc<Api>,
    stop: watch::Sender<bool>,
    serving: JoinSet<()>,
}

/// Time for requests that were begun when the gateway is told to stop.
const DRAIN: Duration = Duration::from_secs(35);

impl HttpApi {
    /// Begins to listen wherever the configuration says, for the API and for clients of other gateways.
    ///
    /// # Errors
    /// When an address cannot be listened on.
    pub async fn start(config: &HttpConfig, api: Arc<Api>) -> io::Result<Option<Self>> {
        let places = [
            ("http", config.listen, Clients::All),
            ("kannel", config.kannel.listen, Clients::Kannel),
            ("jasmin", config.jasmin_listen, Clients::Jasmin),
        ];
        let (stop, _) = watch::channel(false);
        let (mut serving, mut address) = (JoinSet::new(), None);
        for (section, listen, clients) in places {
            let Some(listen) = listen else { continue };
            let listener = TcpListener::bind(listen).await.map_err(|error| {
                io::Error::new(error.kind(), format!("{section}.listen {listen}: {error}"))
            })?;
            if clients == Clients::All {
                address = Some(listener.local_addr()?);
            }
            serving.spawn(serve(listener, (Arc::clone(&api), clients), stop.subscribe()));
        }
        Ok((!serving.is_empty()).then_some(Self { address, api, stop, serving }))
    }

    /// Where the API listens, if it does.
    pub const fn address(&self) -> Option<SocketAddr> {
        self.address
    }

    /// Takes nothing new, and waits for what was begun.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        self.api.end_streams();
        let all = async { while self.serving.join_next().await.is_some() {} };
        if tokio::time::timeout(DRAIN, all).await.is_err() {
            tracing::warn!("requests to the api were cut off");
        }
    }
}

/// How often the disk is looked at.
const UPKEEP: Duration = Duration::from_secs(5);

/// Keeps the figures of the disk current, until it is aborted.
pub fn keep_up(gateway: &Gateway, registry: &Registry) -> JoinHandle<()> {
    let store = StoreMetrics::new(registry);
    let written = store.write_duration.clone();
    gateway.journal().observe(Box::new(move |commit| written.record(commit.took)));
    let ledger = Arc::clone(gateway.ledger());
    tokio::spawn(async move {
        let mut ticks = tokio::time::interval(UPKEEP);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut lagging = Lag::default();
        loop {
            ticks.tick().await;
            let ledger = Arc::clone(&ledger);
            // Asks the file system.
            let Ok(lag) = tokio::task::spawn_blocking({
                let store = store.clone();
                move || lagging.measure(&ledger, &store)
            })
            .await
            else {
                return;
            };
            lagging = lag;
        }
    })
}

/// The end of the log at the last look, to tell in time how far the index is behind.
#[derive(Clone, Copy, Default)]
struct Lag {
    durable: u64,
    seconds: f64,
}

impl Lag {
    fn measure(self, ledger: &Ledger, store: &StoreMetrics) -> Self {
        let stats = ledger.stats();
        store.bytes.set(stats.log_bytes as f64);
        store.free_bytes.set(stats.free_bytes as f64);
        store.log_files_compressed.set(stats.log_cold.files as f64);
        store.log_saved_bytes.set(stats.log_cold.saved_bytes() as f64);
        // What was durable at the last look and is not indexed now has waited that long.
        let behind = stats.indexed.0 < self.durable;
        let seconds = if behind { self.seconds + UPKEEP.as_secs_f64() } else { 0.0 };
        store.index_lag.set(seconds);
        Self { durable: if behind { self.durable } else { stats.durable.0 }, seconds }
    }
}
