//! `GET /v1/stats`: how many messages there were hour by hour or day by day, by up to two things.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::header::HeaderName;

use super::api::Api;
use super::auth::Caller;
use super::config::Scope;
use super::get_message::NO_STORE;
use super::lookup::ask;
use super::problem::Problem;
use super::problem_table as kinds;
use super::query_pairs::{QueryPairs, wrong_parameter};
use super::stats_schema::{StatsCount, StatsParameters, StatsView};
use super::when::{self, rfc3339};
use crate::base::clock::Timestamp;
use crate::base::id::{AccountId, CarrierId};
use crate::ledger::cells::{HOUR, hour_of, hour_start};
use crate::ledger::tally_query::{Dimension, Group, Tallied, TallyQuery};

/// Parameters of the query; the document of the API has the same.
pub(super) const PARAMETERS: [&str; 6] = ["by", "per", "since", "until", "account", "carrier"];

/// What is told apart at most.
const DIMENSIONS_MAX: usize = 2;

/// How long the answer waits for what is on disk to be in the index.
const CATCH_UP: Duration = Duration::from_millis(500);

/// Hours counted together, how many are counted unless the request says otherwise, and at most.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Step {
    name: &'static str,
    hours: u32,
    span: u32,
    span_max: u32,
}

const STEPS: [Step; 2] = [
    Step { name: "hour", hours: 1, span: 24, span_max: 31 * 24 },
    Step { name: "day", hours: 24, span: 30 * 24, span_max: 400 * 24 },
];

