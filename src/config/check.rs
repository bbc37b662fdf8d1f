//! The sections put together: what is read in which order, and what only the whole shows.

use std::path::PathBuf;

use toml::de::DeTable;

use super::file::Config;
use super::finding::{Finding, Place, Severity};
use super::secret::SecretPlaces;
use super::section::{Reader, Section, variable};
use super::tables::{many, one, unique};
use super::words::did_you_mean;
use super::{
    account, callbacks, carrier, circles, console, export, http, ledger, limit, listener, log,
    mo_route, route, smpp, spool, telemetry,
};
use crate::base::secret::Secret;
use crate::peer::export::config::ExportConfig;
use crate::peer::http::config::{HttpConfig, KeyConfig};
use crate::peer::http::console::config::{ConsoleConfig, UserConfig};
use crate::peer::http::operator_socket::SocketPlace;
use crate::pipeline::route_config::RouteConfig;
use crate::pipeline::settings::{Settings, SmppSettings};

/// `[opt_outs]`: whether handsets opt out by what they write.
fn consent_words(section: &Section<'_>) -> bool {
    let heeded = section.flag("keywords", true);
    section.finish();
    heeded
}

fn operator_socket(top: &Section<'_>) -> SocketPlace {
    let socket = top.text_or_none("operator_socket", "the path of a socket, or \"off\"");
    socket.map_or(SocketPlace::DataDirectory, |socket| match &*socket {
        "off" => SocketPlace::Off,
        path => SocketPlace::At(PathBuf::from(path)),
    })
}

/// Reads every section, and the API's keys in clear; what is wrong is in the reader's findings.
pub(super) fn read<'a>(
    reader: &'a Reader<'a>,
    places: &SecretPlaces,
    root: &'a DeTable<'a>,
) -> (Config, Vec<Secret>) {
    let mut settings = Settings::default();
    let top = Section::new(reader, "", String::new(), Some((root, 0..0)));
    settings.data_dir = top
        .text_or_none("data_dir", "the path of a directory")
        .map_or(settings.data_dir, PathBuf::from);
    let operator_socket = operator_socket(&top);
    settings.memory_bytes_max =
        top.number("memory_bytes_max", settings.memory_bytes_max, 0..=1_099_511_627_776);
    settings.shards = top.number("shards", settings.shards, 0..=256);

    settings.smpp = smpp(reader, places, &top, root);
    settings.spool = spool::read(&one(reader, &top, root, "spool"));
    (settings.text, settings.keep, settings.compress_after) =
        ledger::read(&one(reader, &top, root, "ledger"));
    let log = log::read(&one(reader, &top, root, "log"));
    let traces = telemetry::read(&one(reader, &top, root, "telemetry"));

    let sections = many(reader, &top, root, "account", "account");
    settings.accounts = sections.iter().map(|section| account::read(section, places)).collect();
    unique(&sections, "name", settings.accounts.iter().map(|account| &account.name));
    unique(&sections, "system_id", settings.accounts.iter().map(|account| &account.system_id));
    let accounts = sections;
    for (section, account) in accounts.iter().zip(&settings.accounts) {
        account::keep(section, account, settings.keep);
    }

    let sections = many(reader, &top, root, "carrier", "carrier");
    settings.carriers = sections.iter().map(|section| carrier::read(section, places)).collect();
    unique(&sections, "name", settings.carriers.iter().map(|carrier| &carrier.name));
    for section in &sections {
        http::account(section, "mo_account", &settings.accounts);
    }
    for section in &accounts {
        account::carrier(section, &settings.carriers);
    }

    let sections = many(reader, &top, root, "route", "route");
    settings.routes = sections
        .iter()
        .map(|section| route::read(section, &settings.accounts, &settings.carriers))
        .collect();
    let unnamed = String::new();
    let names = settings.routes.iter().map(|route| route.name.as_ref().unwrap_or(&unnamed));
    unique(&sections, "name", names);
    circles::check(&sections, &settings);
    let routes = sections;

    let sections = many(reader, &top, root, "limit", "limit");
    settings.limits =
        sections.iter().map(|section| limit::read(section, &settings.carriers)).collect();
    let names = settings.limits.iter().map(|limit| limit.name.as_ref().unwrap_or(&unnamed));
    unique(&sections, "name", names);
    limit::check(&sections, &settings.limits, (&routes, &settings.routes));

    let sections = many(reader, &top, root, "mo_route", "mo_route");
    settings.mo_routes = sections
        .iter()
        .map(|section| mo_route::read(section, &settings.accounts, &settings.carriers))
        .collect();
    let names = settings.mo_routes.iter().map(|route| route.name.as_ref().unwrap_or(&unnamed));
    unique(&sections, "name", names);

    let sections = many(reader, &top, root, "export", "export");
    let exports: Vec<ExportConfig> = sections
        .iter()
        .map(|section| export::read(section, &places.beside, &settings.accounts))
        .collect();
    unique(&sections, "name", exports.iter().map(|export| &export.name));
    export::check(&sections);

    settings.consent_words = consent_words(&one(reader, &top, root, "opt_outs"));
    let callbacks = callbacks::read(&one(reader, &top, root, "callbacks"));
    let (http, plain_keys) = api(reader, places, &top, root, &settings);
    top.finish();
    gaps(reader, &settings, &http);
    strays(reader);
    (Config { settings, http, exports, callbacks, log, traces, operator_socket }, plain_keys)
}

