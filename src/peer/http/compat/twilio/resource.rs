//! A message as Twilio shows it.

use jiff::fmt::rfc2822;
use serde_json::{Value, json};

use super::error_codes::{error_code, status};
use crate::base::clock::Timestamp;
use crate::base::foreign_id;
use crate::base::id::MessageOrd;
use crate::message::record::Direction;
use crate::peer::http::accepted_view::Acceptance;
use crate::peer::http::api::Api;
use crate::peer::http::auth::Caller;
use crate::peer::http::lookup::Found;
use crate::peer::http::mask::Shown;

/// What Twilio calls the version of its API.
const VERSION: &str = "2010-04-01";

/// The parts of a resource that differ.
struct Shape {
    ord: MessageOrd,
    to: String,
    from: String,
    body: String,
    direction: &'static str,
    status: &'static str,
    segments: u8,
    created: Timestamp,
    sent: Option<Timestamp>,
    updated: Timestamp,
    error: Option<(u16, &'static str)>,
}

/// A message that was just taken, as its sender wrote it.
pub(super) fn taken(
    api: &Api,
    sid: &str,
    acceptance: &Acceptance,
    (to, from, body): (&str, &str, &str),
    scheduled: bool,
) -> Value {
    let shape = Shape {
        ord: acceptance.ord,
        to: to.to_owned(),
        from: from.to_owned(),
        body: body.to_owned(),
        direction: "outbound-api",
        status: if scheduled { "scheduled" } else { "queued" },
        segments: acceptance.parts,
        created: acceptance.told,
        sent: None,
        updated: acceptance.told,
        error: None,
    };
    value(api, sid, shape)
}

/// A message of the ledger, as far as the caller may see it. `text` is what it says.
pub(super) fn found(
    api: &Api,
    caller: &Caller,
    sid: &str,
    found: &Found,
    text: Option<String>,
) -> Value {
    let state = found.whole();
    let message = found.stored.message();
    let in_full = caller.sees_numbers();
    let direction = match message.direction {
        Direction::Outbound => "outbound-api",
        Direction::Inbound => "inbound",
    };
    let last = found.events.iter().map(|event| event.at);
    let last =
        found.parts.iter().flat_map(|part| part.events.iter().map(|event| event.at)).chain(last);
    let shape = Shape {
        ord: found.stored.ord,
        to: Shown::of(&message.destination, in_full).to_string(),
        from: Shown::of(&message.source, in_full).to_string(),
        // Twilio shows a text that is not kept as an empty one.
        body: text.filter(|_| caller.sees_texts()).unwrap_or_default(),
        direction,
        status: status(&state),
        segments: message.parts,
        created: found.stored.accepted_at,
        sent: found.history.sent_at,
        updated: last.max().unwrap_or(found.stored.accepted_at),
        error: error_code(&state).map(|code| (code, state.reason.title())),
    };
    value(api, sid, shape)
}

fn value(api: &Api, account: &str, shape: Shape) -> Value {
    let sid = foreign_id::sid(api.ids.seal(shape.ord));
    let uri = format!("/{VERSION}/Accounts/{account}/Messages/{sid}");
    json!({
        "account_sid": account,
        "api_version": VERSION,
        "body": shape.body,
        "date_created": rfc2822(shape.created),
        "date_sent": shape.sent.map(rfc2822),
        "date_updated": rfc2822(shape.updated),
        "direction": shape.direction,
        "error_code": shape.error.map(|(code, _)| code),
        "error_message": shape.error.map(|(_, title)| title),
        "from": shape.from,
        "messaging_service_sid": null,
        "num_media": "0",
        "num_segments": shape.segments.to_string(),
        "price": null,
        "price_unit": null,
        "sid": sid,
        "status": shape.status,
        "subresource_uris": { "media": format!("{uri}/Media.json") },
        "to": shape.to,
        "uri": format!("{uri}.json"),
    })
}

/// A moment as Twilio writes it: RFC 2822 in UTC, in seconds.
fn rfc2822(at: Timestamp) -> String {
    let seconds = i64::try_from(at.0 / 1_000_000).unwrap_or(i64::MAX);
    let moment = jiff::Timestamp::from_second(seconds).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let zoned = moment.to_zoned(jiff::tz::TimeZone::UTC);
    rfc2822::to_string(&zoned).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_those_of_mail() {
        assert_eq!(rfc2822(Timestamp(1_761_051_787_412_000)), "Tue, 21 Oct 2025 13:03:07 +0000");
    }
}
