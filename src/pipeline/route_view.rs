//! Where a message would go and why, in names and sentences: what `postrider route` and
//! `POST /v1/routes/explain` show.

use serde::Serialize;

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
    /// Every route: the chosen one, those that match behind it, those that do not match.
    pub routes: Vec<WeighedView>,
}

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
        Ok(RouteView {
            to: String::from_utf8_lossy(&read.addr).into_owned(),
            changed: (!read.change.is_none()).then(|| read.change.to_string()),
            country: explanation.country.map(|country| country.to_string()),
            sender_kind: explanation.sender_kind.name(),
            chosen: self.chosen(&explanation, &question),
            routes: explanation.rules.iter().map(|weighed| self.weighed(weighed)).collect(),
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

    fn weighed(&self, weighed: &Weighed<'_>) -> WeighedView {
        let (outcome, why) = match weighed.outcome {
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