fn smpp<'a>(
    reader: &'a Reader<'a>,
    places: &SecretPlaces,
    top: &Section<'a>,
    root: &'a DeTable<'a>,
) -> SmppSettings {
    let section = one(reader, top, root, "smpp");
    let table = root.get("smpp").and_then(|value| value.get_ref().as_table());
    let listeners = table.map_or_else(Vec::new, |table| {
        many(reader, &section, table, "listener", "smpp.listener")
            .iter()
            .filter_map(|section| listener::read(section, places))
            .collect()
    });
    smpp::read(&section, listeners)
}

fn api<'a>(
    reader: &'a Reader<'a>,
    places: &SecretPlaces,
    top: &Section<'a>,
    root: &'a DeTable<'a>,
    settings: &Settings,
) -> (HttpConfig, Vec<Secret>) {
    let section = one(reader, top, root, "http");
    let table = root.get("http").and_then(|value| value.get_ref().as_table());
    let mut plain_keys = Vec::new();
    let keys = table.map_or_else(Vec::new, |table| {
        let sections = many(reader, &section, table, "key", "http.key");
        let read = |section| http::read_key(section, places, &settings.accounts, &mut plain_keys);
        let keys: Vec<KeyConfig> = sections.iter().map(read).collect();
        unique(&sections, "name", keys.iter().map(|key| &key.name));
        let nobody = String::new();
        let logins = keys.iter().map(|key| key.login.as_ref().map_or(&nobody, |it| &it.username));
        unique(&sections, "username", logins);
        keys
    });
    let http = HttpConfig {
        kannel: http::read_kannel(&one(reader, top, root, "kannel")),
        jasmin_listen: http::read_jasmin(&one(reader, top, root, "jasmin")),
        console: people(reader, places, top, root, settings),
        ..http::read(&section, keys)
    };
    (http, plain_keys)
}

fn people<'a>(
    reader: &'a Reader<'a>,
    places: &SecretPlaces,
    top: &Section<'a>,
    root: &'a DeTable<'a>,
    settings: &Settings,
) -> ConsoleConfig {
    let sections = many(reader, top, root, "user", "user");
    let read = |section| console::read_user(section, places, &settings.accounts);
    let users: Vec<UserConfig> = sections.iter().map(read).collect();
    unique(&sections, "name", users.iter().map(|user| &user.name));
    console::read(&one(reader, top, root, "console"), users)
}

/// What is allowed and cannot work.
fn gaps(reader: &Reader<'_>, settings: &Settings, http: &HttpConfig) {
    let warn = |problem: &str| {
        let finding = Finding::of_whole(reader.source.name, Severity::Warning, problem.to_owned());
        reader.findings.borrow_mut().push(finding);
    };
    if settings.accounts.is_empty() {
        warn("no [[account]]: nobody can bind or submit");
    }
    if settings.carriers.is_empty() {
        warn("no [[carrier]]: no message can leave");
    }
    for (index, carrier) in settings.carriers.iter().enumerate() {
        let leads = |route: &RouteConfig| route.carrier == index || route.failover.contains(&index);
        if !settings.routes.iter().any(leads) {
            warn(&format!("no [[route]] leads to carrier {}", carrier.name));
        }
    }
    if !settings.carriers.is_empty() && !settings.routes.iter().any(RouteConfig::is_default) {
        warn("no default [[route]] (prefix = \"\"): what no other matches is refused as no_route");
    }
    if http.listen.is_some() && http.keys.is_empty() {
        warn("no [[http.key]]: only health and metrics answer");
    }
}

/// Records variables that override nothing.
fn strays(reader: &Reader<'_>) {
    let known: Vec<String> = reader.asked.borrow().iter().map(|key| variable(key)).collect();
    for (name, _) in &reader.source.environment {
        if !known.contains(name) {
            let hint = did_you_mean(name, known.iter().map(String::as_str));
            reader.findings.borrow_mut().push(Finding {
                severity: Severity::Error,
                place: Place::Environment(name.clone()),
                key: String::new(),
                value: None,
                problem: format!("overrides no key{hint}"),
                allowed: "POSTRIDER__SECTION__KEY, POSTRIDER__CARRIER__NAME__KEY".to_owned(),
            });
        }
    }
}
