//! Following the stream: reading it, coming again when it ends, and saying what was not told.

use std::io::{self, Write as _};
use std::process::ExitCode;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use super::line::line;
use super::sse::{Reader, SentEvent};
use crate::cli::api_client::{ApiClient, Pieces};
use crate::cli::print::note;

/// The gateway says every 15 s that it is there: one that does not is gone.
const SILENCE_MAX: Duration = Duration::from_secs(45);

/// Pause before it is asked again.
const AGAIN: Duration = Duration::from_secs(3);

/// Follows until Ctrl-C, or until nobody reads any more.
pub(super) async fn follow(client: &ApiClient, path: &str, as_json: bool) -> ExitCode {
    let mut tail = Tail { as_json, last: None };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => ExitCode::SUCCESS,
        code = tail.keep(client, path) => code,
    }
}

struct Tail {
    as_json: bool,
    /// The id of the last event that was told.
    last: Option<String>,
}

/// Why it is over.
enum Over {
    /// Nobody reads what is written.
    Unread,
    /// The stream ended.
    Ended(&'static str),
}

impl Tail {
    async fn keep(&mut self, client: &ApiClient, path: &str) -> ExitCode {
        let (mut begun, mut lost) = (false, false);
        loop {
            match client.follow(path, self.last.as_deref()).await {
                Ok(pieces) => {
                    match (begun, &self.last) {
                        (true, None) => note("postrider: it is there again, what was is not told"),
                        (true, Some(_)) => note("postrider: it is there again"),
                        (false, _) => {}
                    }
                    (begun, lost) = (true, false);
                    match self.read(pieces).await {
                        Over::Unread => return ExitCode::SUCCESS,
                        Over::Ended(why) => note(format_args!("postrider: {why}")),
                    }
                }
                Err(error) if begun && error.may_pass() => {
                    if !lost {
                        note(format_args!("postrider: {error}"));
                    }
                    lost = true;
                }
                Err(error) => {
                    note(format_args!("postrider: {error}"));
                    return ExitCode::FAILURE;
                }
            }
            sleep(AGAIN).await;
        }
    }

    async fn read(&mut self, mut pieces: Pieces) -> Over {
        let mut reader = Reader::default();
        loop {
            let piece = match timeout(SILENCE_MAX, pieces.next()).await {
                Ok(Some(piece)) => piece,
                Ok(None) => return Over::Ended("the gateway has ended the stream"),
                Err(_) => return Over::Ended("the gateway says nothing any more"),
            };
            let Ok(events) = reader.take(&piece) else {
                return Over::Ended("what came is no stream of events");
            };
            for event in events {
                if self.tell(&event).is_err() {
                    return Over::Unread;
                }
            }
        }
    }

    fn tell(&mut self, event: &SentEvent) -> io::Result<()> {
        let data: Value = serde_json::from_str(&event.data).unwrap_or_default();
        if let Some(id) = &event.id {
            self.last = Some(id.clone());
        }
        if let Some(missing) = missing(&event.kind, &data) {
            note(format_args!("postrider: {missing}"));
            let data = json!({ "type": event.kind, "data": data });
            return if self.as_json { written(&data) } else { Ok(()) };
        }
        if self.as_json { written(&data) } else { written(line(&data)) }
    }
}

/// What was not told, if that is what an event says.
fn missing(kind: &str, data: &Value) -> Option<String> {
    match kind {
        "gap" => {
            let from = data["from"].as_str().unwrap_or("?");
            Some(match data["to"].as_str() {
                Some(to) => format!("a gap: what happened between {from} and {to} is not told"),
                None => format!("a gap: what happened after {from} until now is not told"),
            })
        }
        "dropped" => Some(format!("too slow: {} events are not told", data["n"])),
        _ => None,
    }
}

/// Writes a line at once.
fn written(text: impl std::fmt::Display) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}")?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_told_is_said() {
        let gap = missing("gap", &json!({ "from": "evt_a", "to": null })).unwrap();
        assert!(gap.contains("after evt_a"), "{gap}");
        assert!(missing("gap", &json!({ "from": "a", "to": "b" })).unwrap().contains("a and b"));
        assert!(missing("dropped", &json!({ "n": 12000 })).unwrap().contains("12000"));
        assert_eq!(missing("postrider.message.sent", &json!({})), None);
    }
}
