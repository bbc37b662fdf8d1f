//! Where a message would go and why, in names and sentences: what `postrider route` and
//! `POST /v1/routes/explain` show.

use serde::Serialize;
use std::sync::Arc;

use super::limit_book::Limit;
use super::port::Refusal;
use super::route_book::RouteBook;
use crate::address::canonical::canonical;
use crate::base::id::AccountId;
use crate::intake::admit::{Inadmissible, admit};
use crate::message::address::Address;
use crate::message::record::Message;
use crate::route::explain::{Behind, Explanation, Outcome, Weighed};
use crate::route::question::Question;
use crate::route::rule::{Mismatch, Rule};

/// A message that somebody asks about.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct RouteQuestion {
    /// Destination as a submission writes it.
    pub to: String,
    /// Sender as a submission writes it.
    pub from: String,
    /// Name of the account that would submit it; none matches no route that asks for one.
    pub account: Option<String>,
    /// What it would be marked with.
    pub tags: Vec<String>,
    /// How many parts it would have.
    pub parts: u8,
}

/// Where it would go, and what every route made of it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct RouteView {
    /// Digits that routes compare, after the account's country has been applied.
    pub to: String,
    /// What was changed about them, in words.
    pub changed: Option<String>,
    /// Country of the destination, ISO 3166-1 alpha-2; `null` when no plan has the number.
    pub country: Option<String>,
    /// What the sender is.
    pub sender_kind: &'static str,
    /// The route that takes it; `null`: it would be refused as `no_route`.
    pub chosen: Option<ChosenView>,
    /// The rates that hold it beside its carrier's.
    pub limits: Vec<LimitedView>,
    /// Routes: the chosen one, those that match behind it, those that do not match. At most
    /// [`ROUTES_MAX`].
    pub routes: Vec<WeighedView>,
    /// How many more there are.
    pub routes_left_off: usize,
}

/// Routes of one explanation.
pub const ROUTES_MAX: usize = 1_000;

/// The route that takes a message.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ChosenView {
    /// Its name.
    pub route: String,
    /// Who takes the message.
    pub carrier: String,
    /// Who is tried after that carrier, in this order.
    pub failover: Vec<String>,
    /// Carriers tried at most.
    pub carriers_max: u8,
    /// Seconds from acceptance after which no other carrier is begun.
    pub failover_s: u64,
}

/// A rate that a message is held to.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct LimitedView {
    /// `route` or `prefix`.
    pub kind: &'static str,
    /// The route's name, or the limit's.
    pub name: String,
    /// Parts per second.
    pub rate_per_second: u32,
    /// Parts that may leave at once after a pause.
    pub burst: u32,
}

/// What one route made of a message.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct WeighedView {
    /// Its name.
    pub route: String,
    /// Its carrier.
    pub carrier: String,
    /// `chosen`, `behind` (it matches, and another goes before it) or `not_matched`.
    pub outcome: &'static str,
    /// Why, for people.
    pub why: String,
}

impl RouteBook {
    /// Says where a message would go.
    ///
    /// # Errors
    /// Why it would be refused before it had a route.
    pub fn explain(&self, asked: &RouteQuestion) -> Result<RouteView, Refusal> {
        let source = Address::infer(asked.from.as_bytes());
        let destination = Address::infer(asked.to.as_bytes());
        admit(&Message { source, destination, ..Message::default() }).map_err(
            |error| match error {
                Inadmissible::Source => Refusal::InvalidSource,
                Inadmissible::Destination | Inadmissible::TooLong => Refusal::InvalidDestination,
            },
        )?;
        let account = self.account(asked.account.as_deref())?;
        let read = canonical(&destination, self.country(account));
        let tags: Vec<&[u8]> = asked.tags.iter().map(String::as_bytes).collect();
        let question = Question {
            destination: &read.addr,
            source,
            account,
            origin: self.origin(account),
            tags: &tags,
            parts: asked.parts,
            ..Question::default()
        };
        let explanation = self.table.explain(&question);
        let equals = |weighed: &&Weighed<'_>| weighed.outcome == Outcome::Behind(Behind::Draw);
        let drawn = explanation.rules.iter().filter(equals).count();
        let shown = explanation.rules.iter().take(ROUTES_MAX);
        Ok(RouteView {
            to: String::from_utf8_lossy(&read.addr).into_owned(),
            changed: (!read.change.is_none()).then(|| read.change.to_string()),
            country: explanation.country.map(|country| country.to_string()),
            sender_kind: explanation.sender_kind.name(),
            chosen: self.chosen(&explanation, &question),
            limits: self.limited(&explanation, &question),
            routes: shown.map(|weighed| self.weighed(weighed, drawn)).collect(),
            routes_left_off: explanation.rules.len().saturating_sub(ROUTES_MAX),
        })
    }

