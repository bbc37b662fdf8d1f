//! The forms that one number may be kept in: addresses are kept as they came.
//!
//! A rep reads out `07700 900123`, the message went to `447700900123`; or the other way. What a number
//! without a country code means is said by the countries that accounts write their numbers in; if there
//! are none, every country is asked whose plan has numbers of this length.

use crate::address::country::Country;
use crate::address::plan::{self, Verdict};
use crate::message::address::NumberKey;

/// Digits of a number's key.
const DIGITS_MAX: usize = 15;

/// Countries of accounts that are asked.
const HOME_MAX: usize = 16;

/// The keys of every form of a number or sender's name, as it was written first.
pub fn keys(text: &str, home: &[Country]) -> Vec<NumberKey> {
    let mut forms = vec![text.to_owned()];
    if is_number(text) {
        let international = international(text, home);
        // Of a number that may be of any country there are forms enough.
        for number in international.iter().take(HOME_MAX) {
            forms.push(format!("00{number}"));
            national(number, home, &mut forms);
        }
        forms.extend(international);
    }
    forms.iter().map(|form| NumberKey::of(form.as_bytes())).collect()
}

/// The beginnings that numbers with this one may be kept with.
pub fn prefixes(text: &str, home: &[Country]) -> Vec<String> {
    let digits = text.trim_start_matches('+');
    let mut forms = vec![digits.to_owned()];
    let codes: Vec<String> =
        home.iter().take(HOME_MAX).filter_map(|&country| code(country)).collect();
    let abroad = text.starts_with('+').then_some(digits).or_else(|| digits.strip_prefix("00"));
    let abroad = abroad.or_else(|| (!digits.starts_with('0')).then_some(digits));
    let international: Vec<String> = match (abroad, digits.strip_prefix('0')) {
        (Some(number), _) => vec![number.to_owned()],
        (None, Some(rest)) if !rest.is_empty() => {
            codes.iter().map(|code| format!("{code}{rest}")).collect()
        }
        _ => Vec::new(),
    };
    for number in international.into_iter().filter(|number| !number.is_empty()) {
        let rest = codes.iter().filter_map(|code| number.strip_prefix(&**code));
        forms.extend(rest.filter(|rest| !rest.is_empty()).map(|rest| format!("0{rest}")));
        forms.push(format!("00{number}"));
        forms.push(number);
    }
    forms.retain(|form| form.len() <= DIGITS_MAX);
    forms
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or(text);
    (5..=20).contains(&digits.len()) && digits.bytes().all(|octet| octet.is_ascii_digit())
}

/// The E.164 digits that a number may stand for.
fn international(text: &str, home: &[Country]) -> Vec<String> {
    if let Some(digits) = text.strip_prefix('+').or_else(|| text.strip_prefix("00")) {
        return vec![digits.to_owned()];
    }
    let is_national = text.starts_with('0');
    // Without a trunk prefix it may be whole already, so that it has to be one of the plan.
    let enough = if is_national { Verdict::Possible } else { Verdict::Valid };
    let of = |country: Country| {
        let number = plan::parse(text, Some(country)).ok()?;
        (number.verdict >= enough).then(|| number.e164.trim_start_matches('+').to_owned())
    };
    let mut numbers: Vec<String> = home.iter().take(HOME_MAX).filter_map(|&one| of(one)).collect();
    if !is_national {
        numbers.push(text.to_owned());
    } else if home.is_empty() {
        numbers.extend(plan::countries().into_iter().filter_map(of));
    }
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// A number of one of our countries as it is written within it: with the trunk prefix that most
/// countries have, and without.
fn national(number: &str, home: &[Country], forms: &mut Vec<String>) {
    let Some((code, rest)) = plan::split(number.as_bytes()) else { return };
    let ours = home.iter().take(HOME_MAX).any(|&one| plan::calling_code(one) == Some(code));
    if ours && let Ok(rest) = str::from_utf8(rest) {
        forms.push(format!("0{rest}"));
        forms.push(rest.to_owned());
    }
}

fn code(country: Country) -> Option<String> {
    plan::calling_code(country).map(|code| code.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(asked: &str, kept: &str, home: &[&str]) -> bool {
        let home: Vec<_> = home.iter().filter_map(|code| Country::from_code(code)).collect();
        keys(asked, &home).contains(&NumberKey::of(kept.as_bytes()))
    }

    #[test]
    fn a_number_is_found_in_the_forms_it_is_kept_in() {
        for asked in ["+447400123456", "07400123456", "447400123456", "00447400123456"] {
            for kept in
                ["447400123456", "+447400123456", "07400123456", "7400123456", "00447400123456"]
            {
                assert!(finds(asked, kept, &["GB"]), "{asked} {kept}");
            }
            assert!(!finds(asked, "447400123457", &["GB"]));
        }
        assert!(finds("2025550123", "12025550123", &["US"]));
        assert!(finds("ACME", "acme", &["GB"]) && finds("60777", "60777", &["GB"]));
    }

    #[test]
    fn a_number_without_a_country_is_one_of_any_that_has_its_like() {
        for kept in ["07700900404", "447700900404"] {
            assert!(finds("07700900404", kept, &[]), "{kept}");
        }
        assert!(
            !finds("07700900404", "447700900404", &["FR"]),
            "where only France writes numbers so"
        );
        let home = [];
        assert!(keys("0770090040", &home).len() <= crate::ledger::number_set::RANGES_MAX);
    }

    #[test]
    fn the_beginning_of_a_number_is_found_within_its_country_and_from_abroad() {
        let home = [Country::from_code("GB").expect("a code")];
        for asked in ["+4479", "079", "004479"] {
            let forms = prefixes(asked, &home);
            assert!(forms.contains(&"4479".to_owned()), "{asked} {forms:?}");
        }
        assert!(prefixes("+4479", &home).contains(&"079".to_owned()));
        assert_eq!(prefixes("0", &home), ["0"]);
        assert_eq!(prefixes("00", &home), ["00"]);
    }
}
