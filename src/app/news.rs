//! Telling news beside a gateway: the feed of its log, its webhooks, streams, exports and traces, and the API that
//! shows what they are told.
//!
//! **Invariant**: after [`News::stop`] what was taken is in the cursors, and what was not is told after the
//! next start; so the gateway behind it has to be stopped later.

use std::sync::Arc;
use std::thread::JoinHandle;

use super::gateway::{Gateway, StartError};
use crate::base::clock::Clock;
use crate::feed::feed::Feed;
use crate::peer::export::config::ExportConfig;
use crate::peer::export::service::{self, Exports};
use crate::peer::http::api::{Api, Parts};
use crate::peer::http::config::HttpConfig;
use crate::peer::http::console::state::Console;
use crate::peer::http::notice_view::NoticeView;
use crate::peer::http::operator_routes::Operators;
use crate::peer::otlp::config::OtlpConfig;
use crate::peer::otlp::service::Tracing;
use crate::peer::webhook::callback_submit::CallbackSubmit;
use crate::peer::webhook::callbacks::{CallbackConfig, Callbacks};
use crate::peer::webhook::client::Authorities;
use crate::peer::webhook::service::Webhooks;
use crate::pipeline::operate::Govern;
use crate::telemetry::registry::Registry;

/// The threads that tell news.
#[derive(Debug)]
pub struct News {
    api: Arc<Api>,
    feed: Feed,
    webhooks: Arc<Webhooks>,
    exports: Exports,
    tracing: Tracing,
    following: JoinHandle<()>,
    telling: JoinHandle<()>,
}

/// What the API, the exports, the callbacks and the traces are to be.
type Configured<'a> = (&'a HttpConfig, &'a [ExportConfig], &'a CallbackConfig, &'a OtlpConfig);

impl News {
    /// Takes up what is owed, and begins to tell it.
    ///
    /// # Errors
    /// A file of the data directory that cannot be read, or a thread that was refused.
    pub fn start(
        (config, exports, callbacks, traces): Configured<'_>,
        gateway: &Gateway,
        registry: Arc<Registry>,
        govern: Arc<dyn Govern>,
    ) -> Result<Self, StartError> {
        let clock = Clock::start();
        let feed = Feed::new(Arc::clone(gateway.ledger()));
        let authorities = Authorities::of_machine();
        let callbacks = Callbacks::new(callbacks.clone(), Arc::new(config.clone()));
        let webhooks = Webhooks::open(feed.clone(), clock, authorities, &registry, callbacks)?;
        let tracing = Tracing::start(traces, &feed, clock, &registry)?;
        let submit = CallbackSubmit::new(Arc::new(gateway.submitter()), feed.clone());
        let api = Api::new(Parts {
            config: config.clone(),
            submit: Arc::new(submit),
            cancel: Arc::new(gateway.submitter()),
            board: Arc::new(gateway.board()),
            explain: Arc::new(gateway.board()),
            ledger: Arc::clone(gateway.ledger()),
            webhooks: Arc::clone(&webhooks),
            feed: feed.clone(),
            registry,
            clock,
            operators: Operators { operate: Arc::new(gateway.operator()), govern },
            console: Console::open(&config.console, Arc::clone(gateway.ledger().disk()))?,
        });
        let exports = service::join(exports, &feed)?;
        let following = feed.start(clock)?;
        let view = Arc::new(NoticeView::new(Arc::clone(&api)));
        let telling = webhooks.start(Arc::<NoticeView>::clone(&view))?;
        let exports = exports.start(view, clock)?;
        Ok(Self { api, feed, webhooks, exports, tracing, following, telling })
    }

    /// The API, to be listened for or not.
    pub const fn api(&self) -> &Arc<Api> {
        &self.api
    }

    /// Tells nothing more, and keeps how far everybody is.
    pub fn stop(self) {
        self.webhooks.stop();
        join("webhooks", self.telling);
        self.exports.stop();
        self.tracing.stop();
        self.feed.stop();
        join("feed", self.following);
    }
}

fn join(name: &str, thread: JoinHandle<()>) {
    if thread.join().is_err() {
        tracing::error!("the thread of the {name} has panicked");
    }
}
