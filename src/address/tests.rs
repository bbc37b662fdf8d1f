//! The plans against libphonenumber's own examples, and against what is no number at all.

use std::path::{Path, PathBuf};

use super::canonical::canonical;
use super::country::Country;
use super::kind::{Kind, e164_digits};
use super::plan::{self, Verdict};
use crate::message::address::Address;

/// The rows of a file of shared vectors, if the folder is there.
fn rows(name: &str) -> Vec<Vec<String>> {
    let folder = std::env::var_os("POSTRIDER_VECTORS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/vectors"),
        PathBuf::from,
    );
    let Ok(text) = std::fs::read_to_string(folder.join(name)) else {
        println!("skipped: no {name} in {}", folder.display());
        return Vec::new();
    };
    text.lines().skip(1).map(fields).collect()
}

/// The fields of a line of CSV; none of ours goes over a line.
fn fields(line: &str) -> Vec<String> {
    let (mut fields, mut field, mut quoted) = (Vec::new(), String::new(), false);
    for letter in line.chars() {
        match letter {
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(std::mem::take(&mut field)),
            _ => field.push(letter),
        }
    }
    fields.push(field);
    fields
}

fn country(code: &str) -> Option<Country> {
    Country::from_code(code)
}

#[test]
fn numbers_are_read_as_libphonenumber_reads_them() {
    for row in rows("phone-parse.csv") {
        let [input, region, e164, verdict, used_for, found] = &row[..] else { panic!("{row:?}") };
        let read = plan::parse(input, country(region));
        if verdict == "unparsable" {
            assert!(read.is_err(), "{row:?}: {read:?}");
            continue;
        }
        let number = read.unwrap_or_else(|error| panic!("{row:?}: {error}"));
        let country = number.country.map_or(String::new(), |country| country.to_string());
        assert_eq!(
            [&number.e164, number.verdict.name(), number.used_for.name(), &country],
            [e164.as_str(), verdict, used_for, found],
            "{row:?}"
        );
    }
}

/// A range that several countries have, as toll-free numbers of North America, is the first one's.
fn is_of(found: Option<Country>, home: Option<Country>, calling_code: u16) -> bool {
    let place = |country: Option<Country>| {
        plan::countries_of(calling_code).iter().position(|&other| Some(other) == country)
    };
    place(found).is_some_and(|found| place(home).is_some_and(|home| found <= home))
}

#[test]
fn the_examples_of_every_country_are_valid_numbers_of_it() {
    let us = country("US");
    for row in rows("phone-examples.csv") {
        let [region, code, _, _, _, nsn, national, e164, international, from_us, used_for] =
            &row[..]
        else {
            panic!("{row:?}")
        };
        let home = country(region);
        for (text, default) in
            [(e164, None), (international, None), (national, home), (from_us, us)]
        {
            let number = plan::parse(text, default).unwrap_or_else(|e| panic!("{row:?}: {e}"));
            assert_eq!((&number.e164, &number.national), (e164, nsn), "{text} of {default:?}");
            assert_eq!(number.verdict, Verdict::Valid, "{row:?}");
            assert_eq!(number.used_for.name(), used_for);
            assert!(is_of(number.country, home, number.calling_code), "{row:?}: {number:?}");
        }
        let digits = e164.trim_start_matches('+').as_bytes();
        let (calling_code, _) = plan::split(digits).expect("a code");
        assert_eq!(&calling_code.to_string(), code);
        assert!(is_of(plan::country_of(digits), home, calling_code), "{e164}");
        assert_eq!(e164_digits(e164.as_bytes()), Some(digits));
        let address = Address { ton: 1, npi: 1, addr: e164.as_bytes() };
        assert_eq!(&*canonical(&address, us).addr, digits);
    }
}

#[test]
fn short_codes_are_never_completed() {
    for row in rows("short-codes.csv") {
        let home = country(&row[0]);
        for code in row[1..].iter().filter(|code| !code.is_empty()) {
            for (ton, npi) in [(3, 0), (3, 9), (6, 0), (0, 0)] {
                let address = Address { ton, npi, addr: code.as_bytes() };
                let canonical = canonical(&address, home);
                assert_eq!(canonical.kind, Kind::ShortCode, "{code} of {home:?} as {ton}/{npi}");
                assert_eq!(&*canonical.addr, code.as_bytes());
            }
        }
    }
}