    /// The number of an account; one that nobody has for none.
    fn account(&self, name: Option<&str>) -> Result<AccountId, Refusal> {
        let Some(name) = name else { return Ok(AccountId(u16::MAX)) };
        let found = self.accounts.iter().find(|(_, known)| known == name);
        found.map(|&(id, _)| id).ok_or(Refusal::UnknownAccount)
    }

    fn chosen(&self, explanation: &Explanation<'_>, question: &Question<'_>) -> Option<ChosenView> {
        let choice = explanation.choice?;
        let (mut tried, mut failover) = (vec![choice.carrier], Vec::new());
        while let Some(next) = self.table.next_carrier(question, &tried) {
            tried.push(next);
            failover.push(self.carrier_name(next).to_owned());
        }
        Some(ChosenView {
            route: choice.rule.name.clone(),
            carrier: self.carrier_name(choice.carrier).to_owned(),
            failover,
            carriers_max: choice.rule.budget.carriers_max,
            failover_s: choice.rule.budget.time_max.as_secs(),
        })
    }

    /// Of the chosen route and its first carrier.
    fn limited(&self, explanation: &Explanation<'_>, question: &Question<'_>) -> Vec<LimitedView> {
        let Some(choice) = explanation.choice else { return Vec::new() };
        let limits = self.limits_of(Some(choice.place), question, choice.carrier).places();
        let found = limits.filter_map(|place| self.limits.limits().get(place));
        let view = |limit: &Arc<Limit>| LimitedView {
            kind: limit.kind.name(),
            name: limit.name.clone(),
            rate_per_second: limit.rate().per_second.get(),
            burst: limit.rate().burst.get(),
        };
        found.map(view).collect()
    }

    /// `drawn`: how many routes are equal to the one chosen.
    fn weighed(&self, weighed: &Weighed<'_>, drawn: usize) -> WeighedView {
        let (outcome, why) = match weighed.outcome {
            Outcome::Chosen if drawn > 0 => {
                ("chosen", format!("the draw by weight fell to it, out of {}", drawn + 1))
            }
            Outcome::Chosen => ("chosen", "nothing that matches goes before it".to_owned()),
            Outcome::Behind(behind) => ("behind", behind_by(behind)),
            Outcome::NotMatched(mismatch) => {
                ("not_matched", self.not_matched(weighed.rule, mismatch))
            }
        };
        WeighedView {
            route: weighed.rule.name.clone(),
            carrier: self.carrier_name(weighed.rule.carrier).to_owned(),
            outcome,
            why,
        }
    }

    fn not_matched(&self, rule: &Rule, mismatch: Mismatch) -> String {
        match mismatch {
            Mismatch::Prefix => {
                format!("the destination does not begin with {}", texts(&rule.prefixes))
            }
            Mismatch::Country(found) => {
                let countries = list(rule.countries.iter().map(ToString::to_string));
                match found {
                    Some(found) => format!("the destination is of {found}, not of {countries}"),
                    None => format!("the destination is in no numbering plan of {countries}"),
                }
            }
            Mismatch::Account => {
                let name = |id: &AccountId| {
                    let named = self.accounts.iter().find(|(known, _)| known == id);
                    named.map_or_else(String::new, |(_, name)| name.clone())
                };
                format!("the account is not {}", list(rule.accounts.iter().map(name)))
            }
            Mismatch::Sender => format!("the sender is not {}", texts(&rule.senders)),
            Mismatch::SenderPrefix => {
                format!("the sender does not begin with {}", texts(&rule.sender_prefixes))
            }
            Mismatch::SenderKind(found) => {
                let kinds = list(rule.sender_kinds.iter().map(ToString::to_string));
                format!("the sender is {found}, not {kinds}")
            }
            Mismatch::Tag => format!("it is not marked {}", texts(&rule.tags)),
            Mismatch::Parts(found) => {
                let (low, high) = (rule.parts.start().max(&1), rule.parts.end());
                format!("it has {found} parts, not {low} to {high}")
            }
            Mismatch::Origin => "the account is this carrier: it would go back".to_owned(),
        }
    }
}

fn behind_by(behind: Behind) -> String {
    match behind {
        Behind::Order { own, chosen } => format!("its order {own} comes after {chosen}"),
        Behind::Prefix { own, chosen } => {
            format!("its prefix has {own} digits, the chosen one's {chosen}")
        }
        Behind::Conditions { own, chosen } => {
            format!("it has {own} conditions beside the prefix, the chosen one {chosen}")
        }
        Behind::Cost { own, chosen } => format!("it costs {own}, the chosen one {chosen}"),
        Behind::Draw => "it is equal, and the draw by weight fell to another".to_owned(),
    }
}