/// Count messages over time
///
/// By hour or day of UTC in which they were accepted, and by up to two of `disposition`, `reason`, `carrier`,
/// `account` and `direction`; what has no messages is left out. Without `since` and `until` it is the last 24
/// hours, or the last 30 days; both are brought to whole hours or days. At most 31 days by the hour, 400 by the
/// day, and 10,000 counts. Counts change as the fates of messages do. A key of an account counts its own.
#[utoipa::path(
    get, path = "/v1/stats", tag = "messages", operation_id = "countMessages",
    security(("key" = ["messages:read"])),
    params(StatsParameters),
    responses((status = 200, description = "The counts, the oldest first", body = StatsView)),
)]
pub(super) async fn get(
    caller: Caller,
    State(api): State<Arc<Api>>,
    QueryPairs(pairs): QueryPairs,
) -> Result<([(HeaderName, &'static str); 1], Json<StatsView>), Problem> {
    caller.require(Scope::MessagesRead)?;
    let now = api.clock.now();
    let (step, whose, query) = read(&api, &caller, now, &pairs)?;
    let (asked, by) = (query.hours.clone(), query.by.clone());
    let answer = ask(&api, move |api| {
        api.ledger.wait_indexed(api.ledger.durable(), CATCH_UP);
        let complete_until = api.ledger.complete_until(now)?;
        Ok((
            complete_until,
            match whose {
                Whose::Nobody => Tallied::default(),
                Whose::All => api.ledger.tally(&query)?,
                Whose::One(id) => api.ledger.tally(&TallyQuery { account: Some(id), ..query })?,
            },
        ))
    });
    let (complete_until, tallied) = answer.await?;
    if tallied.too_many {
        let detail = "there are more than 10,000 counts: ask for a shorter time or fewer things";
        return Err(wrong_parameter("by", detail.to_owned()));
    }
    Ok((NO_STORE, Json(view(&api, step, asked, &by, complete_until, &tallied))))
}

fn read(
    api: &Api,
    caller: &Caller,
    now: Timestamp,
    pairs: &[(String, String)],
) -> Result<(Step, Whose, TallyQuery), Problem> {
    for (at, (name, _)) in pairs.iter().enumerate() {
        if !PARAMETERS.contains(&&**name) {
            let detail = format!("{name} is not one of {}", PARAMETERS.join(", "));
            return Err(wrong_parameter(name, detail));
        }
        if pairs[..at].iter().any(|(earlier, _)| earlier == name) {
            return Err(wrong_parameter(name, format!("{name} is there twice")));
        }
    }
    let given = |name: &str| pairs.iter().find(|(known, _)| known == name).map(|(_, v)| &**v);
    let step = match given("per") {
        None => STEPS[0],
        Some(name) => {
            let known = STEPS.into_iter().find(|step| step.name == name);
            known.ok_or_else(|| wrong_parameter("per", "per has to be hour or day".to_owned()))?
        }
    };
    let hours = hours(step, now, given("since"), given("until"))?;
    let whose = account(api, caller, given("account"))?;
    let carrier = given("carrier").map(|name| carrier(api, name)).transpose()?;
    let by = dimensions(given("by").unwrap_or("disposition"))?;
    let hours_together = step.hours;
    Ok((step, whose, TallyQuery { hours_together, carrier, ..TallyQuery::of(hours, by) }))
}

/// The whole hours or days of a time.
fn hours(
    step: Step,
    now: Timestamp,
    since: Option<&str>,
    until: Option<&str>,
) -> Result<Range<u32>, Problem> {
    let moment = |name: &str, text: Option<&str>| {
        let read = |text: &str| {
            // A `+` of an offset that nobody encoded has become a space.
            let moment = when::parse(&text.replace(' ', "+"));
            let detail = format!("{name} has to be RFC 3339, such as 2025-10-21T13:00:00Z");
            moment.ok_or_else(|| wrong_parameter(name, detail))
        };
        text.map(read).transpose()
    };
    let (since, until) = (moment("since", since)?, moment("until", until)?);
    let end = until.unwrap_or(now + Duration::from_micros(1));
    let end = hour_of(Timestamp(end.0.saturating_sub(1))).saturating_add(1);
    let end = end.next_multiple_of(step.hours);
    let start = since.map_or(end.saturating_sub(step.span), hour_of);
    let start = start - start % step.hours;
    if start >= end {
        return Err(wrong_parameter("until", "until has to be after since".to_owned()));
    }
    if end - start > step.span_max {
        let days = step.span_max / 24;
        let detail = format!("at most {days} days are counted by the {}", step.name);
        return Err(wrong_parameter("since", detail));
    }
    Ok(start..end)
}

fn dimensions(text: &str) -> Result<Vec<Dimension>, Problem> {
    let wrong = |detail: String| wrong_parameter("by", detail);
    let mut by = Vec::new();
    for name in text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        let known = Dimension::ALL.into_iter().find(|one| one.name() == name);
        let names = || Dimension::ALL.map(Dimension::name).join(", ");
        let one = known.ok_or_else(|| wrong(format!("by has to be of {}", names())))?;
        if by.contains(&one) {
            return Err(wrong(format!("by has {name} twice")));
        }
        by.push(one);
    }
    if by.len() > DIMENSIONS_MAX {
        return Err(wrong(format!("by has more than {DIMENSIONS_MAX} things")));
    }
    Ok(by)
}

/// Whose messages are counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Whose {
    All,
    One(AccountId),
    /// Of an account that the ledger does not know there is nothing.
    Nobody,
}

/// Who may see one account only counts that.
fn account(api: &Api, caller: &Caller, asked: Option<&str>) -> Result<Whose, Problem> {
    let find = |name: &str| api.ledger.names().find_account(name);
    match (caller.account(), asked) {
        (Some(own), Some(asked)) if own != asked => {
            let detail = "the key reads one account, and this is another";
            Err(Problem::new(kinds::ACCOUNT_NOT_ALLOWED, detail))
        }
        (Some(own), _) => Ok(find(own).map_or(Whose::Nobody, Whose::One)),
        (None, None) => Ok(Whose::All),
        (None, Some(name)) => find(name)
            .map(Whose::One)
            .ok_or_else(|| wrong_parameter("account", "account is none that is known".to_owned())),
    }
}

