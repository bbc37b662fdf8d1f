//! The buckets above a list, each with how many there are where that is cheap to say.

use std::sync::Arc;

use super::asked::Asked;
use super::guard::Rep;
use super::verdict::{sign, word};
use crate::ledger::cells::hour_of;
use crate::ledger::tally_query::{Dimension, TallyQuery};
use crate::message::disposition::Disposition;
use crate::peer::http::api::Api;
use crate::peer::http::lookup::ask;
use crate::peer::http::searching::Answer;
use crate::search::expression::Expression;

/// A bucket to choose.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Chip {
    pub(super) href: String,
    pub(super) name: &'static str,
    pub(super) sign: &'static str,
    pub(super) word: &'static str,
    /// How many there are; empty where that is not known.
    pub(super) count: String,
    pub(super) is_chosen: bool,
}

/// All of them, and the one for everything.
pub(super) async fn chips(
    api: &Arc<Api>,
    rep: &Rep,
    asked: &Asked,
    answer: Option<&Answer>,
    expression: &Expression,
) -> Vec<Chip> {
    let counts = counts(api, rep, asked, answer, expression).await;
    let chip = |bucket: Option<Disposition>| {
        let name = bucket.map_or("", Disposition::name);
        let other = asked.but(|other| name.clone_into(&mut other.disposition));
        let count = counts.as_ref().map(|counts| match bucket {
            Some(bucket) => counts[bucket as usize],
            None => counts.iter().sum(),
        });
        Chip {
            href: other.address(&api.console.seal, "/search"),
            name: bucket.map_or("all", Disposition::name),
            sign: bucket.map_or("", sign),
            word: bucket.map_or("All", |bucket| word(bucket, false)),
            count: count.map_or(String::new(), |count| count.to_string()),
            is_chosen: asked.disposition == name,
        }
    };
    std::iter::once(None).chain(Disposition::ALL.iter().copied().map(Some)).map(chip).collect()
}

/// How many messages of each bucket: of one page if that is all, of the tallies if nothing else narrows it.
async fn counts(
    api: &Arc<Api>,
    rep: &Rep,
    asked: &Asked,
    answer: Option<&Answer>,
    expression: &Expression,
) -> Option<[u64; 7]> {
    let answer = answer?;
    if asked.disposition.is_empty() && asked.after.is_empty() && answer.next.is_none() {
        let mut counts = [0; 7];
        for found in &answer.found {
            counts[found.whole().disposition as usize] += 1;
        }
        return Some(counts);
    }
    // Tallies are by the hour: a time of its own would be told wrong.
    let narrows =
        !asked.query.is_empty() || !asked.direction.is_empty() || asked.seconds().is_some();
    if narrows || expression.terms.iter().any(|term| term.negated) {
        return None;
    }
    let names = api.ledger.names();
    let account = rep.user.account.as_deref().or(Some(&*asked.account).filter(|it| !it.is_empty()));
    let account = account.map(|name| names.find_account(name));
    let carrier = Some(&*asked.carrier).filter(|it| !it.is_empty());
    let carrier = carrier.map(|name| names.find_carrier(name));
    if account == Some(None) || carrier == Some(None) {
        return Some([0; 7]);
    }
    let now = api.clock.now();
    let hours = 0..hour_of(now).saturating_add(2);
    let query = TallyQuery {
        account: account.flatten(),
        carrier: carrier.flatten(),
        // A page does not wait for counts.
        time_max: std::time::Duration::from_millis(50),
        hours_together: u32::MAX,
        ..TallyQuery::of(hours, vec![Dimension::Disposition])
    };
    let tallied = ask(api, move |api| api.ledger.tally(&query)).await.ok()?;
    if tallied.uncounted > 0 || tallied.too_many {
        return None;
    }
    let mut counts = [0; 7];
    for (group, count) in tallied.groups {
        counts[group.disposition? as usize] += count;
    }
    Some(counts)
}
