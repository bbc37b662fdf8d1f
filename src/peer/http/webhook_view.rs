//! Webhooks and their attempts as the API shows them. Never a secret, but once when it is made.

use super::api::Api;
use super::post_message::public_id;
use super::webhook_schema::{WebhookAttempt, WebhookBacklog, WebhookLinks, WebhookView};
use super::when::rfc3339;
use crate::base::clock::Timestamp;
use crate::feed::consumer::Backlog;
use crate::feed::kind::Kind;
use crate::message::event::NO_MESSAGE;
use crate::peer::webhook::book::Webhook;
use crate::peer::webhook::delivery_log::Attempt;
use crate::peer::webhook::endpoint::Health;
use crate::peer::webhook::format::TEST_KIND;
use crate::peer::webhook::service::Status;

/// One webhook.
pub(super) fn webhook(api: &Api, status: &Status) -> WebhookView {
    let Status { webhook, health, backlog } = status;
    let (word, failing_since) = match health {
        None => ("gone", None),
        Some(Health::Up) => ("ok", None),
        Some(Health::Failing { since }) => ("failing", Some(rfc3339(*since))),
    };
    let place = format!("/v1/webhooks/{}", webhook.id);
    let changing = webhook.secrets.iter().map(|secret| secret.until);
    let changing = changing.filter(|until| *until != Timestamp::NEVER).max();
    WebhookView {
        id: webhook.id.clone(),
        object: "webhook",
        url: webhook.target.url.clone(),
        events: webhook.kinds.names().collect(),
        account: webhook.account.clone(),
        allow_private: webhook.allow_private,
        numbers: if webhook.in_full { "full" } else { "masked" },
        status: word,
        failing_since,
        gone_at: webhook.gone_at.map(rfc3339),
        backlog: owed(api, *backlog),
        previous_secret_until: changing.map(rfc3339),
        created_at: rfc3339(webhook.created_at),
        links: WebhookLinks { deliveries: format!("{place}/deliveries"), own: place },
        secret: None,
    }
}

/// A webhook with the secret that was just made.
pub(super) fn with_secret(api: &Api, status: &Status) -> WebhookView {
    WebhookView { secret: secret(&status.webhook), ..webhook(api, status) }
}

fn secret(webhook: &Webhook) -> Option<String> {
    webhook.secrets.first().map(|secret| secret.reveal())
}

fn owed(api: &Api, backlog: Backlog) -> WebhookBacklog {
    let age = backlog.oldest_at.map(|at| api.clock.now().since(at).as_secs());
    let oldest_at = backlog.oldest_at.map(rfc3339);
    WebhookBacklog { events: backlog.events, oldest_at, age_s: age }
}

/// One attempt.
pub(super) fn attempt(api: &Api, attempt: &Attempt) -> WebhookAttempt {
    WebhookAttempt {
        event_id: api.webhooks.event_id(attempt),
        kind: attempt.kind.map_or(TEST_KIND, Kind::name),
        message_id: (attempt.ord != NO_MESSAGE).then(|| public_id(api, attempt.ord)),
        attempt: attempt.attempt,
        at: rfc3339(attempt.at),
        duration_ms: attempt.took_ms,
        result: attempt.result,
        status: Some(attempt.status).filter(|status| *status > 0),
        retry_at: attempt.again_at.map(rfc3339),
    }
}
