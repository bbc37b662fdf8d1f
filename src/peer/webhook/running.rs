//! One webhook, or one lane of callbacks, at work: what its task and others both know of it.

use std::io;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderName};

use super::answer::Outcome;
use super::callbacks::Caller;
use super::client::{Client, Delivery};
use super::delivery_log::DeliveryLog;
use super::endpoint::Health;
use super::format::{Render, Sight, body};
use super::secret::{SigningSecret, signature};
use crate::base::clock::{Clock, Timestamp};
use crate::base::id::IdCipher;
use crate::feed::consumer::Consumer;
use crate::feed::notice::{EVENT_PREFIX, Notice, event_id};
use crate::spool::unpoisoned;
use crate::telemetry::webhook::WebhookMetrics;

/// What all webhooks of a gateway share.
pub(super) struct Common {
    pub(super) clock: Clock,
    pub(super) events: IdCipher,
    pub(super) render: Arc<dyn Render>,
    pub(super) metrics: Arc<WebhookMetrics>,
    /// Lots of events that are read at a time: each holds a thread that may wait for the disk.
    pub(super) reading: tokio::sync::Semaphore,
    /// Told of webhooks that said that they are gone.
    pub(super) gone: tokio::sync::mpsc::UnboundedSender<String>,
}

/// One at work.
pub(super) struct Running {
    pub(super) id: String,
    pub(super) consumer: Arc<Consumer>,
    pub(super) concurrency: usize,
    pub(super) log: Mutex<DeliveryLog>,
    pub(super) health: Mutex<Health>,
    pub(super) voice: Voice,
}

/// How it tells.
pub(super) enum Voice {
    Hook(Hook),
    Caller(Caller),
}

/// What is told of one event, and whoever sends it.
pub(super) struct Letter {
    pub(super) client: Arc<Client>,
    pub(super) delivery: Delivery,
}

impl Voice {
    /// Reads what there is to tell of an event, which may block; `None` if it cannot be read, or leads
    /// nowhere, and never will.
    ///
    /// # Errors
    /// What the disk said.
    pub(super) fn write(&self, common: &Common, notice: &Notice) -> io::Result<Option<Letter>> {
        match self {
            Self::Hook(hook) => {
                let contents = common.render.contents(notice, hook.sight)?;
                let id = format!("{EVENT_PREFIX}{}", event_id(&common.events, notice.lsn));
                let body = contents.map(|contents| body(notice.kind.name(), contents));
                Ok(body.map(|body| hook.letter(common.clock.now(), id, body)))
            }
            Self::Caller(caller) => caller.call(notice),
        }
    }
}

/// A webhook.
pub(super) struct Hook {
    pub(super) sight: Sight,
    pub(super) client: Arc<Client>,
    pub(super) secrets: Mutex<Vec<SigningSecret>>,
}

impl Running {
    /// The webhook it is.
    pub(super) const fn hook(&self) -> Option<&Hook> {
        match &self.voice {
            Voice::Hook(hook) => Some(hook),
            Voice::Caller(_) => None,
        }
    }
}

const ID: HeaderName = HeaderName::from_static("webhook-id");
const TIMESTAMP: HeaderName = HeaderName::from_static("webhook-timestamp");
const SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");

impl Hook {
    /// A body under an id, signed now.
    pub(super) fn letter(&self, now: Timestamp, id: String, body: Vec<u8>) -> Letter {
        let signature = signature(&unpoisoned::lock(&self.secrets), &id, now, &body);
        let timestamp = (now.0 / 1_000_000).to_string();
        let headers = vec![
            (CONTENT_TYPE, "application/json".to_owned()),
            (ID, id),
            (TIMESTAMP, timestamp),
            (SIGNATURE, signature),
        ];
        let body = Bytes::from(body);
        let delivery = Delivery { post: true, headers, body, ..Delivery::default() };
        Letter { client: Arc::clone(&self.client), delivery }
    }
}

impl Letter {
    /// Sends it once.
    pub(super) async fn send(&self) -> Outcome {
        self.client.send(&self.delivery).await
    }
}
