//! `postrider conversation`: everything to and from a number, in the order it was said.

use std::process::ExitCode;

use clap::Args;

use super::access::AccessArgs;
use super::api_client::ApiClient;
use super::search::{What, pages, show};

/// Arguments of `postrider conversation`.
#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 found, 1 no answer, 2 nothing found")]
pub(super) struct ConversationArgs {
    #[command(flatten)]
    access: AccessArgs,
    /// A number, as from abroad or within its country, or a sender's name
    number: String,
    /// Messages to list at most, the newest
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    limit: u16,
    /// Go on with what is older than this message
    #[arg(long, value_name = "ID")]
    after: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(arguments: &ConversationArgs) -> ExitCode {
    let what = What { path: "/v1/conversations/search", field: "number", value: &arguments.number };
    let (limit, after) = (usize::from(arguments.limit), arguments.after.clone());
    let list = async |client: &ApiClient| {
        let mut found = pages(client, &what, limit, after).await?;
        found.messages.reverse();
        Ok(show(&found, arguments.json))
    };
    arguments.access.ask(list).await
}
