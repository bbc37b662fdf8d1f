//! `postrider search`: messages by a query, newest first.

use std::io::IsTerminal as _;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Args;
use serde_json::{Value, json};

use super::access::AccessArgs;
use super::api_client::{ApiClient, ApiError};
use super::message_table::table;
use super::print::{json as print_json, note, out};

/// Arguments of `postrider search`.
#[derive(Debug, Args)]
#[command(after_help = "A query is terms with blanks between them, all of which have to hold:
  +447700900123  07700900123  a phone number, as from abroad or within its country
  +4479*  *0013               the first digits of a number, the last ones
  msg_8fmwvqwy3ewcz  13006AC1 a message's id, or the id a carrier gave, decimal or hexadecimal
  ACME  order-881             a sender's name, your own reference, a word of the text
  \"two words\"                 words of the text, one after another
  to:  from:  number:  id:  carrier_id:  ref:  account:  carrier:  disposition:  status:  reason:
  direction:  type:  tag:  text:  since:  until:    exactly that
  since:2h  since:yesterday  until:2025-10-21       when it was accepted; dates are of UTC
A - before a term turns it round: -disposition:delivered.

Exit codes: 0 found, 1 no answer or a query that cannot be read, 2 nothing found")]
pub(super) struct SearchArgs {
    #[command(flatten)]
    access: AccessArgs,
    /// What is looked for
    #[arg(allow_hyphen_values = true)]
    query: String,
    /// Messages to list at most
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    limit: u16,
    /// Go on after this message, the last one of a list before
    #[arg(long, value_name = "ID")]
    after: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Exit code when nothing was found.
const NOTHING: u8 = 2;

/// Messages of one request at most.
const PAGE_MAX: usize = 200;

/// How long a search is gone on with that has looked at enough for one page.
const PATIENCE: Duration = Duration::from_secs(20);

pub(super) async fn run(arguments: &SearchArgs) -> ExitCode {
    let what = What { path: "/v1/messages/search", field: "query", value: &arguments.query };
    let after = arguments.after.clone();
    let limit = usize::from(arguments.limit);
    let search = async |client: &ApiClient| {
        let found = pages(client, &what, limit, after).await?;
        Ok(show(&found, arguments.json))
    };
    arguments.access.ask(search).await
}

/// What is asked for, and where.
#[derive(Clone, Copy, Debug)]
pub(super) struct What<'a> {
    pub(super) path: &'a str,
    pub(super) field: &'a str,
    pub(super) value: &'a str,
}

/// What was found, and the last page of it.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) messages: Vec<Value>,
    orphans: Vec<Value>,
    last: Value,
}

/// Asks for pages until there are as many messages as wanted.
pub(super) async fn pages(
    client: &ApiClient,
    what: &What<'_>,
    limit: usize,
    mut after: Option<String>,
) -> Result<Found, ApiError> {
    let until = Instant::now() + PATIENCE;
    let mut found = Found::default();
    loop {
        let wanted = (limit - found.messages.len()).min(PAGE_MAX);
        let mut body = json!({ "limit": wanted, "after": after });
        body[what.field] = what.value.into();
        let page = client.post(what.path, &body).await?;
        let list = |name: &str| page[name].as_array().cloned().unwrap_or_default();
        found.messages.extend(list("data"));
        found.orphans.extend(list("orphans"));
        after = page["page"]["next"].as_str().map(str::to_owned);
        found.last = page;
        if after.is_none() || found.messages.len() >= limit || Instant::now() >= until {
            return Ok(found);
        }
    }
}

/// Prints what was found, the messages in the order they are in.
pub(super) fn show(found: &Found, as_json: bool) -> ExitCode {
    let Found { messages, orphans, last } = found;
    if as_json {
        let mut answer =
            json!({ "data": messages, "page": last["page"], "search": last["search"] });
        if !orphans.is_empty() {
            answer["orphans"] = orphans.clone().into();
        }
        print_json(&answer);
    } else {
        table(messages, std::io::stdout().is_terminal()).iter().for_each(out);
        for orphan in orphans {
            let summary = orphan["summary"].as_str().unwrap_or_default();
            note(format_args!("of no message that is known: {summary}"));
        }
        told(messages.len(), last).iter().for_each(note);
    }
    if messages.is_empty() && orphans.is_empty() {
        return ExitCode::from(NOTHING);
    }
    ExitCode::SUCCESS
}

/// What is to be known beside the list.
fn told(count: usize, page: &Value) -> Vec<String> {
    let search = &page["search"];
    let mut told = Vec::new();
    for word in search["words"].as_array().into_iter().flatten() {
        let read_as = word["read_as"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let read_as: Vec<&str> = read_as.collect();
        let word = word["word"].as_str().unwrap_or_default();
        told.push(format!("{word} was looked for as {}", read_as.join(", ")));
    }
    let until = search["complete_until"].as_str().unwrap_or("?");
    let messages = if count == 1 { "message" } else { "messages" };
    told.push(match (page["page"]["next"].as_str(), search["back_to"].as_str()) {
        (Some(next), back_to) => format!(
            "{count} {messages}, back to {}, complete until {until}; more with --after {next}",
            back_to.unwrap_or("?")
        ),
        (None, _) => format!("{count} {messages}, all there are until {until}"),
    });
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_told_what_a_word_was_read_as_and_how_far_was_looked() {
        let mut page = json!({
            "page": { "next": "msg_8fmwvqwy3ewcz" },
            "search": {
                "words": [{ "word": "60777", "read_as": ["number", "carrier_id"] }],
                "complete_until": "2025-10-21T13:03:07.412Z", "back_to": "2025-10-20T00:00:00.000Z",
            },
        });
        assert_eq!(
            told(1, &page),
            [
                "60777 was looked for as number, carrier_id",
                "1 message, back to 2025-10-20T00:00:00.000Z, complete until \
                 2025-10-21T13:03:07.412Z; more with --after msg_8fmwvqwy3ewcz",
            ]
        );
        page["page"]["next"] = Value::Null;
        assert_eq!(told(0, &page)[1], "0 messages, all there are until 2025-10-21T13:03:07.412Z");
    }
}