fn carrier(api: &Api, name: &str) -> Result<CarrierId, Problem> {
    let found = api.ledger.names().find_carrier(name);
    found.ok_or_else(|| wrong_parameter("carrier", "carrier is none that is known".to_owned()))
}

fn view(
    api: &Api,
    step: Step,
    asked: Range<u32>,
    by: &[Dimension],
    complete_until: Timestamp,
    tallied: &Tallied,
) -> StatsView {
    let names = api.ledger.names();
    let count = |(group, messages): (&Group, &u64)| StatsCount {
        start: rfc3339(hour_start(group.hour)),
        disposition: group.disposition.map(|one| one.name()),
        reason: group.reason.map(|one| one.name()),
        carrier: group.carrier.and_then(|id| names.carrier_name(id)),
        account: group.account.and_then(|id| names.account_name(id)),
        direction: group.inbound.map(|inbound| if inbound { "inbound" } else { "outbound" }),
        messages: *messages,
    };
    StatsView {
        object: "stats",
        per: step.name,
        by: by.iter().map(|one| one.name()).collect(),
        since: rfc3339(hour_start(asked.start)),
        until: rfc3339(hour_start(asked.end - 1) + HOUR),
        data: tallied.groups.iter().map(count).collect(),
        complete_until: rfc3339(complete_until),
        uncounted_messages: tallied.uncounted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2025-10-21T13:03:07Z.
    const NOW: Timestamp = Timestamp(1_761_051_787_000_000);

    fn span(step: usize, since: &str, until: &str) -> Result<String, String> {
        let some = |text| Some(text).filter(|text: &&str| !text.is_empty());
        hours(STEPS[step], NOW, some(since), some(until))
            .map(|hours| {
                let text = |hour| rfc3339(hour_start(hour))[..13].to_owned();
                format!("{} {}", text(hours.start), text(hours.end))
            })
            .map_err(|problem| problem.detail)
    }

    #[test]
    fn a_time_is_brought_to_whole_hours_and_days() {
        for (step, since, until, expected) in [
            (0, "", "", "2025-10-20T14 2025-10-21T14"),
            (1, "", "", "2025-09-22T00 2025-10-22T00"),
            (0, "2025-10-21T10:59:59Z", "2025-10-21T12:00:00Z", "2025-10-21T10 2025-10-21T12"),
            (0, "2025-10-21T10:00:00Z", "2025-10-21T12:00:01Z", "2025-10-21T10 2025-10-21T13"),
            (0, "2025-10-21T12:30:00 02:00", "", "2025-10-21T10 2025-10-21T14"),
            (1, "2025-10-20T23:00:00Z", "2025-10-21T01:00:00Z", "2025-10-20T00 2025-10-22T00"),
        ] {
            assert_eq!(span(step, since, until).as_deref(), Ok(expected), "{since} {until}");
        }
    }

    #[test]
    fn a_time_that_cannot_be_counted_is_refused_with_its_reason() {
        for (step, since, until, expected) in [
            (0, "2025-09-01T00:00:00Z", "", "at most 31 days are counted by the hour"),
            (1, "2020-01-01T00:00:00Z", "", "at most 400 days are counted by the day"),
            (0, "2025-10-21T13:00:00Z", "2025-10-21T12:00:00Z", "until has to be after since"),
            (0, "yesterday", "", "since has to be RFC 3339"),
        ] {
            let detail = span(step, since, until).expect_err(since);
            assert!(detail.contains(expected), "{detail}");
        }
    }

    #[test]
    fn at_most_two_things_are_told_apart() {
        assert_eq!(dimensions("reason, carrier").expect("two").len(), 2);
        assert_eq!(dimensions("").expect("none"), []);
        for wrong in ["reason,carrier,account", "reason,reason", "colour"] {
            assert!(dimensions(wrong).is_err(), "{wrong}");
        }
    }
}
