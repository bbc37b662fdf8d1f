//! Who would get a message from a handset and why, in names and sentences: what `postrider route --mo` and
//! `POST /v1/routes/explain` with `direction` `mo` show.

use serde::Serialize;

use super::mo_book::{MoBook, MoVerdict};
use crate::base::id::CarrierId;
use crate::route::keyword::first_word;
use crate::route::mo::{MoMismatch, MoQuestion, MoRule, Words};

/// A message from a handset that somebody asks about.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct MoRouteQuestion {
    /// The number it is sent to.
    pub to: String,
    /// The handset.
    pub from: String,
    /// Name of the carrier that would bring it; none matches no route that asks for one.
    pub carrier: Option<String>,
    /// Its text; none for one that is no text.
    pub text: Option<String>,
}

/// A question about a carrier that is not configured.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("no such carrier")]
pub struct UnknownCarrier;

/// Who would get it, and what every route made of it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct MoRouteView {
    /// Always `mo`.
    pub direction: &'static str,
    /// Its first word, as keywords are compared; `null` when it has none.
    pub keyword: Option<String>,
    /// Who gets it; `null`: it is kept for nobody, as `no_route`.
    pub account: Option<String>,
    /// The route that takes it; `null` with an account: the carrier's `mo_account`.
    pub route: Option<String>,
    /// Routes in their order. At most [`ROUTES_MAX`].
    pub routes: Vec<MoWeighedView>,
    /// How many more there are.
    pub routes_left_off: usize,
}

/// Routes of one explanation.
pub const ROUTES_MAX: usize = 1_000;

/// What one route made of a message.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct MoWeighedView {
    /// Its name.
    pub route: String,
    /// Its account.
    pub account: String,
    /// `chosen`, `behind` (it matches, and another goes before it) or `not_matched`.
    pub outcome: &'static str,
    /// Why, for people.
    pub why: String,
}

impl MoBook {
    /// Says who would get a message.
    ///
    /// # Errors
    /// There is no such carrier.
    pub fn explain(&self, asked: &MoRouteQuestion) -> Result<MoRouteView, UnknownCarrier> {
        let carrier = match &asked.carrier {
            None => CarrierId::NONE,
            Some(name) => {
                let found = self.carriers.iter().find(|(_, known, _)| known == name);
                found.ok_or(UnknownCarrier)?.0
            }
        };
        let question = MoQuestion {
            source: asked.from.as_bytes(),
            destination: asked.to.as_bytes(),
            carrier,
            text: asked.text.as_deref().map_or(Words::None, Words::Text),
        };
        let (account, route) = match self.choose(&question) {
            MoVerdict::Account(account, rule) => {
                (Some(self.account_name(account).to_owned()), rule.map(str::to_owned))
            }
            MoVerdict::Nobody | MoVerdict::NotYet => (None, None),
        };
        let keyword = asked.text.as_deref().and_then(first_word);
        let mut taken = false;
        let weighed = self.table.explain(&question).take(ROUTES_MAX);
        let routes = weighed.map(|(rule, mismatch)| {
            let (outcome, why) = match mismatch {
                Some(mismatch) => {
                    ("not_matched", self.not_matched(rule, mismatch, keyword.as_deref()))
                }
                None if std::mem::replace(&mut taken, true) => {
                    ("behind", "it matches, and another one before it does too".to_owned())
                }
                None => ("chosen", "it is the first that matches".to_owned()),
            };
            let account = self.account_name(rule.account).to_owned();
            MoWeighedView { route: rule.name.clone(), account, outcome, why }
        });
        let routes: Vec<_> = routes.collect();
        let routes_left_off = self.table.rules().len() - routes.len();
        Ok(MoRouteView { direction: "mo", keyword, account, route, routes, routes_left_off })
    }

