//! `postrider route --mo`: which account a configuration would give a message from a handset, and why.

use std::process::ExitCode;

use super::print::{json, note, out};
use super::route::{NO_ROUTE, NOT_MATCHED_SHOWN, table};
use crate::pipeline::mo_book::MoBook;
use crate::pipeline::mo_view::{MoRouteQuestion, MoRouteView};
use crate::pipeline::settings::Settings;

pub(super) fn run(settings: &Settings, question: &MoRouteQuestion, as_json: bool) -> ExitCode {
    let view = match MoBook::of_settings(settings).explain(question) {
        Ok(view) => view,
        Err(error) => {
            note(format_args!("postrider: {error}"));
            return ExitCode::FAILURE;
        }
    };
    if as_json {
        json(&view);
    } else {
        out(page(question, &view));
    }
    if view.account.is_some() { ExitCode::SUCCESS } else { ExitCode::from(NO_ROUTE) }
}

/// What people read.
fn page(question: &MoRouteQuestion, view: &MoRouteView) -> String {
    let MoRouteQuestion { to, from, carrier, .. } = question;
    let by = carrier.as_deref().map_or(String::new(), |carrier| format!(" by {carrier}"));
    let word = view.keyword.as_deref().map_or(String::new(), |word| format!(", first word {word}"));
    let goes = match (&view.account, &view.route) {
        (Some(account), Some(route)) => format!("goes to account {account} by mo_route {route}"),
        (Some(account), None) => format!("goes to account {account}, the carrier's mo_account"),
        (None, _) if carrier.is_none() => {
            "no mo_route takes it: it would go to its carrier's mo_account, if that has one"
                .to_owned()
        }
        (None, _) => "nobody takes it: it would be kept, as no_route".to_owned(),
    };
    let mut lines = vec![format!("{from} to {to}{by}{word}"), goes];
    if view.routes.is_empty() {
        return lines.join("\n");
    }
    lines.push(String::new());
    let mut not_matched = 0;
    let shown = view.routes.iter().filter(|route| {
        not_matched += usize::from(route.outcome == "not_matched");
        route.outcome != "not_matched" || not_matched <= NOT_MATCHED_SHOWN
    });
    let rows: Vec<[String; 4]> = shown
        .map(|route| {
            let outcome = route.outcome.replace('_', " ");
            [route.route.clone(), route.account.clone(), outcome, route.why.clone()]
        })
        .collect();
    let left_off = view.routes.len() - rows.len() + view.routes_left_off;
    lines.extend(table(["route", "account", "outcome", "why"], rows.into_iter()));
    if left_off > 0 {
        lines.push(format!("  and {left_off} more"));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::mo_view::MoWeighedView;

    #[test]
    fn the_page_says_who_gets_it_and_why_nobody_else() {
        let weighed = |route: &str, outcome, why: &str| MoWeighedView {
            route: route.into(),
            account: "shop".into(),
            outcome,
            why: why.into(),
        };
        let view = MoRouteView {
            direction: "mo",
            keyword: Some("stop".into()),
            account: Some("shop".into()),
            route: Some("stops".into()),
            routes: vec![weighed("code", "not_matched", "no"), weighed("stops", "chosen", "first")],
            routes_left_off: 2,
        };
        let question = MoRouteQuestion {
            to: "60777".into(),
            from: "447700900777".into(),
            carrier: Some("orange".into()),
            text: None,
        };
        assert_eq!(
            page(&question, &view),
            "447700900777 to 60777 by orange, first word stop\n\
             goes to account shop by mo_route stops\n\
             \n\
             \x20 route  account  outcome      why\n\
             \x20 code   shop     not matched  no\n\
             \x20 stops  shop     chosen       first\n\
             \x20 and 2 more"
        );
    }
}
