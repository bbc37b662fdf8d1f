//! The history of a message, each step with the time since the one before.

use serde_json::Value;

use super::row::took;
use super::visible::visible;
use crate::base::clock::Timestamp;
use crate::peer::http::lookup::Found;
use crate::peer::http::when::{parse, rfc3339};

/// One step.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Step {
    pub(super) number: usize,
    /// RFC 3339, and as people read it.
    pub(super) at: String,
    pub(super) time: String,
    /// Since the step before; empty for the first.
    pub(super) since: String,
    pub(super) by: String,
    pub(super) summary: String,
    pub(super) reason: String,
    pub(super) code: String,
}

/// The steps of a history.
pub(super) fn steps(found: &Found, events: &[Value]) -> Vec<Step> {
    let mut before = found.stored.accepted_at;
    let text = |event: &Value, key: &str| visible(event[key].as_str().unwrap_or_default());
    let step = |(number, event): (usize, &Value)| {
        let at = event["at"].as_str().and_then(parse).unwrap_or(Timestamp(0));
        // Parts and shards may tell theirs a moment apart.
        let since = at.since(before.min(at));
        before = at;
        Step {
            number,
            time: rfc3339(at).get(11..23).unwrap_or_default().to_owned(),
            at: rfc3339(at),
            since: if number == 0 { String::new() } else { format!("+ {}", took(since)) },
            by: text(event, "by"),
            summary: text(event, "summary"),
            reason: text(&event["reason"], "title"),
            code: text(&event["reason"], "code"),
        }
    };
    events.iter().enumerate().map(step).collect()
}
