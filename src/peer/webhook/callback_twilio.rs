//! What a `StatusCallback` of Twilio is told, and the words that Twilio has for messages.
//!
//! The form is signed as Twilio signs its requests: HMAC-SHA1, by the account's token, of the address with
//! every name and value of the form behind it, sorted by the names ("Validating requests").

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ring::hmac;
use sha2::{Digest as _, Sha256};

use super::callback_facts::Facts;
use crate::base::id::PublicId;
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

/// Nobody's tokens: callbacks are not signed.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoTokens;

impl TwilioTokens for NoTokens {
    fn auth_token(&self, _account_sid: &str) -> Option<Secret> {
        None
    }
}

/// The `MessageSid` of a message: `SM`, the characters of its id in hexadecimal, and 6 digits that tell it
/// from what only looks like one.
pub fn to_sid(id: PublicId) -> String {
    let hex = hexadecimal(id.as_bytes());
    format!("SM{hex}{}", check(&hex))
}

/// The characters of the public id in a `MessageSid`; `None` if that is none of ours.
pub fn from_sid(sid: &str) -> Option<String> {
    let digits = sid.strip_prefix("SM").filter(|digits| digits.len() == 32)?;
    let (hex, checked) = digits.split_at_checked(26)?;
    let hex = hex.to_ascii_lowercase();
    if !checked.eq_ignore_ascii_case(&check(&hex)) {
        return None;
    }
    let octet = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let octets: Option<Vec<u8>> = hex.as_bytes().chunks(2).map(octet).collect();
    String::from_utf8(octets?).ok()
}

fn hexadecimal(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

fn check(hex: &str) -> String {
    hexadecimal(&Sha256::digest(hex)[..3])
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
        ("From", facts.from_e164()),
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
    use crate::base::id::{IdCipher, MessageOrd};
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
    fn a_sid_leads_back_to_its_message_and_nothing_else_does() {
        let cipher = IdCipher::new(7);
        for ord in [0, 1, 99, u64::MAX] {
            let id = cipher.seal(MessageOrd(ord));
            let sid = to_sid(id);
            assert!(sid.len() == 34 && sid[2..].bytes().all(|it| it.is_ascii_hexdigit()), "{sid}");
            assert_eq!(from_sid(&sid), Some(id.to_string()));
            assert_eq!(from_sid(&format!("SM{}", sid[2..].to_uppercase())), Some(id.to_string()));
            assert_eq!(from_sid(&sid[..33]), None);
        }
        for sid in [
            "",
            "SM",
            "MM0123",
            "SM00112233445566778899aabbccddeeff",
            "SMä00112233445566778899aabbccddee",
        ] {
            assert_eq!(from_sid(sid), None, "{sid}");
        }
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