#[test]
fn types_and_plans_of_the_field_are_told_apart() {
    for row in rows("smpp-ton-npi.csv") {
        let [name, ton, npi, ..] = &row[..] else { panic!("{row:?}") };
        let (addr, kind) = match name.as_str() {
            "international MSISDN" => ("447400123456", Kind::International),
            "international, plus kept" => ("+447400123456", Kind::International),
            "national MSISDN" => ("07400123456", Kind::National),
            "unknown" | "unknown ISDN" => ("447400123456", Kind::Unknown),
            "alphanumeric sender" => ("ACME", Kind::Alphanumeric),
            "short code" => ("60777", Kind::ShortCode),
            "subscriber number" => ("123456", Kind::Subscriber),
            "IP sender" => ("192.0.2.1", Kind::Internet),
            "e-mail style" => ("a@example.net", Kind::WapClient),
            other => panic!("{other} is not known"),
        };
        let (ton, npi) = (ton.parse().expect("a number"), npi.parse().expect("a number"));
        assert_eq!(Kind::of(&Address { ton, npi, addr: addr.as_bytes() }), kind, "{row:?}");
    }
}

#[test]
fn calling_codes_lead_to_their_countries() {
    let codes =
        |code: u16| -> Vec<&str> { plan::countries_of(code).iter().map(Country::code).collect() };
    assert_eq!(codes(33), ["FR"]);
    assert_eq!(codes(7), ["RU", "KZ"]);
    assert_eq!((codes(1).len(), codes(1)[0]), (25, "US"));
    assert_eq!(codes(44), ["GB", "GG", "IM", "JE"]);
    assert_eq!((codes(999), codes(0), codes(800)), (vec![], vec![], vec!["001"]));
    assert_eq!(plan::calling_code(country("KZ").expect("a code")), Some(7));
    assert_eq!(plan::calling_code(country("ZZ").expect("a code")), None);
    assert!(plan::countries().len() > 200);
}

#[test]
fn a_country_that_shares_its_code_is_told_by_its_ranges_or_not_at_all() {
    let of = |digits: &str| plan::country_of(digits.as_bytes()).map(|country| country.to_string());
    assert_eq!(of("77710009998").as_deref(), Some("KZ"));
    assert_eq!(of("79123456789").as_deref(), Some("RU"));
    assert_eq!(of("18765551234").as_deref(), Some("JM"));
    assert_eq!(of("12125550123").as_deref(), Some("US"));
    assert_eq!(of("447797712345").as_deref(), Some("JE"));
    assert_eq!(of("390212345678").as_deref(), Some("IT"), "the 0 stays");
    assert_eq!(of("33000").as_deref(), Some("FR"), "nobody else has 33");
    assert_eq!(of("440000000000"), None, "in no plan of the four");
    for nobody in ["", "0", "999123", "1", "44", "ACME", "7\u{0661}"] {
        assert_eq!(of(nobody), None, "{nobody:?}");
    }
}

#[test]
fn no_text_makes_the_plans_panic() {
    let mut random = fastrand::Rng::with_seed(4);
    let letters: Vec<char> =
        "+0123456789 ()-.;=/#*,xXtelphoncgéК٠８\u{feff}\0\"&~[]".chars().collect();
    let countries = plan::countries();
    for _ in 0..20_000 {
        let text: String =
            (0..random.usize(..40)).map(|_| letters[random.usize(..letters.len())]).collect();
        let home = random.bool().then(|| countries[random.usize(..countries.len())]);
        if let Ok(number) = plan::parse(&text, home) {
            assert!(
                number.e164.starts_with('+')
                    && number.e164[1..].bytes().all(|d| d.is_ascii_digit())
            );
        }
        let address = Address { ton: random.u8(..8), npi: random.u8(..20), addr: text.as_bytes() };
        let _ = canonical(&address, home);
        let _ = plan::country_of(text.as_bytes());
    }
    let long = "1".repeat(100_000);
    assert!(plan::parse(&long, country("GB")).is_err());
    assert!(plan::parse("+44", country("ZZ")).is_err());
}
