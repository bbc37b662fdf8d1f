//! One event in one line, for people.

use serde_json::Value;

/// The line of an event of the stream.
pub(super) fn line(event: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or("–").to_owned();
    let kind = text(&event["type"]);
    let kind = kind.strip_prefix("postrider.").unwrap_or(&kind);
    let kind = kind.strip_prefix("message.").unwrap_or(kind);
    let told = match &event["data"] {
        data if data["message"].is_object() => message(&data["message"]),
        data if data["carrier"].is_object() => carrier(&data["carrier"]),
        data if data["opt_out"].is_object() => opt_out(&data["opt_out"]),
        _ => text(&event["subject"]),
    };
    format!("{:<24}  {kind:<19}  {told}", text(&event["time"]).replace('T', " "))
}

fn message(message: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or("–").to_owned();
    let carrier = message["carrier"]["id"].as_str().unwrap_or("no carrier");
    let why = match message["reason"]["code"].as_str() {
        Some(code) if code != "none" => format!(": {code}"),
        _ => String::new(),
    };
    format!(
        "{}  {} → {}  {carrier}  {}{why}",
        text(&message["id"]),
        text(&message["from"]),
        text(&message["to"]),
        text(&message["disposition"]).replace('_', " "),
    )
}

fn carrier(carrier: &Value) -> String {
    let until = carrier["until"].as_str().map(|until| format!(", until {until}"));
    let untold = carrier["changes_untold"].as_u64().filter(|count| *count > 0);
    let untold = untold.map(|count| format!(", and {count} changes before it"));
    let name = carrier["id"].as_str().unwrap_or("–");
    let condition = carrier["condition"].as_str().unwrap_or("–");
    format!("{name}  {condition}{}{}", until.unwrap_or_default(), untold.unwrap_or_default())
}

fn opt_out(change: &Value) -> String {
    let text = |name: &str| change[name].as_str().unwrap_or("–").to_owned();
    let sender = change["sender"].as_str().unwrap_or("everybody");
    format!("{} → {sender}  by {}", text("number"), text("by"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_message_and_a_carrier_each_have_a_line() {
        let message = json!({
            "id": "msg_1", "from": "ACME", "to": "+447•••••••23", "disposition": "bounced",
            "carrier": { "id": "sink" }, "reason": { "code": "memory_full" },
        });
        let time = "2026-11-22T04:33:00.691Z";
        let event = json!({
            "type": "postrider.message.undelivered", "time": time, "data": { "message": message },
        });
        assert_eq!(
            line(&event),
            "2026-11-22 04:33:00.691Z  undelivered          msg_1  ACME → +447•••••••23  sink  bounced: memory_full"
        );
        let carrier =
            json!({ "id": "sink", "condition": "down", "until": null, "changes_untold": 4 });
        let event = json!({
            "type": "postrider.carrier.down", "time": time, "data": { "carrier": carrier },
        });
        assert_eq!(
            line(&event),
            "2026-11-22 04:33:00.691Z  carrier.down         sink  down, and 4 changes before it"
        );
    }

    #[test]
    fn an_event_of_a_later_version_is_shown_by_what_is_known_of_it() {
        let event = json!({ "type": "postrider.moon.full", "subject": "moon", "data": {} });
        assert!(line(&event).ends_with("moon.full            moon"), "{}", line(&event));
        assert!(!line(&Value::Null).is_empty());
    }
}
