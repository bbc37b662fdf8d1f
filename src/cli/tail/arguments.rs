//! Arguments of `postrider tail`, and the question they make.

use std::process::ExitCode;

use clap::Args;

use super::follow::follow;
use crate::cli::api_client::escape;
use crate::cli::operator::OperatorArgs;
use crate::feed::kind::Kind;

/// Arguments of `postrider tail`.
#[derive(Debug, Args)]
#[command(
    after_help = "Gaps, what was not told to a reader that was too slow, and lost connections are \
                        said on standard error; with --json the first two are lines too. It comes again \
                        by itself and goes on where it was. Numbers are masked, also for those who may see \
                        them, unless --numbers is given."
)]
pub(in crate::cli) struct TailArgs {
    #[command(flatten)]
    operator: OperatorArgs,
    /// Of this account's messages only
    #[arg(long, value_name = "NAME")]
    account: Option<String>,
    /// Of this carrier and its messages only
    #[arg(long, value_name = "NAME")]
    carrier: Option<String>,
    /// Of messages in these buckets only, such as delivered,bounced
    #[arg(long, value_name = "NAMES")]
    disposition: Option<String>,
    /// Of messages to this number only
    #[arg(long, value_name = "NUMBER")]
    to: Option<String>,
    /// These kinds only, such as sent,undelivered,carrier.down; `message` and `carrier` are all of theirs
    #[arg(long, value_name = "KINDS", value_parser = kinds)]
    kind: Option<Kinds>,
    /// Show numbers in full, to who may see them
    #[arg(long)]
    numbers: bool,
}

/// The names of kinds, as the API takes them.
#[derive(Clone, Debug)]
struct Kinds(String);

/// The kinds of a list whose names may be short.
fn kinds(list: &str) -> Result<Kinds, String> {
    let mut names: Vec<&'static str> = Vec::new();
    for word in list.split(',').map(str::trim) {
        let is = |kind: &Kind| {
            let name = kind.name().trim_start_matches("postrider.");
            let (group, own) = name.split_once('.').unwrap_or(("", name));
            kind.name() == word || name == word || group == word || own == word
        };
        let found: Vec<&str> =
            Kind::ALL.iter().filter(|kind| is(kind)).map(|it| it.name()).collect();
        if found.is_empty() {
            return Err(format!("`{word}` {}", Kind::no_kind(word)));
        }
        names.extend(found);
    }
    Ok(Kinds(names.join(",")))
}

/// Runs it.
pub(in crate::cli) async fn run(arguments: &TailArgs) -> ExitCode {
    let Some(client) = arguments.operator.client() else { return ExitCode::FAILURE };
    follow(&client, &arguments.path(), arguments.operator.wants_json()).await
}

impl TailArgs {
    fn path(&self) -> String {
        let mut path =
            format!("/v1/stream?numbers={}", if self.numbers { "full" } else { "masked" });
        let kinds = self.kind.as_ref().map(|kinds| kinds.0.as_str());
        for (name, value) in [
            ("types", kinds),
            ("account", self.account.as_deref()),
            ("carrier", self.carrier.as_deref()),
            ("disp", self.disposition.as_deref()),
            ("to", self.to.as_deref()),
        ] {
            if let Some(value) = value {
                path.push_str(&format!("&{name}={}", escape(value)));
            }
        }
        path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_known_by_their_last_word_and_by_their_group() {
        assert_eq!(kinds("sent").unwrap().0, "postrider.message.sent");
        assert_eq!(
            kinds("carrier.down, conflicting").unwrap().0,
            "postrider.carrier.down,postrider.receipt.conflicting"
        );
        assert_eq!(kinds("carrier").unwrap().0.split(',').count(), 4);
        assert!(kinds("eaten").unwrap_err().contains("is not known"));
        assert!(kinds("carrier.degraded").unwrap_err().contains("nothing tells yet"));
        assert_eq!(kinds("number").unwrap().0.split(',').count(), 2);
    }
}
