//! What a `StatusCallback` of Twilio is told, and the words that Twilio has for messages.
//!
//! The form is signed as Twilio signs its requests: HMAC-SHA1, by the account's token, of the address with
//! every name and value of the form behind it, sorted by the names ("Validating requests").

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ring::hmac;

use super::callback_facts::Facts;
use crate::base::secret::Secret;
use crate::feed::kind::Kind;
use crate::message::callback::CallbackRef;
use crate::message::reason::Reason;

/// The version of Twilio's API whose callbacks these are.
const API_VERSION: &str = "2010-04-01";

/// Who knows the tokens that callbacks are signed with, by their accounts' `AccountSid`.
pub trait TwilioTokens: Send + Sync {
    /// The `AuthToken` of an account that is configured.
    fn auth_token(&self, account_sid: &str) -> Option<Secret>;
}

/// Twilio's `MessageStatus` for news of a message.
pub const fn status(kind: Kind) -> &'static str {
    match kind {
        Kind::Accepted | Kind::Queued => "queued",
        Kind::Sent => "sent",
        Kind::Delivered => "delivered",
        Kind::Rejected => "failed",
        Kind::Cancelled => "canceled",
        Kind::Received => "received",
        Kind::Undelivered | Kind::Expired | Kind::Unknown | Kind::Conflicting => "undelivered",
        // No message's fate, and never called.
        Kind::CarrierUp
        | Kind::CarrierDown
        | Kind::CarrierSuspended
        | Kind::CarrierResumed
        | Kind::NumberOptedOut
        | Kind::NumberOptedIn => "",
    }
}

/// Twilio's `ErrorCode` for why a message was not delivered.
pub const fn error_code(reason: Reason) -> u16 {
    match reason {
        Reason::AbsentSubscriber | Reason::MemoryFull => 30003,
        Reason::CallBarred | Reason::HandsetRefused => 30004,
        Reason::UnknownSubscriber | Reason::InvalidDestination => 30005,
        Reason::LandlineOrUnsupported => 30006,
        Reason::CarrierFiltered | Reason::SenderNotAllowed => 30007,
        Reason::ValidityOver | Reason::ThrottledExpired => 30036,
        Reason::OptedOut => 21610,
        Reason::QueueFull | Reason::OverRate => 30001,
        _ => 30008,
    }
}

/// Names and values, sorted as they are signed.
pub(super) fn fields(callback: &CallbackRef<'_>, facts: &Facts) -> Vec<(&'static str, String)> {
    let (sid, status) = (facts.sid.clone(), status(facts.kind).to_owned());
    let mut fields = vec![
        ("AccountSid", callback.context.to_owned()),
        ("ApiVersion", API_VERSION.to_owned()),
        ("From", facts.source_e164()),
        ("MessageSid", sid.clone()),
        ("MessageStatus", status.clone()),
        ("SmsSid", sid),
        ("SmsStatus", status),
        ("To", facts.to_e164()),
    ];
    if facts.has_failed() {
        fields.push(("ErrorCode", error_code(facts.reason).to_string()));
    }
    fields.sort();
    fields
}

/// The header `X-Twilio-Signature`; the fields are sorted by their names.
pub(super) fn signature(token: &[u8], url: &str, fields: &[(&str, String)]) -> String {
    let mut signed =
        hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, token));
    signed.update(url.as_bytes());
    for (name, value) in fields {
        signed.update(name.as_bytes());
        signed.update(value.as_bytes());
    }
    BASE64.encode(signed.sign())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::callback::{CallbackFormat, CallbackMethod, CallbackWants};

    /// The example of Twilio's documentation and of its libraries' tests.
    #[test]
    fn signatures_are_those_that_twilio_publishes() {
        let fields = [
            ("CallSid", "CA1234567890ABCDE"),
            ("Caller", "+14158675309"),
            ("Digits", "1234"),
            ("From", "+14158675309"),
            ("To", "+18005551212"),
        ];
        let fields = fields.map(|(name, value)| (name, value.to_owned()));
        let url = "https://mycompany.com/myapp.php?foo=1&bar=2";
        assert_eq!(signature(b"12345", url, &fields), "RSOYDt4T1cUTdK1PDd93/VVr8B8=");
    }

    #[test]
    fn the_form_has_what_twilio_sends_and_an_error_only_of_what_failed() {
        let callback = CallbackRef {
            format: CallbackFormat::Twilio,
            method: CallbackMethod::Post,
            wants: CallbackWants::ALL,
            url: "http://a/",
            context: "AC1",
        };
        let value = |fields: &[(&str, String)], name: &str| {
            fields.iter().find(|(it, _)| *it == name).map(|(_, value)| value.clone())
        };
        let mut facts = Facts::example();
        let delivered = fields(&callback, &facts);
        assert_eq!(value(&delivered, "MessageStatus").as_deref(), Some("delivered"));
        assert_eq!(value(&delivered, "To").as_deref(), Some("+447700900123"));
        assert_eq!(value(&delivered, "From").as_deref(), Some("ACME 1"));
        assert_eq!(value(&delivered, "MessageSid"), value(&delivered, "SmsSid"));
        assert_eq!(value(&delivered, "ErrorCode"), None);
        (facts.kind, facts.reason) = (Kind::Undelivered, Reason::AbsentSubscriber);
        let failed = fields(&callback, &facts);
        assert_eq!(value(&failed, "ErrorCode").as_deref(), Some("30003"));
        assert!(failed.is_sorted());
    }
}
