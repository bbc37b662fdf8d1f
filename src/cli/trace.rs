//! `postrider trace`: what happened to a message, found by anything a caller can read out.

use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use super::access::AccessArgs;
use super::api_client::{ApiClient, ApiError, escape};
use super::print::{json as print_json, note, out};
use super::timeline;

/// Arguments of `postrider trace`.
#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 found, 1 no answer, 2 nothing found")]
pub(super) struct TraceArgs {
    #[command(flatten)]
    access: AccessArgs,
    /// A message's id, a number, a sender's name, or the id a carrier gave
    what: String,
    /// Messages to list at most when there are several
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u8).range(1..=200))]
    limit: u8,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Exit code when nothing was found.
const NOTHING: u8 = 2;

pub(super) async fn run(arguments: &TraceArgs) -> ExitCode {
    arguments.access.ask(async |client| trace(client, arguments).await).await
}

async fn trace(client: &ApiClient, arguments: &TraceArgs) -> Result<ExitCode, ApiError> {
    let mut found = find(client, arguments.what.trim(), arguments.limit).await?;
    match found.len() {
        0 => {
            note(format_args!(
                "postrider: nothing is known under {:?}: not an id, a number, a sender or a \
                 carrier's id",
                arguments.what
            ));
            return Ok(ExitCode::from(NOTHING));
        }
        1 => one(client, arguments, &found.remove(0)).await?,
        _ => several(arguments, &found),
    }
    Ok(ExitCode::SUCCESS)
}

async fn one(client: &ApiClient, arguments: &TraceArgs, message: &Value) -> Result<(), ApiError> {
    let id = message["id"].as_str().unwrap_or_default();
    let events = client.get(&format!("/v1/messages/{id}/events")).await?;
    if arguments.json {
        print_json(&json!({ "message": message, "events": events["data"] }));
    } else {
        let events = events["data"].as_array().map_or(&[][..], Vec::as_slice);
        out(timeline::page(message, events));
    }
    Ok(())
}

fn several(arguments: &TraceArgs, found: &[Value]) {
    if arguments.json {
        print_json(&json!({ "data": found }));
    } else {
        found.iter().map(timeline::row).for_each(out);
        note(format_args!("{} messages; trace one of them by its id", found.len()));
    }
}

/// Messages that this can mean, newest first. A number of 13 digits could be an id, so everything
/// it could be is asked for.
async fn find(client: &ApiClient, what: &str, limit: u8) -> Result<Vec<Value>, ApiError> {
    let mut found = Vec::new();
    if what.starts_with("msg_") || ID_CHARS.contains(&what.len()) {
        match client.get(&format!("/v1/messages/{}", escape(what))).await {
            Ok(message) => found.push(message),
            Err(error) if error.is_not_found() => {}
            Err(error) => return Err(error),
        }
    }
    if !what.starts_with("msg_") {
        for parameter in ["to", "from", "carrier_message_id"] {
            if parameter != "carrier_message_id" && what.len() > NUMBER_CHARS {
                continue;
            }
            let path = format!("/v1/messages?limit={limit}&{parameter}={}", escape(what));
            let page = client.get(&path).await?;
            found.extend(page["data"].as_array().into_iter().flatten().cloned());
        }
    }
    let at = |message: &Value| message["created_at"].as_str().unwrap_or_default().to_owned();
    found.sort_by_key(|message| std::cmp::Reverse((at(message), message["id"].to_string())));
    found.dedup_by(|a, b| a["id"] == b["id"]);
    found.truncate(usize::from(limit));
    Ok(found)
}

/// Characters of an id without its prefix, of one as Twilio writes it, and of one as a UUID.
const ID_CHARS: [usize; 3] = [13, 34, 36];

/// Characters of the longest address (SMPP §5.2.9).
const NUMBER_CHARS: usize = 20;
