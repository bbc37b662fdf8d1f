//! `postrider stats`: how many messages there were, hour by hour or day by day.

use std::io::IsTerminal as _;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use serde_json::Value;

use super::access::AccessArgs;
use super::api_client::{ApiClient, escape};
use super::print::{json as print_json, note, out};

/// Arguments of `postrider stats`.
#[derive(Debug, Args)]
#[command(
    after_help = "Counts are by the hour or day of UTC in which messages were accepted. Without \
--since it is the last 24 hours, or the last 30 days.

Exit codes: 0 counted, 1 no answer or nothing that can be counted, 2 not everything could be counted yet"
)]
pub(super) struct StatsArgs {
    #[command(flatten)]
    access: AccessArgs,
    /// What is told apart: up to two of disposition, reason, carrier, account, direction
    #[arg(long, value_name = "WHAT,WHAT", default_value = "disposition")]
    by: String,
    /// What is counted together
    #[arg(long, value_enum, default_value_t = Per::Hour)]
    per: Per,
    /// Accepted at this moment or later (RFC 3339)
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Accepted before this moment (RFC 3339)
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// Messages of this account alone
    #[arg(long)]
    account: Option<String>,
    /// Messages of this carrier alone
    #[arg(long)]
    carrier: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What is counted together.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Per {
    Hour,
    Day,
}

/// Exit code when messages are left out.
const IN_PART: u8 = 2;

pub(super) async fn run(arguments: &StatsArgs) -> ExitCode {
    let count = async |client: &ApiClient| {
        let answer = client.get(&path(arguments)).await?;
        Ok(show(arguments, &answer))
    };
    arguments.access.ask(count).await
}

fn show(arguments: &StatsArgs, answer: &Value) -> ExitCode {
    if arguments.json {
        print_json(answer);
    } else {
        table(answer, std::io::stdout().is_terminal()).iter().for_each(out);
        note(format_args!("complete until {}", text(&answer["complete_until"])));
    }
    match answer["uncounted_messages"].as_u64() {
        Some(0) | None => ExitCode::SUCCESS,
        Some(uncounted) => {
            note(format_args!("{uncounted} messages are not counted yet: ask again in a while"));
            ExitCode::from(IN_PART)
        }
    }
}

fn path(arguments: &StatsArgs) -> String {
    let per = match arguments.per {
        Per::Hour => "hour",
        Per::Day => "day",
    };
    let mut path = format!("/v1/stats?per={per}&by={}", escape(&arguments.by));
    for (name, value) in [
        ("since", &arguments.since),
        ("until", &arguments.until),
        ("account", &arguments.account),
        ("carrier", &arguments.carrier),
    ] {
        if let Some(value) = value {
            path += &format!("&{name}={}", escape(value));
        }
    }
    path
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("–")
}

/// One line for each count, with columns as wide as what is in them; on a terminal under a head.
fn table(answer: &Value, with_head: bool) -> Vec<String> {
    let by: Vec<&str> = answer["by"].as_array().into_iter().flatten().map(text).collect();
    let mut rows: Vec<Vec<String>> = Vec::new();
    if with_head {
        let head = ["start (UTC)"].into_iter().chain(by.iter().copied()).chain(["messages"]);
        rows.push(head.map(str::to_uppercase).collect());
    }
    for count in answer["data"].as_array().into_iter().flatten() {
        let start = text(&count["start"]).get(..16).unwrap_or("–").replace('T', " ");
        let mut row = vec![start];
        row.extend(by.iter().map(|name| text(&count[*name]).replace('_', " ")));
        row.push(count["messages"].as_u64().unwrap_or(0).to_string());
        rows.push(row);
    }
    let columns = by.len() + 2;
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).enumerate().map(|(at, (cell, &width))| {
            if at + 1 == columns { format!("{cell:>width$}") } else { format!("{cell:<width$}") }
        });
        cells.collect::<Vec<_>>().join("  ")
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn counts_stand_below_each_other() {
        let answer = json!({
            "by": ["disposition", "account"],
            "data": [
                { "start": "2025-10-21T13:00:00.000Z", "disposition": "in_progress",
                  "account": "shop", "messages": 12_345 },
                { "start": "2025-10-21T14:00:00.000Z", "disposition": "bounced", "messages": 6 },
            ],
        });
        assert_eq!(
            table(&answer, true),
            [
                "START (UTC)       DISPOSITION  ACCOUNT  MESSAGES",
                "2025-10-21 13:00  in progress  shop        12345",
                "2025-10-21 14:00  bounced      –               6",
            ]
        );
        assert_eq!(table(&json!({ "by": [], "data": [] }), false), Vec::<String>::new());
    }
}
