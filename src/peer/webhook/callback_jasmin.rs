//! What a `dlr-url` of Jasmin is told (Jasmin's documentation, "HTTP API", "Receiving DLR").
//!
//! The answer counts as taken only with `ACK/Jasmin` in its body.

use super::callback_facts::Facts;
use crate::feed::kind::Kind;
use crate::message::callback::{CallbackRef, CallbackWants};
use crate::wire::smpp::status::CommandStatus;

/// What an answer has to have.
pub(super) const ACKNOWLEDGEMENT: &str = "ACK/Jasmin";

/// Characters of the text of a receipt.
const TEXT_CHARACTERS: usize = 20;

/// Names and values, in Jasmin's order.
pub(super) fn fields(callback: &CallbackRef<'_>, facts: &Facts) -> Vec<(&'static str, String)> {
    // The level of what is told, and not that which was asked for.
    let level =
        if facts.bit.meets(CallbackWants::SENT.or(CallbackWants::REJECTED)) { 1 } else { 2 };
    let connector = if callback.context.is_empty() { &facts.carrier } else { callback.context };
    let mut fields = vec![
        ("id", facts.uuid.clone()),
        ("level", level.to_string()),
        ("message_status", if level == 1 { response(facts) } else { state(facts.kind).to_owned() }),
        ("connector", connector.to_owned()),
    ];
    if level == 1 {
        return fields;
    }
    let raw = facts.receipt.as_ref().map(|it| String::from_utf8_lossy(&it.raw).into_owned());
    let raw = raw.unwrap_or_default();
    let arrived = if facts.kind == Kind::Delivered { "001" } else { "000" };
    let err = facts.receipt.as_ref().map(|it| it.err.clone()).filter(|err| !err.is_empty());
    fields.extend([
        ("id_smsc", facts.carrier_message_id.clone()),
        ("sub", word(&raw, "sub:").unwrap_or("001").to_owned()),
        ("dlvrd", word(&raw, "dlvrd:").unwrap_or(arrived).to_owned()),
        ("subdate", facts.accepted("%y%m%d%H%M")),
        ("donedate", facts.time("%y%m%d%H%M")),
        ("err", err.unwrap_or_else(|| "000".to_owned())),
        ("text", text(&raw)),
    ]);
    fields
}

/// The status of the response to the submit.
fn response(facts: &Facts) -> String {
    if facts.bit == CallbackWants::SENT {
        return "ESME_ROK".to_owned();
    }
    let name = facts.command_status.and_then(|status| CommandStatus(status).name());
    name.unwrap_or("ESME_RSUBMITFAIL").to_owned()
}

/// The word of a receipt (SMPP v3.4 Appendix B).
const fn state(kind: Kind) -> &'static str {
    match kind {
        Kind::Delivered => "DELIVRD",
        Kind::Undelivered => "UNDELIV",
        Kind::Expired => "EXPIRED",
        Kind::Rejected => "REJECTD",
        Kind::Cancelled => "DELETED",
        Kind::Queued => "ACCEPTD",
        _ => "UNKNOWN",
    }
}

fn word<'a>(raw: &'a str, name: &str) -> Option<&'a str> {
    let mut at = raw.match_indices(name).map(|(at, _)| at);
    let at = at.find(|at| *at == 0 || raw[..*at].ends_with(' '))?;
    raw[at + name.len()..].split_whitespace().next().filter(|word| word.len() <= 3)
}

fn text(raw: &str) -> String {
    let at = raw.to_ascii_lowercase().find("text:");
    let behind = at.and_then(|at| raw.get(at + "text:".len()..)).unwrap_or_default();
    behind.chars().take(TEXT_CHARACTERS).collect()
}

#[cfg(test)]
mod tests {
    use super::super::callback_facts::Receipt;
    use super::super::callback_form::form;
    use super::*;
    use crate::message::callback::{CallbackFormat, CallbackMethod};

    fn told(context: &str, facts: &Facts) -> String {
        let callback = CallbackRef {
            format: CallbackFormat::Jasmin,
            method: CallbackMethod::Post,
            wants: CallbackWants::ALL,
            url: "http://a/",
            context,
        };
        let fields = fields(&callback, facts);
        form(fields.iter().map(|(name, value)| (*name, value.as_str())))
    }

    #[test]
    fn level_1_tells_the_response_and_level_2_the_receipt() {
        let mut facts = Facts::example();
        facts.receipt = Some(Receipt {
            err: "000".into(),
            raw: b"id:1 sub:001 dlvrd:002 stat:DELIVRD err:000 Text:Hello foo bar and so on".into(),
        });
        assert_eq!(
            told("", &facts),
            "id=uuid-1g9eb1pxa9d6p&level=2&message_status=DELIVRD&connector=sink&id_smsc=13006AC1\
             &sub=001&dlvrd=002&subdate=2510211302&donedate=2510211303&err=000\
             &text=Hello+foo+bar+and+so"
        );
        facts.bit = CallbackWants::SENT;
        assert_eq!(
            told("demo_cid", &facts),
            "id=uuid-1g9eb1pxa9d6p&level=1&message_status=ESME_ROK&connector=demo_cid"
        );
        facts.bit = CallbackWants::REJECTED;
        facts.command_status = Some(0x33);
        assert!(told("", &facts).contains("message_status=ESME_RINVNUMDESTS&"));
        facts.command_status = None;
        assert!(told("", &facts).contains("message_status=ESME_RSUBMITFAIL&"));
    }

    #[test]
    fn an_end_without_a_receipt_has_all_fields_too() {
        let facts = Facts {
            kind: Kind::Expired,
            bit: CallbackWants::UNDELIVERED,
            receipt: None,
            ..Facts::example()
        };
        let told = told("", &facts);
        assert!(told.contains("message_status=EXPIRED") && told.contains("dlvrd=000"), "{told}");
        assert!(told.ends_with("err=000&text="), "{told}");
    }
}
