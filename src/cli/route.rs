//! `postrider route`: where a configuration would send a message, and why.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::print::{json, note, out};
use crate::config::file::Config;
use crate::pipeline::mo_view::MoRouteQuestion;
use crate::pipeline::route_book::RouteBook;
use crate::pipeline::route_view::{ChosenView, LimitedView, RouteQuestion, RouteView};

/// Arguments of `postrider route`.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 there is a route, 1 the question or the configuration cannot \
                        be used, 2 there is no route"
)]
pub(super) struct RouteArgs {
    /// The configuration file
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// Sender: a number, a short code or a name
    #[arg(long)]
    from: String,
    /// Destination
    #[arg(long, allow_hyphen_values = true)]
    to: String,
    /// The account that submits; without one, no route for an account matches
    #[arg(long)]
    account: Option<String>,
    /// What the message is marked with; may be given more than once
    #[arg(long, value_name = "TAG")]
    tag: Vec<String>,
    /// How many parts it has
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..))]
    parts: u8,
    /// Of a message from a handset: which account gets it, by which mo_route
    #[arg(long, conflicts_with_all = ["account", "tag", "parts"])]
    mo: bool,
    /// With --mo: the carrier that brings it; without one, no mo_route for a carrier matches
    #[arg(long, requires = "mo")]
    carrier: Option<String>,
    /// With --mo: its text; without one, no mo_route for a keyword matches
    #[arg(long, requires = "mo")]
    text: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Exit code when there is no route.
pub(super) const NO_ROUTE: u8 = 2;

/// Routes that do not match, in the table for people.
pub(super) const NOT_MATCHED_SHOWN: usize = 20;

pub(super) fn run(arguments: &RouteArgs) -> ExitCode {
    let settings = match Config::load(&arguments.config) {
        Ok(checked) => checked.config.settings,
        Err(error) => {
            note(error);
            return ExitCode::FAILURE;
        }
    };
    if arguments.mo {
        return super::mo_route::run(
            &settings,
            &MoRouteQuestion {
                to: arguments.to.clone(),
                from: arguments.from.clone(),
                carrier: arguments.carrier.clone(),
                text: arguments.text.clone(),
            },
            arguments.json,
        );
    }
    let question = RouteQuestion {
        to: arguments.to.clone(),
        from: arguments.from.clone(),
        account: arguments.account.clone(),
        tags: arguments.tag.clone(),
        parts: arguments.parts,
    };
    let book = match RouteBook::of_settings(&settings) {
        Ok(book) => book,
        Err(error) => {
            note(format_args!("postrider: {error}"));
            return ExitCode::FAILURE;
        }
    };
    match book.explain(&question) {
        Ok(view) => {
            if arguments.json {
                json(&view);
            } else {
                out(page(&question, &view));
            }
            if view.chosen.is_some() { ExitCode::SUCCESS } else { ExitCode::from(NO_ROUTE) }
        }
        Err(refusal) => {
            note(format_args!("postrider: this would be refused: {}", refusal.name()));
            ExitCode::FAILURE
        }
    }
}

/// What people read.
fn page(question: &RouteQuestion, view: &RouteView) -> String {
    let country = view.country.as_deref().unwrap_or("no country known");
    let mut lines =
        vec![format!("{} ({country}) from {} ({})", view.to, question.from, view.sender_kind)];
    if let Some(changed) = &view.changed {
        lines.push(format!("{} was read so: {changed}", question.to));
    }
    lines.push(
        view.chosen
            .as_ref()
            .map_or_else(|| "no route: it would be refused as no_route".to_owned(), sentence),
    );
    lines.extend(view.limits.iter().map(limit));
    lines.push(String::new());
    let (shown, left_off) = shown(view);
    let rows = shown.iter().map(|route| {
        let outcome = route.outcome.replace('_', " ");
        [route.route.clone(), route.carrier.clone(), outcome, route.why.clone()]
    });
    lines.extend(table(["route", "carrier", "outcome", "why"], rows));
    if left_off > 0 {
        lines.push(format!("  and {left_off} more that do not match"));
    }
    lines.join("\n")
}

fn limit(limit: &LimitedView) -> String {
    let LimitedView { kind, name, rate_per_second, burst } = limit;
    format!("held to {rate_per_second} parts a second, {burst} at once, by {kind} {name}")
}

/// Rows under a head, in columns.
pub(super) fn table(head: [&str; 4], rows: impl Iterator<Item = [String; 4]>) -> Vec<String> {
    let rows: Vec<[String; 4]> = std::iter::once(head.map(str::to_owned)).chain(rows).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].len()).max().unwrap_or(0);
    let [a, b, c] = [width(0), width(1), width(2)];
    let line =
        |[one, two, three, four]: &[String; 4]| format!("  {one:a$}  {two:b$}  {three:c$}  {four}");
    rows.iter().map(line).collect()
}

fn sentence(chosen: &ChosenView) -> String {
    let ChosenView { route, carrier, failover, carriers_max, failover_s } = chosen;
    if failover.is_empty() {
        return format!("goes to {carrier} by route {route}, and to nobody else");
    }
    format!(
        "goes to {carrier} by route {route}, then to {}: at most {carriers_max} carriers, none begun \
         after {failover_s} s",
        failover.join(", ")
    )
}

/// The routes of the table, and how many are left off.
fn shown(view: &RouteView) -> (&[crate::pipeline::route_view::WeighedView], usize) {
    let matching = view.routes.iter().take_while(|route| route.outcome != "not_matched").count();
    let count = view.routes.len().min(matching + NOT_MATCHED_SHOWN);
    (&view.routes[..count], view.routes.len() - count + view.routes_left_off)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::route_view::WeighedView;

    #[test]
    fn the_page_says_where_it_goes_and_why_not_elsewhere() {
        let weighed = |route: &str, outcome, why: &str| WeighedView {
            route: route.into(),
            carrier: "orange".into(),
            outcome,
            why: why.into(),
        };
        let view = RouteView {
            to: "447400123456".into(),
            changed: Some("completed by the plan of GB".into()),
            country: Some("GB".into()),
            sender_kind: "alphanumeric",
            chosen: Some(ChosenView {
                route: "uk".into(),
                carrier: "orange".into(),
                failover: vec!["vodafone".into()],
                carriers_max: 3,
                failover_s: 300,
            }),
            limits: vec![LimitedView {
                kind: "prefix",
                name: "4474".into(),
                rate_per_second: 50,
                burst: 10,
            }],
            routes: vec![weighed("uk", "chosen", "first"), weighed("rest", "not_matched", "no")],
            routes_left_off: 7,
        };
        let question =
            RouteQuestion { to: "07400123456".into(), from: "ACME".into(), ..Default::default() };
        assert_eq!(
            page(&question, &view),
            "447400123456 (GB) from ACME (alphanumeric)\n\
             07400123456 was read so: completed by the plan of GB\n\
             goes to orange by route uk, then to vodafone: at most 3 carriers, none begun after 300 s\n\
             held to 50 parts a second, 10 at once, by prefix 4474\n\
             \n\
             \x20 route  carrier  outcome      why\n\
             \x20 uk     orange   chosen       first\n\
             \x20 rest   orange   not matched  no\n\
             \x20 and 7 more that do not match"
        );
    }
}
