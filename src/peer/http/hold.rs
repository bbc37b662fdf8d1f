//! Why a message is waiting, and until when: from what the board knows of its carrier.

use serde_json::{Value, json};

use super::history::History;
use super::when::rfc3339;
use crate::base::clock::Timestamp;
use crate::message::disposition::Status;
use crate::message::reason::Reason;
use crate::message::state::State;
use crate::pipeline::port::CarrierView;

/// The `hold` of a message; `None` when nothing of ours holds it.
pub(super) fn hold(
    state: &State,
    history: &History,
    carrier: Option<&CarrierView>,
) -> Option<Value> {
    if !matches!(state.status, Status::Scheduled | Status::Accepted | Status::Queued) {
        return None;
    }
    if state.retrying() {
        return Some(json!({
            "kind": "retry",
            "reason": state.reason.name(),
            "title": state.reason.title(),
            "limit": null,
            "until": history.retry_at.map(rfc3339),
        }));
    }
    let carrier = carrier?;
    let (reason, until) = match carrier.hold {
        Some(hold) => hold,
        None if carrier.binds_up == 0 => (Reason::CarrierDown, None),
        None => return None,
    };
    let until = until.filter(|&until| until != Timestamp::NEVER);
    Some(json!({
        "kind": kind(reason),
        "reason": reason.name(),
        "title": reason.title(),
        "limit": limit(reason, carrier),
        "until": until.map(rfc3339),
    }))
}

const fn kind(reason: Reason) -> &'static str {
    match reason {
        Reason::CarrierDown => "carrier_down",
        Reason::Throttled | Reason::RateLimited | Reason::OverRate => "throttle",
        Reason::Window => "window",
        _ => "carrier",
    }
}

/// Which limit it is that holds.
fn limit(reason: Reason, carrier: &CarrierView) -> Value {
    match reason {
        Reason::CarrierDown => json!({ "binds_up": carrier.binds_up, "binds": carrier.binds }),
        Reason::Throttled | Reason::RateLimited | Reason::OverRate => {
            json!({ "rate_per_second": carrier.rate_per_second })
        }
        Reason::Window => json!({ "window": carrier.window, "in_flight": carrier.in_flight }),
        _ => Value::Null,
    }
}
