//! What `[[mo_route]]` and the keys about inbound messages may say.

use std::time::Duration;

use super::tests::{errors, parse};
use crate::pipeline::mo_config::{MoParts, MoRouteConfig};

const PARTIES: &str = "[[account]]\nname = \"shop\"\npassword = \"1\"\n\
    [[account]]\nname = \"stops\"\npassword = \"1\"\nmo_parts = \"pass\"\n\
    [[carrier]]\nname = \"one\"\naddress = \"h:1\"\npassword = \"x\"\nmo_join_s = 60\nmo_join_max = 5\n";

#[test]
fn an_mo_route_takes_every_key_it_has() {
    let text = format!(
        "{PARTIES}[[mo_route]]\nname = \"opt-outs\"\ndestination = [\"+447700900123\", \"60777\"]\n\
         prefix = \"+4477\"\ncarrier = \"one\"\nsender = \"+447700900777\"\nsender_prefix = [\"44\"]\n\
         keyword = [\"STOP\", \"Стоп!\"]\naccount = \"stops\"\n[[mo_route]]\naccount = \"shop\"\n"
    );
    let settings = parse(&text).unwrap_or_else(|error| panic!("{error}")).config.settings;
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    let expected = MoRouteConfig {
        name: Some("opt-outs".into()),
        destinations: texts(&["447700900123", "60777"]),
        prefixes: texts(&["4477"]),
        carriers: vec![0],
        senders: texts(&["447700900777"]),
        sender_prefixes: texts(&["44"]),
        keywords: texts(&["stop", "стоп"]),
        account: 1,
    };
    assert_eq!(settings.mo_routes, [expected, MoRouteConfig::default()]);
    assert_eq!(settings.mo_routes[1].called(1), "2");
    let (carrier, account) = (&settings.carriers[0], &settings.accounts[1]);
    assert_eq!((carrier.mo_join, carrier.mo_join_max), (Duration::from_secs(60), 5));
    assert_eq!(account.mo_parts, MoParts::Pass);
}

#[test]
fn what_is_wrong_with_an_mo_route_is_named_with_its_place() {
    let text = format!(
        "{PARTIES}[[mo_route]]\naccount = \"stop\"\n[[mo_route]]\nkeyword = [\"two words\", \"\"]\n\
         carrier = \"two\"\ndestination = \"\"\nprefix = \"ACME\"\nkeywrd = \"x\"\n"
    );
    let errors = errors(&text);
    for expected in [
        "15:11: error: mo_route.1.account = \"stop\": `stop` is no such account; did you mean `shop`?; \
         allowed: an account: shop, stops",
        "16:1: error: mo_route.2.account: is missing; allowed: an account: shop, stops",
        "17:11: error: mo_route.2.keyword = [\"two words\", \"\"]: `two words` cannot be the first word",
        "17:11: error: mo_route.2.keyword = [\"two words\", \"\"]: `` cannot be the first word",
        "18:11: error: mo_route.2.carrier = \"two\": no such carrier; allowed: a carrier: one",
        "19:15: error: mo_route.2.destination = \"\": `` cannot be one",
        "20:10: error: mo_route.2.prefix = \"ACME\": is not a prefix of a number",
        "21:1: error: mo_route.2.keywrd: no such key; did you mean `keyword`?",
    ] {
        let line = format!("test.toml:{expected}");
        assert!(errors.iter().any(|error| error.starts_with(&line)), "{line}\n{errors:#?}");
    }
}
