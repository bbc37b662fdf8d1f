//! From the JSON of a submission to the message that the pipeline takes.
//!
//! Everything wrong with a body is found in one pass, each with a JSON pointer.
//! Not here: what only the pipeline knows (accounts, routes, rates).

use std::time::Duration;

use serde_json::{Map, Value};

use super::numbers::{can_be_destination, can_be_sender};
use super::problem::{At, FieldError, Problem};
use super::problem_table as kinds;
use crate::gsm::alphabet::{Encoded, encode};
use crate::gsm::coding::DefaultAlphabet;
use crate::gsm::concatenation::Reference;
use crate::gsm::octet_segments::segment_octets;
use crate::gsm::text::UserData;
use crate::pipeline::port::Submission;

/// A submission whose fields can each be used.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Wanted {
    pub(super) to: String,
    pub(super) from: String,
    pub(super) text: Encoded,
    /// Parts it takes.
    pub(super) parts: usize,
    pub(super) client_ref: Option<String>,
    pub(super) account: Option<String>,
    pub(super) validity: Option<Duration>,
    pub(super) dry_run: bool,
}

/// Members of a message; the document of the API has the same.
pub(super) const FIELDS: [&str; 8] =
    ["to", "from", "text", "client_ref", "account", "validity_s", "dry_run", "channel"];

/// Longest reference of a client, in octets.
pub(super) const CLIENT_REF_OCTETS: usize = 100;

/// Parts of the longest text: 1,530 characters of the default alphabet, 670 of UCS-2.
pub(super) const TEXT_PARTS_MAX: usize = 10;

/// Longest validity period: 30 days, which the relative form of SMPP §7.1.1.2 can say in days.
const VALIDITY_S_MAX: u64 = 2_592_000;

impl Wanted {
    /// Reads a body, or one message of a batch.
    pub(super) fn of(value: &Value) -> Result<Self, Problem> {
        let Value::Object(object) = value else {
            return Err(Problem::new(kinds::INVALID_JSON, "this is JSON, and not an object"));
        };
        let mut fields = Fields { object, errors: Vec::new() };
        let (to, from) = (fields.to(), fields.from());
        let (text, parts) = fields.body();
        let wanted = Self {
            to,
            from,
            text,
            parts,
            client_ref: fields.client_ref(),
            account: fields.string("account"),
            validity: fields.validity(),
            dry_run: fields.dry_run(),
        };
        fields.channel();
        fields.unknown();
        match fields.problem() {
            Some(problem) => Err(problem),
            None => Ok(wanted),
        }
    }

    /// As the pipeline takes it.
    pub(super) fn submission(&self, account: &str) -> Submission {
        Submission {
            account: account.to_owned(),
            source: self.from.clone().into_bytes(),
            destination: self.to.clone().into_bytes(),
            body: self.text.octets.clone(),
            data_coding: self.text.alphabet.data_coding(),
            client_ref: self.client_ref.clone().unwrap_or_default().into_bytes(),
            validity_period: self.validity_period(),
            ..Submission::default()
        }
    }

    /// SMPP §7.1.1.2: the relative form `YYMMDDhhmmsstnnR`.
    fn validity_period(&self) -> Vec<u8> {
        let Some(validity) = self.validity else { return Vec::new() };
        let seconds = validity.as_secs();
        let (days, rest) = (seconds / 86_400, seconds % 86_400);
        let (hours, minutes, seconds) = (rest / 3600, rest / 60 % 60, rest % 60);
        format!("0000{days:02}{hours:02}{minutes:02}{seconds:02}000R").into_bytes()
    }
}

struct Fields<'a> {
    object: &'a Map<String, Value>,
    errors: Vec<FieldError>,
}

