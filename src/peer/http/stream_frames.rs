//! The live stream on the wire: server-sent events (WHATWG HTML §9.2), as a body whose frames come from a
//! task.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame};
use serde_json::Value;
use tokio::sync::mpsc;

/// What a client is to wait before it comes again, in milliseconds.
pub(super) const HELLO: &str = "retry: 3000\n\n";

/// Says nothing, so that what stands between does not close the connection.
pub(super) const HEARTBEAT: &str = ": still here\n\n";

/// One event; `data` is one line of JSON.
pub(super) fn event(id: Option<&str>, kind: &str, data: &str) -> String {
    let id = id.map_or_else(String::new, |id| format!("id: {id}\n"));
    format!("{id}event: {kind}\ndata: {data}\n\n")
}

/// Events between these two are not told: the client was away for too long.
pub(super) fn gap(from: &str, to: Option<&str>) -> String {
    event(None, "gap", &serde_json::json!({ "from": from, "to": to }).to_string())
}

/// So many events are not told: the client was too slow.
pub(super) fn dropped(events: u64) -> String {
    event(None, "dropped", &serde_json::json!({ "n": events }).to_string())
}

/// Whether a message is of interest by its disposition; all are if none is named.
pub(super) fn of_interest(message: &Value, dispositions: &[String]) -> bool {
    let own = message["disposition"].as_str().unwrap_or_default();
    dispositions.is_empty() || dispositions.iter().any(|wanted| wanted == own)
}

/// A body that ends when its task does.
#[derive(Debug)]
pub(super) struct Frames(pub(super) mpsc::Receiver<String>);

impl Body for Frames {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        self.0.poll_recv(context).map(|text| text.map(|text| Ok(Frame::data(text.into()))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_written_as_browsers_read_them() {
        assert_eq!(event(Some("evt_a"), "x", "{}"), "id: evt_a\nevent: x\ndata: {}\n\n");
        assert_eq!(gap("a", None), "event: gap\ndata: {\"from\":\"a\",\"to\":null}\n\n");
        assert_eq!(dropped(7), "event: dropped\ndata: {\"n\":7}\n\n");
    }

    #[test]
    fn dispositions_filter_only_if_any_is_named() {
        let message = serde_json::json!({ "disposition": "bounced" });
        assert!(of_interest(&message, &[]) && of_interest(&message, &["bounced".to_owned()]));
        assert!(!of_interest(&message, &["delivered".to_owned()]));
    }
}