fn texts(values: &[Vec<u8>]) -> String {
    list(values.iter().map(|value| String::from_utf8_lossy(value).into_owned()))
}

/// Values that people still read, and how many more there are.
const SHOWN_MAX: usize = 5;

fn list(values: impl ExactSizeIterator<Item = String>) -> String {
    let more = values.len().saturating_sub(SHOWN_MAX);
    let mut text = values.take(SHOWN_MAX).collect::<Vec<_>>().join(" or ");
    if more > 0 {
        text.push_str(&format!(" or {more} more"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::country::Country;
    use crate::pipeline::route_config::RouteConfig;
    use crate::pipeline::settings::{AccountConfig, CarrierConfig, Settings};

    fn book() -> RouteBook {
        let carrier = |name: &str| CarrierConfig { name: name.into(), ..CarrierConfig::default() };
        let account = |name: &str, country: &str, carrier: Option<&str>| AccountConfig {
            name: name.into(),
            country: Country::from_code(country),
            carrier: carrier.map(str::to_owned),
            ..AccountConfig::default()
        };
        let named = |name: &str, route| RouteConfig { name: Some(name.to_owned()), ..route };
        let settings = Settings {
            accounts: vec![account("shop", "GB", None), account("peer", "", Some("orange"))],
            carriers: vec![carrier("orange"), carrier("vodafone")],
            routes: vec![
                named("uk", RouteConfig { failover: vec![1], ..RouteConfig::to("44", 0) }),
                named(
                    "codes",
                    RouteConfig { tags: vec!["otp".into()], ..RouteConfig::to("44", 1) },
                ),
                named("rest", RouteConfig::to("", 1)),
            ],
            ..Settings::default()
        };
        RouteBook::of_settings(&settings).expect("routes")
    }

    fn asked(to: &str, account: &str) -> RouteQuestion {
        let account = Some(account.to_owned());
        RouteQuestion { to: to.into(), from: "ACME".into(), account, tags: vec![], parts: 1 }
    }

    #[test]
    fn a_national_number_is_routed_as_one_of_the_accounts_country() {
        let view = book().explain(&asked("07400123456", "shop")).expect("a question");
        assert_eq!(view.to, "447400123456");
        assert_eq!(view.changed.as_deref(), Some("completed by the plan of GB"));
        let chosen = view.chosen.expect("a route");
        assert_eq!((chosen.route.as_str(), chosen.carrier.as_str()), ("uk", "orange"));
        assert_eq!(chosen.failover, ["vodafone"]);
        let why: Vec<&str> = view.routes.iter().map(|route| route.why.as_str()).collect();
        assert_eq!(
            why,
            [
                "nothing that matches goes before it",
                "its prefix has 0 digits, the chosen one's 2",
                "it is not marked otp",
            ]
        );
    }

    #[test]
    fn what_is_explained_is_what_admission_does() {
        let book = book();
        for (account, name) in [(AccountId(0), "shop"), (AccountId(1), "peer")] {
            for to in ["07400123456", "447400123456", "+447400123456", "33612345678", "60777"] {
                for service_type in [&b""[..], b"otp"] {
                    let destination = Address::infer(to.as_bytes());
                    let source = Address::infer(b"ACME");
                    let message =
                        Message { source, destination, service_type, ..Message::default() };
                    let routed = book.choose(account, &message);
                    let carrier = routed.map(|routed| book.carrier_name(routed.carrier));
                    let tags = match service_type {
                        b"" => Vec::new(),
                        _ => vec!["otp".to_owned()],
                    };
                    let view = book.explain(&RouteQuestion { tags, ..asked(to, name) });
                    let chosen = view.expect("a question").chosen;
                    assert_eq!(chosen.as_ref().map(|c| c.carrier.as_str()), carrier, "{to} {name}");
                }
            }
        }
    }

    #[test]
    fn nothing_of_a_carriers_own_account_goes_back_to_it() {
        let view = book().explain(&asked("447400123456", "peer")).expect("a question");
        let chosen = view.chosen.expect("a route");
        assert_eq!((chosen.route.as_str(), chosen.carrier.as_str()), ("rest", "vodafone"));
        assert!(view.routes.iter().any(|route| route.why.contains("it would go back")));
    }

    #[test]
    fn what_would_be_refused_before_it_had_a_route_is_refused_here() {
        let refused = |to: &str, from: &str, account: &str| {
            let from = from.to_owned();
            book().explain(&RouteQuestion { from, ..asked(to, account) }).map(|_| ())
        };
        assert_eq!(refused("ACME", "A", "shop"), Err(Refusal::InvalidDestination));
        assert_eq!(refused("44", "A name of many", "shop"), Err(Refusal::InvalidSource));
        assert_eq!(refused("44", "A", "nobody"), Err(Refusal::UnknownAccount));
    }
}
