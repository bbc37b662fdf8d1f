//! Messages as a table, for people and for programs that cut columns.

use serde_json::Value;

const HEAD: [&str; 7] = ["ID", "ACCEPTED (UTC)", "WAY", "FROM", "TO", "CARRIER", "RESULT"];

/// One line for each message, with columns as wide as what is in them; on a terminal under a head.
pub(super) fn table(messages: &[Value], with_head: bool) -> Vec<String> {
    let mut rows: Vec<[String; 7]> = messages.iter().map(row).collect();
    if with_head && !rows.is_empty() {
        rows.insert(0, HEAD.map(str::to_owned));
    }
    let width = |column: usize| {
        rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default()
    };
    let widths: [usize; 7] = std::array::from_fn(width);
    let line = |row: &[String; 7]| {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

fn row(message: &Value) -> [String; 7] {
    let text = |value: &Value| value.as_str().unwrap_or("–").to_owned();
    let disposition = text(&message["disposition"]).replace('_', " ");
    let reason = message["reason"]["title"].as_str();
    [
        text(&message["id"]),
        text(&message["created_at"]).replace('T', " ").trim_end_matches('Z').to_owned(),
        if message["direction"] == "inbound" { "in".to_owned() } else { "out".to_owned() },
        text(&message["from"]),
        text(&message["to"]),
        text(&message["carrier"]["id"]),
        reason.map_or(disposition.clone(), |reason| format!("{disposition}: {reason}")),
    ]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn columns_stand_below_each_other() {
        let bounced = json!({
            "id": "msg_8fmwvqwy3ewcz", "created_at": "2025-10-21T13:03:07.412Z", "direction": "outbound",
            "from": "ACME", "to": "+447•••••••23", "carrier": { "id": "orange" },
            "disposition": "bounced", "reason": { "title": "Phone memory full" },
        });
        let inbound = json!({
            "id": "msg_1g9eb1pxa9d6p", "created_at": "2025-10-21T13:03:06.000Z", "direction": "inbound",
            "from": "+447•••••••23", "to": "60777", "carrier": null,
            "disposition": "in_progress", "reason": null,
        });
        assert_eq!(
            table(&[bounced, inbound], true),
            [
                "ID                 ACCEPTED (UTC)           WAY  FROM           TO             CARRIER  RESULT",
                "msg_8fmwvqwy3ewcz  2025-10-21 13:03:07.412  out  ACME           +447•••••••23  orange   bounced: Phone memory full",
                "msg_1g9eb1pxa9d6p  2025-10-21 13:03:06.000  in   +447•••••••23  60777          –        in progress",
            ]
        );
        assert!(table(&[], true).is_empty());
    }
}
