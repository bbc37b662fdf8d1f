//! The arguments of a request: of its query, a form, or a JSON object, checked as Jasmin checks them.

use axum::body::Body;
use axum::http::Method;
use axum::http::request::Parts;
use serde_json::Value;

use super::reply::Refused;
use crate::peer::http::compat::form::{BadForm, Form, content_type, octets};

/// What a request says.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Arguments {
    form: Form,
    /// Whether it is JSON, whose texts are texts and not octets.
    pub(super) is_json: bool,
}

/// An argument that exists.
#[derive(Clone, Copy, Debug)]
pub(super) struct Argument {
    pub(super) name: &'static str,
    pub(super) required: bool,
    /// What its value has to be.
    pub(super) fits: fn(&[u8]) -> bool,
}

impl Argument {
    pub(super) const fn must(name: &'static str, fits: fn(&[u8]) -> bool) -> Self {
        Self { name, required: true, fits }
    }

    pub(super) const fn may(name: &'static str, fits: fn(&[u8]) -> bool) -> Self {
        Self { name, required: false, fits }
    }
}

impl Arguments {
    /// Reads a request.
    pub(super) async fn of(parts: &Parts, body: Body, bytes_max: usize) -> Result<Self, Refused> {
        let query = parts.uri.query().unwrap_or_default();
        let mut form = Form::read(query.as_bytes()).map_err(refused)?;
        let is_json = content_type(parts) == "application/json";
        if parts.method == Method::POST {
            let body = octets(parts, body, bytes_max).await?;
            if is_json {
                add_json(&mut form, &body)?;
            } else {
                form.add(&body).map_err(refused)?;
            }
        }
        Ok(Self { form, is_json })
    }

    /// The first value of an argument.
    pub(super) fn get(&self, name: &str) -> Option<&[u8]> {
        self.form.get(name)
    }

    /// The same as text.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.form.text(name)
    }

    /// The same as a number, for one whose value was checked.
    pub(super) fn number(&self, name: &str) -> Option<u64> {
        let text = std::str::from_utf8(self.get(name)?).ok()?;
        // Digits that no number holds stand for more than anybody allows.
        Some(text.parse().unwrap_or(u64::MAX))
    }

    /// Refuses what Jasmin refuses, in its order.
    pub(super) fn check(&self, known: &[Argument]) -> Result<(), Refused> {
        let mut unknown = self.form.names().filter(|name| known.iter().all(|it| it.name != *name));
        let first = self.form.names().next();
        let mut stranger = unknown.next();
        if stranger.is_some() && stranger == first {
            return Err(unknown_argument(stranger.take().unwrap_or_default()));
        }
        for argument in known {
            match self.get(argument.name) {
                Some(value) if !(argument.fits)(value) => {
                    return Err(Refused::invalid(argument.name, value));
                }
                None if argument.required => {
                    let words = format!("Mandatory argument [{}] is not found.", argument.name);
                    return Err(Refused::because(words));
                }
                _ => {}
            }
        }
        stranger.map_or(Ok(()), |name| Err(unknown_argument(name)))
    }

    /// Whether there is none at all.
    pub(super) fn is_empty(&self) -> bool {
        self.form.names().next().is_none()
    }
}

fn unknown_argument(name: &str) -> Refused {
    let shown: String = name.chars().take(64).collect();
    Refused::because(format!("Argument [{shown}] is unknown."))
}

fn refused(bad: BadForm) -> Refused {
    match bad {
        BadForm::Escape(name) => {
            Refused::because(format!("Argument [{name}] has an invalid value: no %xx escape."))
        }
        BadForm::Name => Refused::because("Argument names have to be text."),
        BadForm::TooMany => Refused::because("Too many arguments."),
    }
}

fn add_json(form: &mut Form, body: &[u8]) -> Result<(), Refused> {
    let Ok(Value::Object(members)) = serde_json::from_slice(body) else {
        return Err(Refused::because("The body is no JSON object."));
    };
    for (name, value) in members {
        match value {
            Value::String(text) => form.push(&name, text),
            Value::Number(number) => form.push(&name, number.to_string()),
            Value::Bool(flag) => form.push(&name, if flag { "yes" } else { "no" }),
            Value::Null => {}
            Value::Array(list) if list.is_empty() => {}
            value => form.push(&name, value.to_string()),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    const KNOWN: [Argument; 3] = [
        Argument::must("to", |value| value.iter().all(u8::is_ascii_digit)),
        Argument::may("from", |_| true),
        Argument::must("username", |value| !value.is_empty()),
    ];

    async fn read(query: &str, kind: &str, body: &str) -> Result<Arguments, String> {
        let request = Request::post(format!("/send?{query}")).header("content-type", kind);
        let (parts, body) = request.body(Body::from(body.to_owned())).expect("whole").into_parts();
        Arguments::of(&parts, body, 1_000).await.map_err(|refused| refused.words)
    }

    async fn checked(query: &str) -> Result<(), String> {
        let arguments = read(query, "", "").await.expect("read");
        arguments.check(&KNOWN).map_err(|refused| refused.words)
    }

    #[tokio::test]
    async fn arguments_are_refused_in_jasmins_order_and_words() {
        assert_eq!(checked("to=1&username=a").await, Ok(()));
        for (query, words) in [
            ("", "Mandatory argument [to] is not found."),
            ("to=1", "Mandatory argument [username] is not found."),
            ("to=x&username=a", "Argument [to] has an invalid value: [x]."),
            ("extra=1", "Argument [extra] is unknown."),
            ("to=1&extra=1", "Mandatory argument [username] is not found."),
            ("to=1&username=a&extra=1", "Argument [extra] is unknown."),
        ] {
            assert_eq!(checked(query).await, Err(words.to_owned()), "{query}");
        }
        let long = format!("to={}", "x".repeat(900));
        assert!(checked(&long).await.expect_err("refused").len() < 400, "it is not repeated whole");
    }

    #[tokio::test]
    async fn a_query_a_form_and_json_are_read_alike() {
        let json = r#"{"to":"1","coding":8,"dlr":true,"custom_tlvs":[],"content":"é","from":null}"#;
        let of_json = read("username=a", "application/json", json).await.expect("read");
        assert_eq!((of_json.text("coding"), of_json.number("to")), (Some("8".into()), Some(1)));
        assert_eq!((of_json.text("dlr"), of_json.text("custom_tlvs")), (Some("yes".into()), None));
        assert_eq!(of_json.get("content"), Some("é".as_bytes()));
        let of_form =
            read("", "application/x-www-form-urlencoded", "to=%31&to=2").await.expect("read");
        assert_eq!(of_form.number("to"), Some(1));
        assert!(read("content=%zz", "", "").await.expect_err("refused").contains("[content]"));
        assert!(read("", "application/json", "[]").await.is_err());
        assert_eq!(read("", "", &"x".repeat(1_001)).await, Err("Request is too large.".into()));
    }
}
