//! The addresses of a profile: how a carrier wants the senders and destinations of its messages.

use super::route;
use super::section::{Given, Section};
use super::words::wrong_type;
use crate::address::outbound::{Form, Forms, Sign};

/// Reads one side of the messages, on top of what the profile extends.
pub(super) fn addresses(section: &Section<'_>, base: Forms) -> Forms {
    let forms = Forms {
        alphanumeric: form(section, "alphanumeric").or(base.alphanumeric),
        short_code: form(section, "short_code").or(base.short_code),
        number: form(section, "number").or(base.number),
        national: form(section, "national").or(base.national),
        plus: section.choice("plus", base.plus, &Sign::WORDS),
        country: route::country(section).or(base.country),
    };
    if forms.national.is_some() && forms.country.is_none() && section.given("country").is_none() {
        let allowed = "the country whose numbers go without their country code";
        section.missing("country", allowed);
    }
    section.finish();
    forms
}

fn form(section: &Section<'_>, key: &'static str) -> Option<Form> {
    let given = section.given(key)?;
    let form = match &given {
        Given::File(value, _) => value.as_array().and_then(|items| {
            let mut octets = items.iter().map(|item| {
                let number = item.get_ref().as_integer()?;
                u8::from_str_radix(number.as_str(), number.radix()).ok()
            });
            match (octets.next(), octets.next(), octets.next()) {
                (Some(Some(ton)), Some(Some(npi)), None) => Some(Form { ton, npi }),
                _ => None,
            }
        }),
        Given::Environment(..) => None,
    };
    if form.is_none() {
        let problem = match &given {
            Given::File(value, _) if value.as_array().is_some() => {
                "is not a type of number and a numbering plan".to_owned()
            }
            _ => wrong_type(&given),
        };
        let allowed = "[TON, NPI], each 0 to 255, such as [1, 1] (SMPP §5.2.5, §5.2.6)";
        section.reject(key, &given, problem, allowed.to_owned());
    }
    form
}
