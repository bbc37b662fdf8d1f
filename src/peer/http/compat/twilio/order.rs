//! What the form of a new message wants, or why it cannot be had.

use std::time::Duration;

use super::refused::Refused;
use crate::base::clock::Timestamp;
use crate::message::callback::{Callback, CallbackFormat, CallbackMethod, CallbackWants};
use crate::peer::http::auth::Caller;
use crate::peer::http::compat::callbacks::address;
use crate::peer::http::compat::form::Form;
use crate::peer::http::compat::wording::cheapest;
use crate::peer::http::numbers::{can_be_destination, can_be_sender};
use crate::peer::http::when;
use crate::pipeline::port::Submission;
use crate::wire::smpp::time::{absolute, relative};

/// Characters of a text (Twilio's own limit).
const BODY_CHARS_MAX: usize = 1_600;

/// Seconds of a validity period (Twilio's own limit).
const VALIDITY_S_MAX: u64 = 36_000;

/// A message that can be submitted.
#[derive(Clone, Debug)]
pub(super) struct Order {
    pub(super) to: String,
    pub(super) from: String,
    pub(super) body: String,
    pub(super) scheduled: bool,
    pub(super) submission: Submission,
}

impl Order {
    /// Reads the form of a new message.
    pub(super) fn of(
        form: &Form,
        caller: &Caller,
        sid: &str,
        now: Timestamp,
    ) -> Result<Self, Refused> {
        let text = |name: &str| form.text(name).filter(|value| !value.is_empty());
        let to = text("To")
            .ok_or_else(|| Refused::because(21604, "A 'To' phone number is required."))?;
        let number = plain(&to);
        if !can_be_destination(&number) {
            let message = format!("The 'To' number {} is not a valid phone number.", short(&to));
            return Err(Refused::because(21211, message));
        }
        impossible(form)?;
        let from = text("From")
            .ok_or_else(|| Refused::because(21603, "A 'From' phone number is required."))?;
        let sender = if can_be_sender(from.trim()) { from.trim().to_owned() } else { plain(&from) };
        if !can_be_sender(&sender) {
            let message =
                format!("The 'From' number {} is not a valid phone number.", short(&from));
            return Err(Refused::because(21212, message));
        }
        let body = body(form)?;
        let content = cheapest(&body);
        if content.parts().is_none() {
            return Err(too_long());
        }
        let send_at = send_at(form, now)?;
        let validity = validity(form)?;
        let submission = Submission {
            account: caller.account().unwrap_or_default().to_owned(),
            source: sender.clone().into_bytes(),
            destination: number.clone().into_bytes(),
            body: content.body,
            data_coding: content.data_coding,
            validity_period: validity.map_or_else(Vec::new, |it| relative(it).to_vec()),
            schedule_delivery_time: send_at.map_or_else(Vec::new, |at| absolute(at).to_vec()),
            callback: callback(form, sid)?,
            ..Submission::default()
        };
        Ok(Self { to: number, from: sender, body, scheduled: send_at.is_some(), submission })
    }
}

/// A number without the marks that people write.
fn plain(number: &str) -> String {
    let trimmed = number.trim();
    trimmed.chars().filter(|letter| !matches!(letter, ' ' | '-' | '(' | ')' | '.')).collect()
}

/// Enough of what a client wrote to know it again.
fn short(text: &str) -> String {
    text.chars().take(64).collect()
}

fn too_long() -> Refused {
    let message = "The concatenated message body exceeds the 1600 character limit";
    Refused::because(21617, message)
}

fn body(form: &Form) -> Result<String, Refused> {
    let body = form.get("Body").filter(|body| !body.is_empty());
    let Some(body) = body else {
        return Err(Refused::because(21602, "Message body is required."));
    };
    let Ok(body) = String::from_utf8(body.to_vec()) else {
        return Err(Refused::because(21602, "Message body is not UTF-8."));
    };
    if body.chars().count() > BODY_CHARS_MAX { Err(too_long()) } else { Ok(body) }
}

/// What this gateway has not.
fn impossible(form: &Form) -> Result<(), Refused> {
    let given = |name: &str| form.get(name).is_some_and(|value| !value.is_empty());
    if given("MediaUrl") || form.get("SendAsMms") == Some(b"true") {
        return Err(Refused::because(21620, "Media cannot be sent: this gateway sends SMS only."));
    }
    if given("MessagingServiceSid") {
        let message = "The Messaging Service does not exist: name a 'From' instead.";
        return Err(Refused::because(21701, message));
    }
    if given("ContentSid") {
        let message = "The ContentSid is invalid: this gateway has no content templates.";
        return Err(Refused::because(21655, message));
    }
    Ok(())
}

