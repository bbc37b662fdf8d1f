//! What the configuration takes and refuses, and that the files in `config/` stay true.

use std::path::Path;

use super::file::{Checked, Config, Surroundings};
use super::finding::{Finding, Place, Severity};
use super::place::Source;
use super::section::Reader;
use crate::address::country::Country;
use crate::address::kind::Kind;
use crate::peer::export::config::ExportConfig;
use crate::peer::http::config::Scope;
use crate::peer::http::console::config::Role;
use crate::pipeline::route_config::RouteConfig;
use crate::pipeline::settings::{AccountConfig, BindMode, CarrierConfig, InDoubt, Settings};
use crate::route::rule::Budget;

const LOOPBACK: &str = include_str!("../../config/loopback.toml");
const POSTRIDER: &str = include_str!("../../config/postrider.toml");

pub(super) fn parse(text: &str) -> Result<Checked, super::finding::ConfigError> {
    Config::parse("test.toml", text, Path::new(""), Surroundings::default())
}

fn findings(text: &str) -> Vec<Finding> {
    parse(text).expect_err("something is wrong with it").findings
}

/// What is wrong, without the warnings, as people read it.
pub(super) fn errors(text: &str) -> Vec<String> {
    findings(text)
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .map(ToString::to_string)
        .collect()
}

fn with_environment(text: &str, name: &str, value: &str) -> Result<Checked, String> {
    let surroundings = Surroundings {
        environment: vec![(name.into(), value.into()), ("HOME".into(), "/".into())],
        credentials: None,
    };
    Config::parse("test.toml", text, Path::new(""), surroundings).map_err(|error| error.to_string())
}

const CARRIER: &str = "[[carrier]]\nname = \"sink\"\naddress = \"[::1]:2776\"\npassword = \"x\"\n";

#[test]
fn the_loopback_file_is_what_the_load_tests_expect() {
    let checked = parse(LOOPBACK).expect("it is right");
    assert_eq!(checked.warnings, []);
    let Config { settings, http, .. } = checked.config;
    assert_eq!(settings.smpp.listen, "127.0.0.1:2775".parse().ok());
    let [load, slow] = &settings.accounts[..] else { panic!("two accounts") };
    assert_eq!((load.name.as_str(), load.system_id.as_str()), ("load", "load"));
    assert!(load.password.matches(b"load") && slow.password.matches(b"slow"));
    assert_eq!((load.rate_per_second, load.binds_max, load.window), (None, 64, 1000));
    assert_eq!((slow.rate_per_second, slow.burst), (Some(100), 100));
    let [sink] = &settings.carriers[..] else { panic!("one carrier") };
    assert_eq!((sink.address.as_str(), sink.system_id.as_str()), ("127.0.0.1:2776", "sink"));
    assert_eq!((sink.binds, sink.window, sink.rate_per_second), (4, 1000, None));
    assert_eq!((sink.bind_mode, sink.receivers), (BindMode::Transceiver, 0));
    assert_eq!(settings.routes, [RouteConfig::to("", 0)]);
    assert_eq!(http.listen, "127.0.0.1:8080".parse().ok());
    assert!(http.keys[0].may(Scope::NumbersReveal));
    assert_eq!(http.keys[0].account.as_deref(), Some("load"));
    let users = http.console.users.iter().map(|user| (&*user.name, user.role));
    assert!(users.eq([("rep", Role::Support), ("op", Role::Operator)]));
}