impl Fields<'_> {
    fn wrong(&mut self, field: &str, code: &'static str, detail: impl Into<String>) {
        let pointer = format!("/{}", field.replace('~', "~0").replace('/', "~1"));
        self.errors.push(FieldError { at: At::Pointer(pointer), code, detail: detail.into() });
    }

    /// A field that may be absent or null.
    fn string(&mut self, field: &str) -> Option<String> {
        match self.object.get(field) {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => Some(text.clone()),
            Some(_) => {
                self.wrong(field, "invalid_type", "has to be a string");
                None
            }
        }
    }

    fn required(&mut self, field: &str) -> Option<String> {
        if matches!(self.object.get(field), None | Some(Value::Null)) {
            self.wrong(field, "missing", "has to be there");
            return None;
        }
        self.string(field)
    }

    fn to(&mut self) -> String {
        let Some(to) = self.required("to") else { return String::new() };
        if !can_be_destination(&to) {
            let detail = "has to be up to 15 digits, with or without `+`";
            self.wrong("to", "invalid_destination", detail);
        }
        to
    }

    /// A number, a short code, or a name of up to 11 characters (TS 23.040 §9.1.2.5).
    fn from(&mut self) -> String {
        let Some(from) = self.required("from") else { return String::new() };
        if !can_be_sender(&from) {
            let detail = "has to be up to 15 digits, with or without `+`, or up to 11 characters of \
                          printable ASCII";
            self.wrong("from", "invalid_source", detail);
        }
        from
    }

    fn body(&mut self) -> (Encoded, usize) {
        let text = self.required("text");
        let missing = text.is_none();
        let encoded = encode(&text.unwrap_or_default());
        if encoded.units == 0 && !missing {
            self.wrong("text", "empty", "has to have at least one character");
        }
        let data = UserData {
            data_coding: encoded.alphabet.data_coding(),
            udhi: false,
            octets: &encoded.octets,
        };
        let parts = segment_octets(data, DefaultAlphabet::Gsm7, Reference::Narrow(0))
            .map_or(usize::MAX, |segments| segments.parts.len());
        if parts > TEXT_PARTS_MAX {
            let (units, name) = (encoded.units, encoded.alphabet.name());
            let detail =
                format!("is {units} units of {name}, more than {TEXT_PARTS_MAX} parts hold");
            self.wrong("text", "too_long", detail);
        }
        (encoded, parts)
    }

    fn client_ref(&mut self) -> Option<String> {
        let reference = self.string("client_ref")?;
        if reference.is_empty() || reference.len() > CLIENT_REF_OCTETS {
            let detail = format!("has to be 1 to {CLIENT_REF_OCTETS} octets");
            self.wrong("client_ref", "invalid_length", detail);
        }
        Some(reference)
    }

    fn validity(&mut self) -> Option<Duration> {
        let value = self.object.get("validity_s").filter(|value| !value.is_null())?;
        match value.as_u64().filter(|seconds| (1..=VALIDITY_S_MAX).contains(seconds)) {
            Some(seconds) => Some(Duration::from_secs(seconds)),
            None => {
                let detail = format!("has to be a whole number from 1 to {VALIDITY_S_MAX}");
                self.wrong("validity_s", "out_of_range", detail);
                None
            }
        }
    }

    fn dry_run(&mut self) -> bool {
        match self.object.get("dry_run") {
            None | Some(Value::Null) => false,
            Some(Value::Bool(value)) => *value,
            Some(_) => {
                self.wrong("dry_run", "invalid_type", "has to be true or false");
                false
            }
        }
    }

    fn channel(&mut self) {
        if self.string("channel").is_some_and(|channel| channel != "sms") {
            self.wrong("channel", "unknown_channel", "has to be \"sms\", the only one so far");
        }
    }

    fn unknown(&mut self) {
        let object = self.object;
        for field in object.keys().filter(|field| !FIELDS.contains(&field.as_str())) {
            self.wrong(field, "unknown_field", format!("is not one of {}", FIELDS.join(", ")));
        }
    }

    /// A single error gives the problem its own code.
    fn problem(self) -> Option<Problem> {
        let first = self.errors.first()?;
        let kind = match (self.errors.len(), first.code) {
            (1, "invalid_destination") => kinds::INVALID_DESTINATION,
            (1, "invalid_source") => kinds::INVALID_SOURCE,
            (1, "too_long") => kinds::TOO_LONG,
            _ => kinds::INVALID_REQUEST,
        };
        let (At::Pointer(place) | At::Parameter(place)) = &first.at;
        let mut detail = format!("{place} {}", first.detail);
        if self.errors.len() > 1 {
            detail = format!("{detail}; and {} more", self.errors.len() - 1);
        }
        Some(Problem { errors: self.errors, ..Problem::new(kind, detail) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Result<Wanted, Problem> {
        Wanted::of(&serde_json::from_str(body).unwrap_or(Value::Null))
    }

    fn pointers(body: &str) -> Vec<(String, &'static str)> {
        let problem = read(body).expect_err("something is wrong");
        let place = |error: FieldError| match error.at {
            At::Pointer(place) | At::Parameter(place) => (place, error.code),
        };
        problem.errors.into_iter().map(place).collect()
    }

    #[test]
    fn a_whole_body_is_read() {
        let body = r#"{"to":"+447700900123","from":"ACME","text":"Hi","client_ref":"a","account":"x",
            "validity_s":93784,"dry_run":true,"channel":"sms"}"#;
        let wanted = read(body).expect("it is right");
        assert_eq!((wanted.to.as_str(), wanted.from.as_str()), ("+447700900123", "ACME"));
        assert_eq!(wanted.text.octets, b"Hi");
        assert_eq!(wanted.validity_period(), b"000001020304000R");
        assert!(wanted.dry_run);
    }

    #[test]
    fn everything_wrong_is_pointed_at() {
        let body = r#"{"to":"077 00","from":"a name too long","text":"","client_ref":"",
            "validity_s":0,"dry_run":1,"channel":"mms","te/xt":1}"#;
        let expected = [
            ("/to", "invalid_destination"),
            ("/from", "invalid_source"),
            ("/text", "empty"),
            ("/client_ref", "invalid_length"),
            ("/validity_s", "out_of_range"),
            ("/dry_run", "invalid_type"),
            ("/channel", "unknown_channel"),
            ("/te~1xt", "unknown_field"),
        ];
        assert_eq!(pointers(body), expected.map(|(place, code)| (place.to_owned(), code)));
        let missing = pointers("{}");
        assert_eq!(missing.len(), 3, "{missing:?}");
    }

    #[test]
    fn a_text_is_counted_in_parts_and_one_of_too_many_is_told_the_limit() {
        let body = |text: &str| format!(r#"{{"to":"1","from":"1","text":"{text}"}}"#);
        for (text, parts) in [
            ("a".repeat(160), 1),
            ("a".repeat(161), 2),
            ("€".repeat(81), 2),
            ("я".repeat(70), 1),
            ("я".repeat(71), 2),
            ("a".repeat(1_530), 10),
        ] {
            assert_eq!(read(&body(&text)).expect("taken").parts, parts);
        }
        for (text, said) in [
            ("a".repeat(1_531), "1531 units of gsm7, more than 10 parts hold"),
            ("я".repeat(671), "671 units of ucs2, more than 10 parts hold"),
        ] {
            let problem = read(&body(&text)).expect_err("too long");
            assert_eq!(problem.kind, kinds::TOO_LONG);
            assert!(problem.detail.contains(said), "{}", problem.detail);
        }
    }

    #[test]
    fn what_is_no_object_is_said_to_be_none() {
        for body in ["null", "[]", "\"x\"", "1"] {
            let problem = read(body).expect_err("no object");
            assert_eq!(problem.kind, kinds::INVALID_JSON, "{body}");
        }
    }
}
