//! `postrider reason`: what a reason or a problem means, and what to do. Asks nobody.

use std::process::ExitCode;

use clap::Args;

use super::print::{json as print_json, note, out};
use crate::message::dictionary::{Entry, filled};
use crate::peer::http::problem_table::{ALL, Kind};

/// Arguments of `postrider reason`.
#[derive(Debug, Args)]
pub(super) struct ReasonArgs {
    /// A code such as memory_full; without it all are listed
    code: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &ReasonArgs) -> ExitCode {
    let Some(code) = &arguments.code else {
        list(arguments.json);
        return ExitCode::SUCCESS;
    };
    if let Some(entry) = Entry::reasons().iter().find(|entry| entry.code == *code) {
        if arguments.json {
            print_json(entry)
        } else {
            out(told(entry))
        }
        return ExitCode::SUCCESS;
    }
    match Kind::of(code) {
        Some(kind) => {
            out(format_args!("{code}  HTTP {}\n  {}\n  {}", kind.status, kind.title, kind.advice))
        }
        None => {
            let known = Entry::reasons().iter().map(|entry| &*entry.code);
            let known = known.chain(ALL.iter().map(|kind| kind.code));
            let near = known.max_by(|a, b| likeness(a, code).total_cmp(&likeness(b, code)));
            note(format_args!(
                "postrider: there is no code {code:?}: did you mean {}?",
                near.unwrap_or_default()
            ));
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn likeness(one: &str, other: &str) -> f64 {
    strsim::jaro_winkler(one, other)
}

fn list(as_json: bool) {
    if as_json {
        print_json(&Entry::reasons());
        return;
    }
    for entry in Entry::reasons() {
        out(format_args!("{:<24}  {:<8}  {}", entry.code, entry.group, entry.title));
    }
}

fn told(entry: &Entry) -> String {
    let lasting = if entry.permanent { ", permanent" } else { "" };
    let fill = |text: &str| filled(text, None, None);
    let mut text = format!(
        "{}  {}{lasting}\n  {}\n  Say: {}\n  Next:\n",
        entry.code,
        entry.group,
        fill(&entry.reads),
        fill(&entry.say)
    );
    for (number, action) in entry.next.iter().enumerate() {
        text.push_str(&format!("    {}. {}\n", number + 1, fill(action)));
    }
    text.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_told_with_what_to_say_and_to_do() {
        let entry = Entry::reasons().iter().find(|entry| entry.code == "memory_full");
        let told = told(entry.expect("known"));
        assert!(told.starts_with("memory_full  handset\n  The phone's message store is full."));
        assert!(told.contains("Say: ") && told.contains("    1. "), "{told}");
    }
}
