//! A message and its history as a person reads them.

use serde_json::Value;

/// One event in one line, and what the far side said in the next.
pub(super) fn line(event: &Value) -> String {
    let text = |name: &str| event[name].as_str().unwrap_or_default();
    let mut line = format!("{}  {:<8}  {}", clock(text("at")), text("by"), text("summary"));
    let reason = &event["reason"];
    if let Some(title) = reason["title"].as_str() {
        line.push_str(&format!("\n{INDENT}{title} ({})", reason["code"].as_str().unwrap_or("?")));
    }
    for parameter in event["parameters"].as_array().into_iter().flatten() {
        let text = |name: &str| parameter[name].as_str().unwrap_or("?");
        line.push_str(&format!("\n{INDENT}{} = {}", text("name"), text("value")));
    }
    if let Some(words) = raw(&event["raw"]) {
        line.push_str(&format!("\n{INDENT}raw: {words}"));
    }
    line
}

/// A message's present state, and then its events.
pub(super) fn page(message: &Value, events: &[Value]) -> String {
    let text = |value: &Value| value.as_str().unwrap_or("–").to_owned();
    let mut lines = vec![
        format!(
            "{}  {} {}  {} → {}",
            text(&message["id"]),
            text(&message["channel"]),
            text(&message["direction"]),
            text(&message["from"]),
            text(&message["to"])
        ),
        format!("  {}", verdict(message)),
    ];
    let reason = &message["reason"];
    if let (Some(title), Some(advice)) = (reason["title"].as_str(), reason["advice"].as_str()) {
        lines.push(format!("  {title}. {advice}"));
    }
    lines.extend(hold(&message["hold"]));
    if message["contradicted"] == true {
        lines.push("  Its receipts contradict each other: see below.".to_owned());
    }
    if message["may_be_double"] == true {
        lines.push("  It was submitted again after a doubt: it may have arrived twice.".to_owned());
    }
    let carrier = &message["carrier"];
    if let Some(name) = carrier["id"].as_str() {
        let id = carrier["message_id"].as_str().unwrap_or("not given yet");
        lines.push(format!("  carrier {name}, its id {id}"));
    }
    lines.push(String::new());
    lines.extend(events.iter().map(line));
    lines.join("\n")
}

/// One message in one line, for a list of several.
pub(super) fn row(message: &Value) -> String {
    let text = |name: &str| message[name].as_str().unwrap_or("–");
    format!(
        "{}  {}  {} → {}  {}",
        text("id"),
        clock(text("created_at")),
        text("from"),
        text("to"),
        verdict(message)
    )
}

const INDENT: &str = "                                    ";

/// `2025-10-21 13:03:07.412`, in UTC.
fn clock(at: &str) -> String {
    format!("{:<24}", at.replace('T', " "))
}

fn verdict(message: &Value) -> String {
    let text = |name: &str| message[name].as_str().unwrap_or("–").replace('_', " ");
    let status = text("status");
    let disposition = text("disposition");
    let both = if status == disposition { status } else { format!("{disposition}, {status}") };
    format!("{both} (says {})", text("evidence"))
}

fn hold(hold: &Value) -> Option<String> {
    let title = hold["title"].as_str()?;
    let until = hold["until"].as_str().map(|until| format!(", until {until}"));
    let limit = hold["limit"].as_object().map(|limit| {
        let parts: Vec<String> =
            limit.iter().map(|(name, value)| format!("{name} {value}")).collect();
        format!(" ({})", parts.join(", "))
    });
    let hint = hold["hint"].as_str().map(|hint| format!(": {hint}"));
    let parts = [limit, hint, until].map(Option::unwrap_or_default);
    Some(format!("  Held: {title}{}", parts.concat()))
}

/// The far side's own words.
fn raw(raw: &Value) -> Option<String> {
    if let Some(text) = raw["text"].as_str().filter(|text| !text.is_empty()) {
        return Some(text.to_owned());
    }
    let status = raw["command_status"].as_u64()?;
    let name = raw["name"].as_str().unwrap_or("not of the standard");
    Some(format!("command_status 0x{status:08x} {name}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_page_says_what_happened_why_and_what_to_do() {
        let message = json!({
            "id": "msg_1", "channel": "sms", "direction": "outbound", "from": "ACME",
            "to": "+447•••••••23", "status": "undelivered", "disposition": "bounced",
            "evidence": "network", "contradicted": false,
            "reason": { "code": "memory_full", "title": "Phone memory full", "advice": "Ask." },
            "carrier": { "id": "sink", "message_id": "13006AC1" }, "hold": null,
        });
        let event = json!({
            "at": "2025-10-21T13:03:07.412Z", "by": "network", "summary": "receipt from sink: UNDELIV",
            "reason": { "code": "memory_full", "title": "Phone memory full" },
            "raw": { "text": "stat:UNDELIV err:020" },
        });
        let page = page(&message, &[event]);
        for part in [
            "msg_1  sms outbound  ACME → +447•••••••23",
            "bounced, undelivered (says network)",
            "Phone memory full. Ask.",
            "carrier sink, its id 13006AC1",
            "2025-10-21 13:03:07.412Z  network   receipt from sink: UNDELIV",
            "raw: stat:UNDELIV err:020",
        ] {
            assert!(page.contains(part), "{part}\n{page}");
        }
    }

    #[test]
    fn a_vendors_parameter_is_shown_by_its_name() {
        let event = json!({
            "at": "2025-10-21T13:03:07.412Z", "by": "account", "summary": "accepted",
            "parameters": [{ "tag": "0x1400", "name": "entity_id", "value": "1101" }],
        });
        assert!(line(&event).ends_with("entity_id = 1101"));
    }

    #[test]
    fn a_hold_names_its_limit_and_its_end() {
        let held = json!({
            "title": "The carrier asks to slow down", "limit": { "rate_per_second": 100 },
            "until": "2025-10-21T13:03:08.000Z",
        });
        assert_eq!(
            hold(&held).as_deref(),
            Some(
                "  Held: The carrier asks to slow down (rate_per_second 100), until 2025-10-21T13:03:08.000Z"
            )
        );
        let held = json!({
            "title": "Waiting for room in the carrier's window", "limit": { "window": 10 },
            "hint": "window 10 x 60 ms = 166/s", "until": null,
        });
        assert_eq!(
            hold(&held).as_deref(),
            Some(
                "  Held: Waiting for room in the carrier's window (window 10): window 10 x 60 ms = 166/s"
            )
        );
        assert_eq!(hold(&Value::Null), None);
    }
}
