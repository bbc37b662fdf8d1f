//! `postrider erase`: what is personal of a message, or of all messages of a number, for good.

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};

use super::api_client::escape;
use super::operator::OperatorArgs;
use super::print::{note, out};

/// Arguments of `erase`.
#[derive(Debug, Args)]
pub(super) struct EraseArgs {
    /// The id of a message (msg_…), a number (+… or its digits), or an erasure (era_…) to look at
    #[arg(value_name = "WHAT")]
    what: String,
    /// Wait until it is done
    #[arg(long)]
    wait: bool,
    #[command(flatten)]
    operator: OperatorArgs,
}

/// Between two looks at how far it is.
const LOOK_EVERY: Duration = Duration::from_millis(500);

pub(super) async fn run(EraseArgs { what, wait, operator }: &EraseArgs) -> ExitCode {
    let Some(client) = operator.client() else { return ExitCode::FAILURE };
    let look = |id: &str| format!("/v1/erasures/{}", escape(id));
    let mut answer = if what.starts_with("era_") {
        client.get(&look(what)).await
    } else {
        let field = if what.starts_with("msg_") { "message" } else { "number" };
        client.post("/v1/erasures", &json!({ field: what })).await
    };
    while *wait
        && let Ok(erasure) = &answer
        && erasure["status"] == "pending"
    {
        let id = erasure["id"].as_str().unwrap_or_default().to_owned();
        tokio::time::sleep(LOOK_EVERY).await;
        answer = client.get(&look(&id)).await;
    }
    if answer.is_ok() && !operator.wants_json() {
        note("files of exports and what webhooks were told are not within reach");
    }
    operator.told(answer, |erasure| out(line(erasure)))
}

fn line(erasure: &Value) -> String {
    let text = |key: &str| erasure[key].as_str().unwrap_or("-").to_owned();
    format!(
        "{}  {}  {} of {} messages erased, {} waiting",
        text("id"),
        text("status"),
        erasure["erased"],
        erasure["messages"],
        erasure["waiting"],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_far_it_is() {
        let erasure = json!({
            "id": "era_3", "status": "pending", "messages": 12, "erased": 10, "waiting": 2,
        });
        assert_eq!(line(&erasure), "era_3  pending  10 of 12 messages erased, 2 waiting");
    }
}
