//! What a request of `sendsms` says, in whichever way: a query, a form, or headers around the text.

use axum::body::Body;
use axum::http::Method;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;

use super::reply::Refused;
use crate::peer::http::compat::form::{BadForm, Form, content_type, octets, unhex};

/// The fields of a request under the names of the query.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Fields(Form);

/// Headers that are fields (Kannel user guide, "SMS-push with POST").
const HEADER: &str = "x-kannel-";

impl Fields {
    /// Reads a request.
    pub(super) async fn of(parts: &Parts, body: Body, bytes_max: usize) -> Result<Self, Refused> {
        let query = parts.uri.query().unwrap_or_default();
        let mut form = Form::read(query.as_bytes()).map_err(refused)?;
        if parts.method == Method::POST {
            let kind = content_type(parts);
            let body = octets(parts, body, bytes_max).await?;
            match kind.as_str() {
                "" | "application/x-www-form-urlencoded" => form.add(&body).map_err(refused)?,
                "text/plain" | "text/html" | "application/octet-stream" => {
                    form = of_headers(parts, &body, &kind)?;
                }
                _ => {
                    let words = "Unsupported content-type, rejected".to_owned();
                    return Err(Refused { status: 415, words });
                }
            }
        }
        Ok(Self(form))
    }

    /// A field under any of its names, the first that is there.
    pub(super) fn get(&self, names: &[&str]) -> Option<&[u8]> {
        names.iter().find_map(|name| self.0.get(name))
    }

    /// A field as text, lossy; empty if it is not there.
    pub(super) fn text(&self, name: &str) -> String {
        self.0.text(name).unwrap_or_default()
    }

    /// A number as `sscanf` reads it: what is none counts as not given, and so does -1.
    pub(super) fn number(&self, names: &[&str]) -> Option<i64> {
        let text = std::str::from_utf8(self.get(names)?).ok()?.trim_start();
        let (sign, digits) = match text.strip_prefix('-') {
            Some(digits) => (-1, digits),
            None => (1, text.strip_prefix('+').unwrap_or(text)),
        };
        let end = digits.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(digits.len());
        // What no number holds is no number anybody allows.
        let value = digits[..end].parse().unwrap_or(i64::MAX);
        (end > 0).then_some(sign * value).filter(|&number| number != -1)
    }
}

fn refused(bad: BadForm) -> Refused {
    match bad {
        BadForm::Escape(_) | BadForm::Name => {
            Refused::because("Charset or body misformed, rejected")
        }
        BadForm::TooMany => Refused::because("Too many fields, rejected"),
    }
}

/// The body is the text, and everything else stands in headers.
fn of_headers(parts: &Parts, body: &[u8], kind: &str) -> Result<Form, Refused> {
    let mut form = Form::default();
    for (name, value) in &parts.headers {
        let Some(field) = name.as_str().strip_prefix(HEADER) else { continue };
        if field == "udh" {
            let udh = unhex(value.as_bytes()).ok_or_else(|| Refused::misformed("UDH"))?;
            form.push(field, udh);
        } else {
            form.push(field, value.as_bytes());
        }
    }
    let said = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let charset = said.unwrap_or_default().split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"'))
    });
    if let Some(charset) = charset {
        form.push("charset", charset);
    }
    if kind == "application/octet-stream" {
        // Octets, unless another coding stands before it.
        form.push("coding", "1");
    }
    form.push("text", body);
    Ok(form)
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    async fn read(request: axum::http::request::Builder, body: &str) -> Result<Fields, Refused> {
        let (parts, body) = request.body(Body::from(body.to_owned())).expect("whole").into_parts();
        Fields::of(&parts, body, 1_000).await
    }

    fn post(kind: &str) -> axum::http::request::Builder {
        Request::post("/cgi-bin/sendsms").header("content-type", kind)
    }

    #[tokio::test]
    async fn a_query_and_a_form_are_read_alike() {
        let query = Request::get("/cgi-bin/sendsms?to=1+2&dlr-mask=31&mclass=x&coding=-1");
        let read_of_query = read(query, "").await.expect("read");
        assert_eq!(read_of_query.get(&["to"]), Some(&b"1 2"[..]));
        assert_eq!(read_of_query.number(&["dlr-mask", "dlrmask"]), Some(31));
        assert_eq!(read_of_query.number(&["mclass"]), None, "as sscanf has it");
        assert_eq!(read_of_query.number(&["coding"]), None, "what Kannel says is undefined");
        let form = post("application/x-www-form-urlencoded; charset=utf-8");
        let read_of_form = read(form, "to=1+2&dlrmask=%2031x").await.expect("read");
        assert_eq!(read_of_form.number(&["dlr-mask", "dlrmask"]), Some(31));
    }

    #[tokio::test]
    async fn headers_say_the_rest_where_the_body_is_the_text() {
        let request = post("text/plain; charset=\"ISO-8859-1\"")
            .header("X-Kannel-Username", "shop")
            .header("X-Kannel-UDH", "050003010201");
        let fields = read(request, "a=b%zz").await.expect("read");
        assert_eq!(fields.get(&["user", "username"]), Some(&b"shop"[..]));
        assert_eq!(fields.get(&["udh"]), Some(&[5, 0, 3, 1, 2, 1][..]));
        assert_eq!(
            (fields.text("text"), fields.text("charset")),
            ("a=b%zz".into(), "ISO-8859-1".into())
        );
        let octets = read(post("application/octet-stream"), "x").await.expect("read");
        assert_eq!(octets.number(&["coding"]), Some(1));
    }

    #[tokio::test]
    async fn what_cannot_be_read_is_refused_in_kannels_words() {
        let form = || post("application/x-www-form-urlencoded");
        let bad_udh = post("text/plain").header("X-Kannel-UDH", "0");
        for (request, body, status, words) in [
            (form(), "text=%zz", 400, "Charset or body misformed, rejected"),
            (form(), &"a=1&".repeat(101), 400, "Too many fields, rejected"),
            (form(), &"a".repeat(1_001), 413, "Request too large, rejected"),
            (post("text/xml"), "<message/>", 415, "Unsupported content-type, rejected"),
            (bad_udh, "x", 400, "UDH field misformed, rejected"),
        ] {
            let refused = read(request, body).await.expect_err("refused");
            assert_eq!((refused.status, refused.words.as_str()), (status, words));
        }
    }
}
