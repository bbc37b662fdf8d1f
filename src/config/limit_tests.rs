//! `[[limit]]` and the rates of routes: what is taken, and what is told of the rest.

use std::path::Path;

use super::file::{Checked, Config, Surroundings};
use super::finding::ConfigError;
use crate::pipeline::limit_config::{LIMITS_MAX, LimitConfig};

const CARRIER: &str = "[[carrier]]\nname = \"one\"\naddress = \"h:1\"\npassword = \"x\"\n\
    [[route]]\ncarrier = \"one\"\n";

fn parse(keys: &str) -> Result<Checked, ConfigError> {
    let text = format!("{CARRIER}{keys}");
    Config::parse("test.toml", &text, Path::new(""), Surroundings::default())
}

fn errors(keys: &str) -> String {
    parse(keys).expect_err("something is wrong with it").to_string()
}

#[test]
fn a_limit_and_a_routes_rate_are_taken_with_as_much_burst_as_a_second_has() {
    let keys = "rate_per_second = 100\n[[limit]]\nprefix = \"+4477\"\nrate_per_second = 50\n\
        [[limit]]\nname = \"rest\"\nprefix = [\"44\", \"1\"]\ncarrier = \"one\"\n\
        rate_per_second = 7\nburst = 3\n";
    let settings = parse(keys).unwrap_or_else(|error| panic!("{error}")).config.settings;
    assert_eq!((settings.routes[0].rate_per_second, settings.routes[0].burst), (Some(100), 100));
    let first = LimitConfig {
        name: None,
        prefixes: vec!["4477".into()],
        carrier: None,
        rate_per_second: 50,
        burst: 50,
    };
    let second = LimitConfig {
        name: Some("rest".into()),
        prefixes: vec!["44".into(), "1".into()],
        carrier: Some(0),
        rate_per_second: 7,
        burst: 3,
    };
    assert_eq!(settings.limits, [first, second]);
}

#[test]
fn what_a_limit_cannot_say_is_told_with_what_it_can() {
    let rate = "rate_per_second = 5\n";
    for (keys, told) in [
        ("prefix = \"44\"\n", "limit.1.rate_per_second: is missing; allowed: parts per second"),
        (rate, "limit.1.prefix: is missing; allowed: up to 15 digits"),
        ("prefix = \"4x\"\nrate_per_second = 5\n", "limit.1.prefix = \"4x\": is not a prefix"),
        ("prefix = \"\"\nrate_per_second = 0\n", "rate_per_second = 0: is too small; allowed: a"),
        ("prefix = \"\"\nrate_per_second = 5\ncarrier = \"on\"\n", "did you mean `one`?"),
        ("prefix = \"\"\nrate = 5\n", "limit.1.rate: no such key"),
        (
            "prefix = \"44\"\nrate_per_second = 5\n[[limit]]\nprefix = [\"1\", \"+44\"]\n\
             rate_per_second = 6\n",
            "`44` is limited by limit 1 already; allowed: each prefix once, or once for each carrier",
        ),
    ] {
        let errors = errors(&format!("[[limit]]\n{keys}"));
        assert!(errors.contains(told), "{told}\n{errors}");
    }
}

#[test]
fn one_limit_too_many_is_refused() {
    let limit = |number: usize| format!("[[limit]]\nprefix = \"{number}\"\nrate_per_second = 1\n");
    let limits: String = (0..LIMITS_MAX).map(limit).collect();
    assert!(parse(&limits).is_ok());
    let errors = errors(&format!("rate_per_second = 3\n{limits}"));
    assert!(errors.contains("is one of 1001 limits and routes with a rate"), "{errors}");
}
