//! `postrider send`: one message through the gateway's API.

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use serde_json::{Map, Value};
use tokio::time::{Instant, sleep};

use super::access::AccessArgs;
use super::api_client::{ApiClient, ApiError};
use super::print::{json, note, out};
use super::timeline;

/// Arguments of `postrider send`.
#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 accepted (with --wait: delivered), 1 refused or no answer, \
                        2 with --wait: ended otherwise than delivered, or not in time")]
pub(super) struct SendArgs {
    #[command(flatten)]
    access: AccessArgs,
    /// Sender: a number or a name
    #[arg(long)]
    from: String,
    /// Destination
    #[arg(long, allow_hyphen_values = true)]
    to: String,
    /// The text
    #[arg(long)]
    text: String,
    /// Your own reference
    #[arg(long, value_name = "REF")]
    client_ref: Option<String>,
    /// The account that submits, if the key belongs to none
    #[arg(long)]
    account: Option<String>,
    /// How long it is tried, in seconds
    #[arg(long, value_name = "SECONDS")]
    validity: Option<u64>,
    /// Only say how it would be encoded
    #[arg(long)]
    dry_run: bool,
    /// Follow what happens to it until it ends
    #[arg(long)]
    wait: bool,
    /// How long to follow it, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    timeout: u64,
    /// Print what the API answers
    #[arg(long)]
    json: bool,
}

/// Exit code of a message that did not arrive.
const NOT_DELIVERED: u8 = 2;

pub(super) async fn run(arguments: &SendArgs) -> ExitCode {
    arguments.access.ask(async |client| send(client, arguments).await).await
}

async fn send(client: &ApiClient, arguments: &SendArgs) -> Result<ExitCode, ApiError> {
    let accepted = client.post("/v1/messages", &body(arguments)).await?;
    let Some(id) = accepted["id"].as_str() else {
        json(&accepted);
        return Ok(ExitCode::SUCCESS);
    };
    if !arguments.wait {
        if arguments.json {
            json(&accepted)
        } else {
            out(id)
        }
        return Ok(ExitCode::SUCCESS);
    }
    let message = follow(client, arguments, id).await?;
    if arguments.json {
        json(&message);
    }
    Ok(match message["disposition"].as_str() {
        Some("delivered") => ExitCode::SUCCESS,
        _ => ExitCode::from(NOT_DELIVERED),
    })
}

fn body(arguments: &SendArgs) -> Value {
    let mut body = Map::new();
    body.insert("to".into(), arguments.to.clone().into());
    body.insert("from".into(), arguments.from.clone().into());
    body.insert("text".into(), arguments.text.clone().into());
    if let Some(reference) = &arguments.client_ref {
        body.insert("client_ref".into(), reference.clone().into());
    }
    if let Some(account) = &arguments.account {
        body.insert("account".into(), account.clone().into());
    }
    if let Some(seconds) = arguments.validity {
        body.insert("validity_s".into(), seconds.into());
    }
    if arguments.dry_run {
        body.insert("dry_run".into(), true.into());
    }
    body.into()
}

/// Prints each event once, until the message has ended or time is up.
async fn follow(client: &ApiClient, arguments: &SendArgs, id: &str) -> Result<Value, ApiError> {
    let until = Instant::now() + Duration::from_secs(arguments.timeout);
    if !arguments.json {
        out(id);
    }
    let mut shown = 0;
    let mut pause = Duration::from_millis(50);
    loop {
        // The message first: an event that ends it after this is seen in the next round.
        let message = client.get(&format!("/v1/messages/{id}")).await?;
        let events = client.get(&format!("/v1/messages/{id}/events")).await?;
        let events = events["data"].as_array().map_or(&[][..], Vec::as_slice);
        for event in events.iter().skip(shown).filter(|_| !arguments.json) {
            out(timeline::line(event));
        }
        shown = events.len();
        if message["disposition"] != "in_progress" {
            return Ok(message);
        }
        if Instant::now() >= until {
            note(format_args!(
                "postrider: still {} after {} s",
                message["status"], arguments.timeout
            ));
            return Ok(message);
        }
        sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(1));
    }
}
