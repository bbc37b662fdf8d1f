//! What an event looks like on the wire, and whose words those are.
//!
//! A [`Render`] makes the contents of an event from the ledger; it is the API, which knows how a message is
//! shown. This puts them in an envelope that satisfies both CloudEvents 1.0 (JSON format) and Standard
//! Webhooks.

use std::io;

use serde_json::{Value, json};

use crate::feed::notice::Notice;

/// Octets of a body; Standard Webhooks asks for less than 20 KB.
pub const BODY_BYTES_MAX: usize = 20_000;

/// What an event tells.
#[derive(Clone, PartialEq, Debug)]
pub struct Contents {
    /// The event's id.
    pub id: String,
    /// The node it comes from.
    pub node: u16,
    /// The message's id, or the carrier's name.
    pub subject: String,
    /// When it happened, in RFC 3339.
    pub time: String,
    /// Orders the events of one message, from 1; carriers' are ordered by their time.
    pub seq: Option<u64>,
    /// What it is about: the name of the member of `data` that shows it.
    pub about: &'static str,
    /// The message as the API shows it, as it was then; or what is so of the carrier.
    pub shown: Value,
}

/// What whoever is told may see.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sight {
    /// Numbers in full, and not masked.
    pub in_full: bool,
    /// What handsets wrote.
    pub texts: bool,
}

/// Who knows what an event tells. Called where it may block.
pub trait Render: Send + Sync {
    /// The contents of an event; `None` if what it is about cannot be read.
    ///
    /// # Errors
    /// What the disk said.
    fn contents(&self, notice: &Notice, sight: Sight) -> io::Result<Option<Contents>>;
}

/// The body of an event.
pub fn body(kind: &str, contents: Contents) -> Vec<u8> {
    let Contents { id, node, subject, time, seq, about, mut shown } = contents;
    let envelope = |shown: &Value| {
        let data = match seq {
            Some(seq) => json!({ "seq": seq, about: shown }),
            None => json!({ about: shown }),
        };
        json!({
            "specversion": "1.0",
            "id": id,
            "source": format!("/postrider/{node}"),
            "type": kind,
            "subject": subject,
            "time": time,
            "timestamp": time,
            "datacontenttype": "application/json",
            "data": data,
        })
    };
    let mut body = envelope(&shown).to_string();
    // Only a message of very many parts is longer: what became of each is told by the API.
    for part in ["part_states", "joined_of", "raw", "client_ref"] {
        if body.len() < BODY_BYTES_MAX {
            break;
        }
        if let Some(members) = shown.as_object_mut() {
            members.remove(part);
            members.insert("shortened".to_owned(), Value::Bool(true));
        }
        body = envelope(&shown).to_string();
    }
    body.into_bytes()
}

/// The body of a test.
pub fn test_body(id: &str, node: u16, time: &str) -> Vec<u8> {
    json!({
        "specversion": "1.0",
        "id": id,
        "source": format!("/postrider/{node}"),
        "type": TEST_KIND,
        "time": time,
        "timestamp": time,
        "datacontenttype": "application/json",
        "data": {},
    })
    .to_string()
    .into_bytes()
}

/// The `type` of a test.
pub const TEST_KIND: &str = "postrider.webhook.test";

#[cfg(test)]
mod tests {
    use super::*;

    fn contents(shown: Value) -> Contents {
        Contents {
            id: "evt_a".into(),
            node: 3,
            subject: "msg_b".into(),
            time: "2026-01-01T00:00:00.000Z".into(),
            seq: Some(4),
            about: "message",
            shown,
        }
    }

    #[test]
    fn an_envelope_has_the_members_of_both_vocabularies() {
        let octets = body("postrider.message.sent", contents(json!({ "id": "msg_b" })));
        let body: Value = serde_json::from_slice(&octets).unwrap();
        assert_eq!(body["specversion"], "1.0");
        assert_eq!(
            (&body["type"], &body["source"]),
            (&"postrider.message.sent".into(), &"/postrider/3".into())
        );
        assert_eq!((&body["timestamp"], &body["subject"]), (&body["time"], &"msg_b".into()));
        assert_eq!(body["data"], json!({ "seq": 4, "message": { "id": "msg_b" } }));
    }

    #[test]
    fn a_body_that_would_be_too_long_is_shortened_and_says_so() {
        let parts: Vec<String> = (0..255).map(|_| "x".repeat(200)).collect();
        let octets = body("t", contents(json!({ "id": "msg_b", "part_states": parts })));
        assert!(octets.len() < BODY_BYTES_MAX);
        let body: Value = serde_json::from_slice(&octets).unwrap();
        assert_eq!(body["data"]["message"], json!({ "id": "msg_b", "shortened": true }));
    }
}