/// Takes the `#` from every line that shows a key or a section.
fn uncommented(text: &str) -> String {
    let line = |line: &str| match line.strip_prefix('#') {
        Some(rest)
            if rest.starts_with(|first: char| first == '[' || first.is_ascii_lowercase()) =>
        {
            format!("{rest}\n")
        }
        _ => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

#[test]
fn the_documented_file_as_it_stands_changes_nothing() {
    let config = parse(POSTRIDER).expect("it is right").config;
    assert_eq!(format!("{config:?}"), format!("{:?}", Config::default()));
}

#[test]
fn the_documented_file_shows_every_default() {
    // Secrets in files that are not there.
    let text = uncommented(POSTRIDER).replace("{ file = ", "\"x\" # ");
    let config = parse(&text).expect("uncommented, it is right").config;
    let Config { settings, http, exports, log, .. } = config;
    let example = ExportConfig {
        name: "cdr".into(),
        directory: "/var/lib/postrider/export".into(),
        ..ExportConfig::default()
    };
    assert_eq!(exports, [example]);
    let Settings { mut accounts, mut carriers, .. } = settings.clone();
    // What has no default is an example.
    let example = AccountConfig {
        name: "example".into(),
        system_id: "example".into(),
        password: accounts[0].password.clone(),
        rate_per_second: Some(100),
        burst: 100,
        country: Country::from_code("GB"),
        carrier: Some("example".into()),
        ..AccountConfig::default()
    };
    assert_eq!(format!("{:?}", accounts.remove(0)), format!("{example:?}"));
    let example = CarrierConfig {
        name: "example".into(),
        address: "smsc.example.net:2775".into(),
        system_id: "example".into(),
        password: carriers[0].password.clone(),
        rate_per_second: Some(100),
        burst: 100,
        mo_account: Some("example".into()),
        ..CarrierConfig::default()
    };
    assert_eq!(format!("{:?}", carriers.remove(0)), format!("{example:?}"));
    let (routes, mo_routes) = (Vec::new(), Vec::new());
    let rest = Settings { accounts, carriers, routes, mo_routes, ..settings };
    assert_eq!(format!("{rest:?}"), format!("{:?}", Settings::default()));
    let default = Config::default();
    assert_eq!(format!("{log:?}"), format!("{:?}", default.log));
    assert_eq!(http.listen, default.http.listen);
}

#[test]
fn the_documented_file_has_every_key() {
    let text = uncommented(POSTRIDER);
    let source = Source { name: "", text: &text, environment: Vec::new() };
    let reader = Reader::new(&source);
    let root = toml::de::DeTable::parse(&text).expect("TOML").into_inner();
    let places = super::secret::SecretPlaces::default();
    super::check::read(&reader, &places, &root);
    let sections = " smpp account carrier route limit mo_route http http.key log spool ledger \
                    export callbacks opt_outs kannel jasmin telemetry console user";
    let sections: Vec<&str> = sections.split(' ').collect();
    for (section, key) in reader.known.into_inner() {
        let inner = [format!("[{section}.{key}]"), format!("[{section}.{key}.")];
        if sections.contains(&key) || inner.iter().any(|inner| POSTRIDER.contains(inner)) {
            continue;
        }
        let begin = POSTRIDER.find(&format!("[{section}]")).unwrap_or(0);
        let shown = POSTRIDER[begin..].lines().any(|line| {
            line.trim_start_matches('#')
                .strip_prefix(key)
                .is_some_and(|rest| rest.starts_with(" ="))
        });
        assert!(shown, "[{section}] {key}");
    }
}

/// Takes the `##` from every line of a section that most do without.
fn without_hashes(text: &str) -> String {
    let line = |line: &str| line.strip_prefix("##").unwrap_or(line).to_owned() + "\n";
    uncommented(text).lines().map(line).collect()
}

#[test]
fn the_documented_file_has_every_key_of_tls_and_of_outbind() {
    let text = without_hashes(POSTRIDER);
    let source = Source { name: "", text: &text, environment: Vec::new() };
    let reader = Reader::new(&source);
    let root = toml::de::DeTable::parse(&text).expect("TOML").into_inner();
    let places = super::secret::SecretPlaces::default();
    let (config, _) = super::check::read(&reader, &places, &root);
    for (section, keys) in [
        ("smpp.listener", 3),
        ("smpp.listener.tls", 5),
        ("carrier.tls", 7),
        ("carrier.outbind", 5),
        ("account.outbind", 6),
    ] {
        let begin = POSTRIDER.find(&format!("[{section}]")).expect("a section");
        let known = reader.known.borrow();
        let mut known: Vec<&str> =
            known.iter().filter(|(kind, _)| *kind == section).map(|(_, key)| *key).collect();
        known.sort_unstable();
        known.dedup();
        assert_eq!(known.len(), keys, "[{section}] {known:?}");
        for key in known {
            let shown = [format!("##{key} = "), format!("##[{section}.{key}]")];
            let shown = shown.iter().any(|shown| POSTRIDER[begin..].contains(shown));
            assert!(shown, "[{section}] {key}");
        }
    }
    // All that is wrong with it are the files that are not there, and what the routes of
    // two carriers show on one.
    for finding in reader.findings.into_inner() {
        let said = finding.to_string();
        let fine = finding.severity == Severity::Warning
            || said.contains("cannot be read")
            || said.contains(".tls.certificates: is missing")
            || said.contains("`another` is no such carrier")
            || said.contains("is a circle")
            || said.contains("stands beside");
        assert!(fine, "{said}");
    }
    let outbind = config.settings.accounts[0].outbind.as_ref().expect("an outbind");
    assert_eq!(outbind.address, "app.example.net:2775");
    assert_eq!(config.settings.carriers[0].outbind.as_ref().expect("one").connections_max, 4);
}

#[test]
fn an_error_names_file_line_column_key_value_and_what_is_allowed() {
    let text = format!("{CARRIER}window = 0\n");
    assert_eq!(
        errors(&text),
        ["test.toml:5:10: error: carrier.sink.window = 0: is too small; allowed: a whole number \
          from 1 to 100000"]
    );
}

#[test]
fn a_misspelt_key_is_answered_with_the_one_meant() {
    let text = format!("{CARRIER}widnow = 5\n[smpp]\nlisten_on = \"x\"\n");
    let errors = errors(&text);
    assert!(
        errors[0].starts_with(
            "test.toml:5:1: error: carrier.sink.widnow: no such key; did you mean `window`?; \
             allowed: address, attempts_max, "
        ),
        "{errors:#?}"
    );
    assert!(errors[1].starts_with("test.toml:7:1: error: smpp.listen_on: no such key"));
    assert!(super::words::did_you_mean("htpp", ["http", "log"].into_iter()).contains("`http`"));
}

#[test]
fn everything_wrong_is_told_at_once() {
    let text = r#"
shards = "many"
[[account]]
name = "a b"
[[account]]
name = "b"
password = "1"
bind_modes = ["transmiter"]
[[carrier]]
name = "sink"
address = "localhost"
password = "x"
rebind_min_ms = 5000
rebind_max_ms = 10
in_doubt = "ask"
mo_account = "c"
[[route]]
carrier = "snik"
[[route]]
prefix = "+44"
carrier = "sink"
[[route]]
prefix = "44"
carrier = "sink"
[log]
level = "verbose"
[[http.key]]
scopes = ["messages:sent"]
sha256 = "12"
"#;
    let errors = errors(text);
    let expected = [
        "2:10: error: shards = \"many\": is a string",
        "3:1: error: account.a b.password: is missing",
        "4:8: error: account.a b.name = \"a b\": cannot be a name",
        "8:14: error: account.b.bind_modes = [\"transmiter\"]: `transmiter` is not known; did you mean `transmitter`?",
        "11:11: error: carrier.sink.address = \"localhost\": has no port",
        "14:17: error: carrier.sink.rebind_max_ms = 10: is less than rebind_min_ms",
        "15:12: error: carrier.sink.in_doubt = \"ask\": is not known",
        "16:14: error: carrier.sink.mo_account = \"c\": no such account",
        "18:11: error: route.1.carrier = \"snik\": no such carrier; did you mean `sink`?",
        "23:10: error: route.3.prefix = \"44\": is there twice",
        "26:9: error: log.level = \"verbose\": is not a level",
        "28:10: error: http.key.1.scopes",
        "29:10: error: http.key.1.sha256 = \"12\": is not a SHA-256 digest",
    ];
    for expected in expected {
        let line = format!("test.toml:{expected}");
        assert!(errors.iter().any(|error| error.starts_with(&line)), "{line}\n{errors:#?}");
    }
    assert_eq!(errors.len(), expected.len(), "{errors:#?}");
}

#[test]
fn a_key_of_the_api_says_what_it_may_do_from_where_and_how_often() {
    let base = "[[account]]\nname = \"shop\"\npassword = \"1\"\n";
    let keys = |text: &str| parse(&format!("{base}{text}")).map(|checked| checked.config.http.keys);
    let plain = keys("[[http.key]]\nkey = \"a\"\naccount = \"shop\"\n").expect("enough");
    assert_eq!(plain[0].scopes, Scope::DEFAULT, "what keys of old configurations had");
    assert_eq!((plain[0].name.as_str(), plain[0].rate), ("http.key.1", None));
    let text = "[[http.key]]\nname = \"ops\"\nkey = \"a\"\nscopes = [\"carriers:write\"]\n\
                ips = [\"10.0.0.0/8\", \"::1\"]\nrate_per_second = 5\nburst = 9\n";
    let ops = keys(text).expect("right").remove(0);
    assert!(ops.may(Scope::CarriersWrite) && !ops.may(Scope::MessagesRead));
    assert!(ops.allows([10, 9, 8, 7].into()) && !ops.allows([11, 0, 0, 1].into()));
    let rate = ops.rate.expect("one");
    assert_eq!((rate.per_second.get(), rate.burst.get()), (5, 9));
    for (wrong, said) in [
        ("scopes = []", "allows nothing at all"),
        ("ips = [\"10.0.0.0/33\"]", "`10.0.0.0/33` is no address or network"),
        ("ips = []", "has 0 entries"),
        ("name = \"a b\"", "cannot be a name"),
        ("account = \"shop\"\nscopes = [\"audit:read\"]", "`audit:read` reaches beyond an account"),
        ("name = \"x\"\n[[http.key]]\nname = \"x\"\nkey = \"b\"", "is there twice"),
    ] {
        let error = keys(&format!("[[http.key]]\nkey = \"a\"\n{wrong}\n")).expect_err(wrong);
        assert!(error.to_string().contains(said), "{error}");
    }
}

const TWO_CARRIERS: &str = "[[account]]\nname = \"a\"\npassword = \"1\"\ncarrier = \"two\"\n\
    [[carrier]]\nname = \"one\"\naddress = \"h:1\"\npassword = \"x\"\n\
    [[carrier]]\nname = \"two\"\naddress = \"h:2\"\npassword = \"x\"\n";

#[test]
fn a_route_takes_every_key_it_has() {
    let text = format!(
        "{TWO_CARRIERS}[[route]]\nname = \"uk\"\norder = 5\nprefix = [\"+447\", \"441\"]\n\
         country = \"gb\"\naccount = \"a\"\nsender = [\"+4477\", \"ACME\"]\nsender_prefix = \"6\"\n\
         sender_kind = [\"short_code\"]\ntag = \"otp\"\nparts_max = 3\ncarrier = \"one\"\nweight = 7\n\
         cost = 9\ncarriers_max = 2\nfailover_s = 60\n\
         [[route]]\ncarrier = \"one\"\nfailover = [\"two\"]\n"
    );
    let checked = parse(&text).unwrap_or_else(|error| panic!("{error}"));
    assert!(checked.warnings.iter().all(|warning| !warning.problem.contains("route")));
    let [uk, rest] = &checked.config.settings.routes[..] else { panic!("two routes") };
    let expected = RouteConfig {
        name: Some("uk".into()),
        order: 5,
        prefixes: vec!["447".into(), "441".into()],
        countries: Country::from_code("GB").into_iter().collect(),
        accounts: vec![0],
        senders: vec!["4477".into(), "ACME".into()],
        sender_prefixes: vec!["6".into()],
        sender_kinds: vec![Kind::ShortCode],
        tags: vec!["otp".into()],
        parts: 0..=3,
        weight: 7,
        cost: 9,
        budget: Budget { carriers_max: 2, time_max: std::time::Duration::from_secs(60) },
        ..RouteConfig::default()
    };
    assert_eq!(uk, &expected);
    assert!(rest.is_default());
    assert_eq!((rest.carrier, &rest.failover[..]), (0, &[1][..]));
}

#[test]
fn what_a_route_cannot_say_is_told_with_what_it_can() {
    for (keys, problem) in [
        (
            "prefix = [\"44\", \"4x\"]",
            "prefix = [\"44\", \"4x\"]: is not a prefix of a number; allowed: up to",
        ),
        ("prefix = 44", "prefix = 44: is a number; allowed: up to 15 digits"),
        ("country = \"UK\"", "country = \"UK\": `UK` has no numbering plan"),
        (
            "country = \"Britain\"",
            "`Britain` is not the code of a country; allowed: a country of ISO",
        ),
        (
            "account = \"b\"",
            "account = \"b\": `b` is no such account; did you mean `a`?; allowed: an account: a",
        ),
        ("sender = \"\"", "sender = \"\": `` cannot be one"),
        ("sender_kind = [\"name\"]", "`name` is not known; allowed: a list of \"international\""),
        (
            "parts_min = 3\nparts_max = 2",
            "parts_max = 2: is less than parts_min; allowed: at least parts_min, 3",
        ),
        ("weight = 0", "weight = 0: is too small; allowed: a whole number from 1 to"),
        ("failover = [\"tow\"]", "`tow` is no such carrier; did you mean `two`?"),
        (
            "failover = [\"one\"]",
            "failover = [\"one\"]: `one` would be tried twice; allowed: each carrier once",
        ),
        ("failover = [\"two\", \"two\"]", "`two` would be tried twice"),
        (
            "account = \"a\"\nfailover = \"two\"",
            "failover = \"two\": is a circle: account a is carrier two",
        ),
        ("carriers_max = 17", "carriers_max = 17: is too large"),
        ("via = \"x\"", "route.1.via: no such key"),
    ] {
        let errors = errors(&format!("{TWO_CARRIERS}[[route]]\ncarrier = \"one\"\n{keys}\n"));
        assert_eq!(errors.len(), 1, "{errors:#?}");
        assert!(errors[0].contains(problem), "{problem}\n{errors:#?}");
        assert!(errors[0].starts_with("test.toml:1"), "{errors:#?}");
    }
}

#[test]
fn a_carrier_that_is_this_gateway_is_a_circle() {
    let text = |listen: &str, address: &str| {
        format!(
            "[smpp]\nlisten = \"{listen}\"\n[[account]]\nname = \"me\"\npassword = \"1\"\n[[carrier]]\n\
             name = \"out\"\naddress = \"{address}\"\nsystem_id = \"me\"\npassword = \"1\"\n\
             [[route]]\ncarrier = \"out\"\n"
        )
    };
    for (listen, address) in [
        ("0.0.0.0:2775", "127.0.0.1:2775"),
        ("0.0.0.0:2775", "localhost:2775"),
        ("[::]:2775", "[::1]:2775"),
        ("192.0.2.1:2775", "192.0.2.1:2775"),
        ("127.0.0.1:2775", "localhost:2775"),
    ] {
        let errors = errors(&text(listen, address));
        assert!(
            errors[0].contains("route.1.carrier = \"out\": is a circle: carrier out at")
                && errors[0].contains("as account me"),
            "{listen} {address} {errors:#?}"
        );
    }
    for (listen, address) in [
        ("0.0.0.0:2775", "127.0.0.1:2776"),
        ("0.0.0.0:2775", "192.0.2.1:2775"),
        ("192.0.2.1:2775", "127.0.0.1:2775"),
        ("off", "127.0.0.1:2775"),
    ] {
        assert!(parse(&text(listen, address)).is_ok(), "{listen} {address}");
    }
}

#[test]
fn routes_of_one_rank_say_how_they_share() {
    let routes = |first: &str, second: &str| {
        format!("{TWO_CARRIERS}[[route]]\ncarrier = \"one\"\n{first}[[route]]\n{second}")
    };
    let twice = errors(&routes("", "carrier = \"two\"\n"));
    assert!(
        twice[0].contains("route.2.prefix: is there twice; allowed: a value of its own"),
        "{twice:?}"
    );
    assert!(parse(&routes("weight = 1\n", "carrier = \"two\"\nweight = 2\n")).is_ok());
    assert!(parse(&routes("cost = 1\n", "carrier = \"two\"\ncost = 2\n")).is_ok());
    assert!(!errors(&routes("cost = 1\n", "carrier = \"one\"\ncost = 2\n")).is_empty());
    let checked = parse(&routes("tag = \"a\"\n", "carrier = \"two\"\nsender = \"b\"\n"));
    let warnings: Vec<String> =
        checked.expect("it can be used").warnings.iter().map(ToString::to_string).collect();
    assert!(
        warnings.iter().any(|warning| warning.contains("ranks as route 1 does")),
        "{warnings:?}"
    );
}

#[test]
fn an_account_is_a_carrier_that_there_is() {
    let errors =
        errors("[[account]]\nname = \"a\"\npassword = \"1\"\ncarrier = \"x\"\ncountry = \"ZZ\"\n");
    assert!(errors[0].contains("account.a.carrier = \"x\": no such carrier"), "{errors:?}");
    assert!(
        errors[1].contains("account.a.country = \"ZZ\": `ZZ` has no numbering plan"),
        "{errors:?}"
    );
}

#[test]
fn what_is_not_toml_says_where() {
    let errors = errors("[smpp]\nlisten = \n");
    assert!(errors[0].starts_with("test.toml:2:"), "{errors:?}");
    assert!(errors[0].contains("this is not TOML"), "{errors:?}");
}

#[test]
fn names_and_system_ids_are_there_once() {
    let account = "[[account]]\nname = \"a\"\npassword = \"1\"\n";
    let errors = errors(&format!("{account}{account}{CARRIER}{CARRIER}"));
    assert_eq!(errors.len(), 3, "{errors:#?}");
    assert!(errors[0].contains("account.a.system_id: is there twice"), "{errors:#?}");
    assert!(errors[1].starts_with("test.toml:5:8: error: account.a.name"), "{errors:#?}");
}

#[test]
fn the_limits_of_smpp_5_2_are_kept() {
    let text = "[[account]]\nname = \"a-name-of-sixteen\"\npassword = \"1\"\n";
    assert!(errors(text)[0].contains("account.a-name-of-sixteen.system_id: is missing"));
    let text = "[smpp]\nsystem_id = \"sixteen-octets-x\"\n";
    assert!(errors(text)[0].contains("printable ASCII of at most 15 octets (SMPP §5.2.1)"));
    let text = format!("{CARRIER}system_type = \"thirteen-octs\"\n");
    assert!(errors(&text)[0].contains("at most 12 octets (SMPP §5.2.3)"));
}

#[test]
fn a_long_password_is_taken_with_a_warning_that_does_not_show_it() {
    let text = LOOPBACK.replace("password = \"load\"", "password = \"hunter2hunter2\"");
    let checked = parse(&text).expect("it can be used");
    let [warning] = &checked.warnings[..] else { panic!("{:?}", checked.warnings) };
    assert_eq!(warning.severity, Severity::Warning);
    assert!(warning.to_string().contains("longer than the 8 octets"), "{warning}");
    assert!(!warning.to_string().contains("hunter2"), "{warning}");
    assert!(!format!("{:?}", checked.config).contains("hunter2"));
}

#[test]
fn no_error_shows_a_secret() {
    let text = "[[account]]\nname = \"a\"\npassword = 123456\n\
                [[account]]\nname = \"b\"\npassword = \"hun\\u0000ter\"\n";
    let errors = errors(text).join("\n");
    assert!(errors.contains("account.a.password: is not a secret"), "{errors}");
    assert!(!errors.contains("123456") && !errors.contains("hun"), "{errors}");
}

#[test]
fn a_secret_comes_from_a_file_beside_or_from_a_credential() {
    let directory = tempfile::tempdir().expect("a directory");
    std::fs::write(directory.path().join("one"), "alpha\n").expect("written");
    std::fs::write(directory.path().join("two"), "beta").expect("written");
    let text = "[[account]]\nname = \"a\"\npassword = { file = \"one\" }\n\
                [[account]]\nname = \"b\"\npassword = { credential = \"two\" }\n";
    let surroundings =
        Surroundings { environment: Vec::new(), credentials: Some(directory.path().to_owned()) };
    let checked =
        Config::parse("t", text, directory.path(), surroundings).expect("both can be read");
    assert!(checked.config.settings.accounts[0].password.matches(b"alpha"));
    assert!(checked.config.settings.accounts[1].password.matches(b"beta"));

    let errors = errors(text).join("\n");
    assert!(errors.contains("test.toml:3:12: error: account.a.password: one cannot be read"));
    assert!(errors.contains("needs $CREDENTIALS_DIRECTORY, which is not set"), "{errors}");
}

#[test]
fn the_environment_overrides_the_file() {
    let checked = with_environment(LOOPBACK, "POSTRIDER__HTTP__LISTEN", "[::1]:81").expect("right");
    assert_eq!(checked.config.http.listen, "[::1]:81".parse().ok());
    let checked = with_environment(LOOPBACK, "POSTRIDER__CARRIER__SINK__IN_DOUBT", "hold");
    assert_eq!(checked.expect("right").config.settings.carriers[0].in_doubt, InDoubt::Hold);
    let checked = with_environment("", "POSTRIDER__LOG__PII", "true").expect("no [log] is needed");
    assert!(checked.config.log.pii);
}

#[test]
fn a_variable_that_overrides_nothing_is_an_error() {
    let error = with_environment(LOOPBACK, "POSTRIDER__HTTP__LISTN", "x").expect_err("a slip");
    assert!(
        error.contains("environment POSTRIDER__HTTP__LISTN: error: overrides no key; did you mean `POSTRIDER__HTTP__LISTEN`?"),
        "{error}"
    );
    let error = with_environment(LOOPBACK, "POSTRIDER__SMPP__SESSIONS_MAX", "0").expect_err("zero");
    assert!(
        error.contains(
            "environment POSTRIDER__SMPP__SESSIONS_MAX: error: smpp.sessions_max = 0: is too small"
        ),
        "{error}"
    );
}

#[test]
fn an_empty_file_runs_with_warnings() {
    let checked = parse("").expect("all defaults");
    assert!(checked.warnings.iter().all(|warning| matches!(warning.place, Place::Whole(_))));
    assert_eq!(checked.warnings.len(), 3, "{:?}", checked.warnings);
}

#[test]
fn a_carrier_nobody_can_reach_is_a_warning() {
    let checked = parse(CARRIER).expect("it can be used");
    let warnings: Vec<String> = checked.warnings.iter().map(ToString::to_string).collect();
    assert!(warnings.iter().any(|warning| warning.contains("leads to carrier sink")));
    assert!(warnings.iter().any(|warning| warning.contains("no default [[route]]")));
}

#[test]
fn transmitters_come_with_a_receiver() {
    let checked = parse(&format!("{CARRIER}bind_mode = \"transmitter\"\n")).expect("right");
    assert_eq!(checked.config.settings.carriers[0].receivers, 1);
    assert!(errors(&format!("{CARRIER}receivers = 2\n"))[0].contains("only goes with"));
}

#[test]
fn no_text_makes_the_reader_panic() {
    let mut random = fastrand::Rng::with_seed(11);
    for _ in 0..300 {
        let mut octets = LOOPBACK.as_bytes().to_vec();
        for _ in 0..random.usize(1..6) {
            let at = random.usize(..octets.len());
            octets[at] = random.u8(b' '..0x7f);
        }
        let _ = parse(&String::from_utf8_lossy(&octets));
    }
}
