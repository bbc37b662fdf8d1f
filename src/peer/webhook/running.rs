//! One webhook, or one lane of callbacks, at work: what its task and others both know of it.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderName};

use super::answer::Outcome;
use super::callbacks::Caller;
use super::client::{Client, Delivery};
use super::delivery_log::DeliveryLog;
use super::endpoint::Health;
use super::format::{Render, Sight};
use super::secret::{SigningSecret, signature};
use crate::base::clock::{Clock, Timestamp};
use crate::base::id::IdCipher;
use crate::feed::consumer::Consumer;
use crate::spool::unpoisoned;
use crate::telemetry::webhook::WebhookMetrics;

/// What all webhooks of a gateway share.
pub(super) struct Common {
    pub(super) clock: Clock,
    pub(super) events: IdCipher,
    pub(super) render: Arc<dyn Render>,
    pub(super) metrics: Arc<WebhookMetrics>,
    /// Events whose contents are read at a time: each holds a thread that may wait for the disk.
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

/// A webhook.
pub(super) struct Hook {
    pub(super) sight: Sight,
    pub(super) client: Client,
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
    /// Sends a body under an id, signed.
    pub(super) async fn send(&self, now: Timestamp, id: String, body: Vec<u8>) -> Outcome {
        let signature = signature(&unpoisoned::lock(&self.secrets), &id, now, &body);
        let timestamp = (now.0 / 1_000_000).to_string();
        let headers = vec![
            (CONTENT_TYPE, "application/json".to_owned()),
            (ID, id),
            (TIMESTAMP, timestamp),
            (SIGNATURE, signature),
        ];
        let body = Bytes::from(body);
        self.client.send(&Delivery { post: true, headers, body, ..Delivery::default() }).await
    }
}
