//! One callback as a request: where it goes, and what is in it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use hyper::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderName};

use super::callback_facts::Facts;
use super::callback_form::{decoded, form, path};
use super::callback_jasmin::ACKNOWLEDGEMENT;
use super::callback_twilio::{TwilioTokens, signature};
use super::client::Delivery;
use super::target::Target;
use super::{callback_jasmin, callback_kannel, callback_twilio};
use crate::message::callback::{CallbackFormat, CallbackMethod, CallbackRef};
use crate::message::callback_url::CallbackUrl;

const FORM: &str = "application/x-www-form-urlencoded";
const TWILIO_SIGNATURE: HeaderName = HeaderName::from_static("x-twilio-signature");

/// Whom a callback is sent to.
pub(super) fn target(url: &CallbackUrl<'_>) -> Target {
    let origin = url.origin();
    let standard = url.port == if url.tls { 443 } else { 80 };
    let authority = origin.split_once("://").map_or(&*origin, |(_, authority)| authority);
    let authority = match authority.rsplit_once(':') {
        Some((host, _)) if standard => host.to_owned(),
        _ => authority.to_owned(),
    };
    Target {
        tls: url.tls,
        host: url.host.clone(),
        port: url.port,
        authority,
        path: "/".to_owned(),
        url: origin,
    }
}

/// What is sent.
pub(super) fn delivery(
    callback: &CallbackRef<'_>,
    url: &CallbackUrl<'_>,
    facts: &Facts,
    tokens: &dyn TwilioTokens,
) -> Delivery {
    let mut delivery = match callback.format {
        CallbackFormat::Kannel => Delivery {
            path: Some(callback_kannel::called(callback, url.rest, facts)),
            post: callback.method == CallbackMethod::Post,
            ..Delivery::default()
        },
        CallbackFormat::Jasmin => {
            let fields = callback_jasmin::fields(callback, facts);
            let mut delivery = with_fields(callback.method, url, &fields);
            delivery.headers.push((ACCEPT, "text/plain".to_owned()));
            delivery.answer_has = Some(ACKNOWLEDGEMENT);
            delivery
        }
        CallbackFormat::Twilio => {
            let fields = callback_twilio::fields(callback, facts);
            let mut delivery = with_fields(callback.method, url, &fields);
            if let Some(token) = tokens.auth_token(callback.context) {
                // In a query the fields are part of the address, and in a form they stand behind it.
                let (address, behind) = match callback.method {
                    CallbackMethod::Post => (callback.url.to_owned(), &fields[..]),
                    CallbackMethod::Get => (queried(callback.url, &fields), &[][..]),
                };
                let signature = signature(token.reveal(), without_fragment(&address), behind);
                delivery.headers.push((TWILIO_SIGNATURE, signature));
            }
            delivery
        }
    };
    if let Some(userinfo) = url.userinfo {
        let (user, password) = userinfo.split_once(':').unwrap_or((userinfo, ""));
        // In an address `+` is a plus.
        let plain = |text: &str| decoded(&text.replace('+', "%2B"));
        let credentials = BASE64.encode(format!("{}:{}", plain(user), plain(password)));
        delivery.headers.push((AUTHORIZATION, format!("Basic {credentials}")));
    }
    delivery
}

fn without_fragment(url: &str) -> &str {
    url.split('#').next().unwrap_or(url)
}

fn pairs<'a>(fields: &'a [(&'a str, String)]) -> impl Iterator<Item = (&'a str, &'a str)> {
    fields.iter().map(|(name, value)| (*name, value.as_str()))
}

/// An address with fields behind its query.
fn queried(url: &str, fields: &[(&str, String)]) -> String {
    let url = without_fragment(url);
    let join = match url.split_once('?') {
        None => "?",
        Some((_, "")) => "",
        Some(_) => "&",
    };
    format!("{url}{join}{}", form(pairs(fields)))
}

fn with_fields(
    method: CallbackMethod,
    url: &CallbackUrl<'_>,
    fields: &[(&str, String)],
) -> Delivery {
    match method {
        CallbackMethod::Get => {
            Delivery { path: Some(path(&queried(url.rest, fields))), ..Delivery::default() }
        }
        CallbackMethod::Post => Delivery {
            post: true,
            path: Some(path(url.rest)),
            headers: vec![(CONTENT_TYPE, FORM.to_owned())],
            body: Bytes::from(form(pairs(fields))),
            answer_has: None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::secret::Secret;
    use crate::message::callback::CallbackWants;

    struct OneToken;

    impl TwilioTokens for OneToken {
        fn auth_token(&self, account_sid: &str) -> Option<Secret> {
            (account_sid == "AC1").then(|| Secret::new(*b"12345"))
        }
    }

    fn call(format: CallbackFormat, method: CallbackMethod, url: &str) -> Delivery {
        let wants = CallbackWants::ALL;
        let callback = CallbackRef { format, method, wants, url, context: "AC1" };
        let read = CallbackUrl::read(url).unwrap();
        delivery(&callback, &read, &Facts::example(), &OneToken)
    }

    #[test]
    fn kannel_is_called_at_its_address_with_the_user_that_stands_in_it() {
        let called = call(CallbackFormat::Kannel, CallbackMethod::Get, "http://u:p%40+@a/d?%d#x");
        assert_eq!((called.post, called.path.as_deref()), (false, Some("/d?1")));
        let basic = format!("Basic {}", BASE64.encode("u:p@+"));
        assert_eq!(called.headers, [(AUTHORIZATION, basic)]);
        assert!(called.body.is_empty());
    }

    #[test]
    fn jasmin_wants_its_acknowledgement_by_either_method() {
        let posted = call(CallbackFormat::Jasmin, CallbackMethod::Post, "http://a/d?x=1");
        assert_eq!((posted.post, posted.path.as_deref()), (true, Some("/d?x=1")));
        assert!(posted.body.starts_with(b"id=uuid-1g9eb1pxa9d6p&level=2&"), "{posted:?}");
        let got = call(CallbackFormat::Jasmin, CallbackMethod::Get, "http://a/d?x=1");
        assert!(
            got.path.as_deref().unwrap().starts_with("/d?x=1&id=uuid-1g9eb1pxa9d6p&"),
            "{got:?}"
        );
        assert!(got.body.is_empty());
        assert!(posted.answer_has.is_some() && got.answer_has.is_some());
    }

    #[test]
    fn twilio_is_signed_over_its_address_as_it_was_given() {
        let url = "https://shop.example/status?a=1";
        let posted = call(CallbackFormat::Twilio, CallbackMethod::Post, url);
        let sent = posted.headers.iter().find(|(name, _)| *name == TWILIO_SIGNATURE);
        let callback = CallbackRef {
            format: CallbackFormat::Twilio,
            method: CallbackMethod::Post,
            wants: CallbackWants::ALL,
            url,
            context: "AC1",
        };
        let fields = callback_twilio::fields(&callback, &Facts::example());
        assert_eq!(sent.unwrap().1, signature(b"12345", url, &fields));
        assert!(posted.body.starts_with(b"AccountSid=AC1&ApiVersion=2010-04-01&From=ACME+1&"));
    }

    #[test]
    fn the_host_is_named_as_it_was_written() {
        let authority = |url| target(&CallbackUrl::read(url).unwrap()).authority;
        assert_eq!(authority("http://A.example/"), "a.example");
        assert_eq!(authority("https://a.example:8443/"), "a.example:8443");
        assert_eq!(authority("http://[::1]/"), "[::1]");
    }
}