    fn not_matched(&self, rule: &MoRule, mismatch: MoMismatch, word: Option<&str>) -> String {
        match mismatch {
            MoMismatch::Destination => {
                format!("the destination is not {}", texts(&rule.destinations))
            }
            MoMismatch::Prefix => {
                format!("the destination does not begin with {}", texts(&rule.prefixes))
            }
            MoMismatch::Carrier => {
                let named = self.carriers.iter().filter(|(id, ..)| rule.carriers.contains(id));
                let names: Vec<_> = named.map(|(_, name, _)| name.clone()).collect();
                format!("the carrier is not {}", list(&names))
            }
            MoMismatch::Sender => format!("the sender is not {}", texts(&rule.senders)),
            MoMismatch::SenderPrefix => {
                format!("the sender does not begin with {}", texts(&rule.sender_prefixes))
            }
            MoMismatch::Keyword => match word {
                Some(word) => format!("its first word is {word}, not {}", list(&rule.keywords)),
                None => format!("it has no first word, and not {}", list(&rule.keywords)),
            },
        }
    }
}

fn texts(values: &[Vec<u8>]) -> String {
    let texts: Vec<_> =
        values.iter().map(|value| String::from_utf8_lossy(value).into_owned()).collect();
    list(&texts)
}

/// Values that people still read, and how many more there are.
const SHOWN_MAX: usize = 5;

fn list(values: &[String]) -> String {
    let shown = values.iter().take(SHOWN_MAX).map(String::as_str).collect::<Vec<_>>().join(" or ");
    match values.len().saturating_sub(SHOWN_MAX) {
        0 => shown,
        more => format!("{shown} or {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::mo_config::MoRouteConfig;
    use crate::pipeline::settings::{AccountConfig, CarrierConfig, Settings};

    fn book() -> MoBook {
        let account = |name: &str| AccountConfig { name: name.into(), ..AccountConfig::default() };
        let carrier = |name: &str, mo_account: Option<&str>| CarrierConfig {
            name: name.into(),
            mo_account: mo_account.map(str::to_owned),
            ..CarrierConfig::default()
        };
        MoBook::of_settings(&Settings {
            accounts: vec![account("shop"), account("opt-outs")],
            carriers: vec![carrier("orange", Some("shop")), carrier("vodafone", None)],
            mo_routes: vec![
                MoRouteConfig {
                    name: Some("stop".into()),
                    keywords: vec!["stop".into(), "стоп".into()],
                    account: 1,
                    ..MoRouteConfig::default()
                },
                MoRouteConfig {
                    destinations: vec!["60777".into()],
                    carriers: vec![1],
                    ..MoRouteConfig::default()
                },
            ],
            ..Settings::default()
        })
    }

    fn asked(carrier: &str, text: &str) -> MoRouteView {
        let question = MoRouteQuestion {
            to: "60777".into(),
            from: "447700900777".into(),
            carrier: Some(carrier.into()),
            text: Some(text.into()),
        };
        book().explain(&question).expect("a carrier")
    }

    #[test]
    fn the_route_that_takes_it_is_named_and_of_the_others_why_not() {
        let view = asked("vodafone", "Стоп!");
        assert_eq!(
            (view.account.as_deref(), view.route.as_deref()),
            (Some("opt-outs"), Some("stop"))
        );
        assert_eq!(view.routes[1].outcome, "behind");
        let view = asked("vodafone", "hello");
        assert_eq!((view.account.as_deref(), view.route.as_deref()), (Some("shop"), Some("2")));
        assert_eq!(view.routes[0].why, "its first word is hello, not stop or стоп");
    }

    #[test]
    fn without_a_route_it_goes_to_the_carriers_account_or_to_nobody() {
        let view = asked("orange", "hello");
        assert_eq!((view.account.as_deref(), view.route), (Some("shop"), None));
        assert_eq!(view.routes[1].why, "the carrier is not vodafone");
        let question = MoRouteQuestion { carrier: Some("vodafone".into()), ..Default::default() };
        assert_eq!(book().explain(&question).expect("a carrier").account, None);
        let question = MoRouteQuestion { carrier: Some("nobody".into()), ..Default::default() };
        assert_eq!(book().explain(&question), Err(UnknownCarrier));
    }
}