/// `SendAt` counts only with `ScheduleType=fixed`, and the other way round.
fn send_at(form: &Form, now: Timestamp) -> Result<Option<Timestamp>, Refused> {
    let given = |name: &str| form.text(name).filter(|value| !value.is_empty());
    match (given("ScheduleType"), given("SendAt")) {
        (None, None) => Ok(None),
        (None, Some(_)) => {
            let message = "ScheduleType is required with SendAt: it has to be fixed.";
            Err(Refused::because(35111, message))
        }
        (Some(kind), _) if kind != "fixed" => {
            Err(Refused::because(35114, "ScheduleType has to be fixed."))
        }
        (Some(_), None) => Err(Refused::because(35111, "SendAt timestamp is missing")),
        (Some(_), Some(at)) => {
            let message = "SendAt has to be a time to come, as 2026-05-15T14:30:00Z.";
            let at = when::parse(&at.replace(' ', "+")).filter(|at| *at > now);
            at.map(Some).ok_or_else(|| Refused::because(35114, message))
        }
    }
}

fn validity(form: &Form) -> Result<Option<Duration>, Refused> {
    let Some(text) = form.text("ValidityPeriod").filter(|value| !value.is_empty()) else {
        return Ok(None);
    };
    let seconds = text.parse().ok().filter(|seconds| (1..=VALIDITY_S_MAX).contains(seconds));
    let message = "ValidityPeriod has to be a whole number of seconds from 1 to 36000.";
    seconds.map(|it| Some(Duration::from_secs(it))).ok_or_else(|| Refused::because(21624, message))
}

fn callback(form: &Form, sid: &str) -> Result<Option<Callback>, Refused> {
    let Some(url) = form.get("StatusCallback").filter(|url| !url.is_empty()) else {
        return Ok(None);
    };
    let Some(url) = address(url) else {
        let shown = short(&String::from_utf8_lossy(url));
        let message = format!("The StatusCallback URL {shown} is not a valid URL.");
        return Err(Refused::because(21609, message));
    };
    Ok(Some(Callback {
        format: CallbackFormat::Twilio,
        method: CallbackMethod::Post,
        wants: CallbackWants::ALL,
        url,
        context: sid.into(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_795_312_800_000_000);

    fn order(form: &str) -> Result<Order, u32> {
        let form = Form::read(form.as_bytes()).expect("a form");
        Order::of(&form, &Caller::of_gateway(true), "AC1", NOW).map_err(|refused| refused.code)
    }

    #[test]
    fn a_whole_form_is_read() {
        let order = order(
            "To=%2B1+%28415%29+555-2671&From=+60777&Body=Hi+%E2%82%AC&ValidityPeriod=90\
             &StatusCallback=https%3A%2F%2Fshop.example%2Fsms&ScheduleType=fixed\
             &SendAt=2026-11-22T02%3A30%3A00Z",
        );
        let order = order.expect("it is right");
        assert_eq!((order.to.as_str(), order.from.as_str()), ("+14155552671", "60777"));
        let Submission { body, validity_period, schedule_delivery_time, callback, .. } =
            order.submission;
        assert_eq!(body, b"Hi \x1be");
        assert_eq!(validity_period, b"000000000130000R");
        assert_eq!(schedule_delivery_time, b"261122023000000+");
        let callback = callback.expect("an address");
        assert_eq!((&*callback.url, &*callback.context), ("https://shop.example/sms", "AC1"));
    }

    #[test]
    fn everything_wrong_has_twilios_code() {
        let whole = |more: &str| format!("To=%2B447700900123&From=ACME&Body=Hi&{more}");
        for (form, code) in [
            ("From=1&Body=a", 21604),
            ("To=abc&From=1&Body=a", 21211),
            ("To=whatsapp:%2B447700900123&From=1&Body=a", 21211),
            ("To=1&Body=a", 21603),
            ("To=1&From=a+name+too+long&Body=a", 21212),
            ("To=1&From=1", 21602),
            ("To=1&From=1&Body=%ff", 21602),
            ("To=1&Body=a&MessagingServiceSid=MG1", 21701),
            (&whole("MediaUrl=http://a/b"), 21620),
            (&whole("ContentSid=HX1"), 21655),
            (&whole("ValidityPeriod=0"), 21624),
            (&whole("ValidityPeriod=36001"), 21624),
            (&whole("StatusCallback=shop"), 21609),
            (&whole("SendAt=2027-01-01T00:00:00Z"), 35111),
            (&whole("ScheduleType=fixed"), 35111),
            (&whole("ScheduleType=fixed&SendAt=soon"), 35114),
            (&whole("ScheduleType=fixed&SendAt=2020-01-01T00:00:00Z"), 35114),
            (&format!("To=1&From=1&Body={}", "a".repeat(1_601)), 21617),
            (&format!("To=1&From=1&Body={}", "%D1%8F".repeat(671)), 21617),
        ] {
            assert_eq!(order(form).expect_err("refused"), code, "{form}");
        }
    }
}
