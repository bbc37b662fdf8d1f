//! `postrider check`: whether a configuration can be used.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::api_client::ApiClient;
use super::govern::changes;
use super::print::{json as print_json, note, out};
use crate::config::file::{Checked, Config};
use crate::config::finding::{ConfigError, Finding};
use crate::net::tls::dialer::DialerTls;
use crate::pipeline::route_config::RouteConfig;
use crate::pipeline::settings::{AccountConfig, CarrierConfig, ListenerConfig, Settings};

/// Arguments of `postrider check`.
///
/// Exit codes: 0 it can be used, 1 it cannot, 2 it can with warnings and `--strict` was given.
#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 it can be used, 1 it cannot, 2 warnings with --strict")]
pub(super) struct CheckArgs {
    /// The configuration file
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// Let warnings fail the check
    #[arg(long)]
    strict: bool,
    /// Print what was found as JSON
    #[arg(long)]
    json: bool,
}

/// Exit code of warnings under `--strict`.
const WARNINGS: u8 = 2;

pub(super) fn run(arguments: &CheckArgs) -> ExitCode {
    let name = arguments.config.display().to_string();
    let result = Config::load(&arguments.config);
    let findings = match &result {
        Ok(checked) => &checked.warnings,
        Err(error) => &error.findings,
    };
    if arguments.json {
        print_json(&json!({ "file": name, "usable": result.is_ok(), "findings": findings }));
    } else {
        findings.iter().for_each(note);
        if let Ok(checked) = &result {
            out(summary(&name, checked));
            would_change(&checked.config);
        }
    }
    code(&result, findings, arguments.strict)
}

/// Says what a reload would change, if the gateway of this configuration runs.
fn would_change(config: &Config) {
    let Some(path) = config.operator_socket.path(&config.settings.data_dir) else { return };
    if !path.exists() {
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let client = ApiClient::at_socket(path);
    let body = json!({ "trial": true });
    let asking = client.post("/v1/gateway/reload", &body);
    let Ok(Ok(answer)) = runtime.map(|runtime| runtime.block_on(asking)) else { return };
    out("  it runs; a reload of its configuration changes");
    changes(&answer).for_each(|line| out(format_args!("    {line}")));
}

fn code(result: &Result<Checked, ConfigError>, findings: &[Finding], strict: bool) -> ExitCode {
    match result {
        Err(_) => ExitCode::FAILURE,
        Ok(_) if strict && !findings.is_empty() => ExitCode::from(WARNINGS),
        Ok(_) => ExitCode::SUCCESS,
    }
}

/// What the file makes of the gateway, in a few lines.
fn summary(name: &str, checked: &Checked) -> String {
    let Config { settings, http, .. } = &checked.config;
    let listens = |address: Option<std::net::SocketAddr>| {
        address.map_or_else(|| "off".to_owned(), |address| address.to_string())
    };
    let mut lines = vec![
        format!("{name}: ok, {} warnings", checked.warnings.len()),
        format!("  data      {}", settings.data_dir.display()),
        format!("  smpp      {}", listens(settings.smpp.listen)),
    ];
    lines.extend(settings.smpp.listeners.iter().map(listener));
    lines.push(format!("  http      {}, {} keys", listens(http.listen), http.keys.len()));
    lines.extend(settings.accounts.iter().map(account));
    lines.extend(settings.carriers.iter().map(carrier));
    lines.extend(routes(settings));
    lines.extend(mo_routes(settings));
    lines.join("\n")
}

fn listener(listener: &ListenerConfig) -> String {
    let ListenerConfig { listen, tls, .. } = listener;
    let tls = tls.as_ref().map_or_else(
        || "in clear".to_owned(),
        |tls| {
            let clients = if tls.requires_certificates() { ", from known clients" } else { "" };
            format!("in TLS as {}{clients}", tls.identity().subject())
        },
    );
    format!("  smpp      {listen} {tls}")
}

fn account(account: &AccountConfig) -> String {
    let AccountConfig { name, system_id, binds_max, window, outbind, .. } = account;
    let rate = rate(account.rate_per_second);
    let called = outbind
        .as_ref()
        .map_or_else(String::new, |outbind| format!(", called at {}", outbind.address));
    format!(
        "  account   {name} as {system_id}: {rate}, up to {binds_max} binds, window {window}{called}"
    )
}

fn carrier(carrier: &CarrierConfig) -> String {
    let CarrierConfig { name, address, binds, window, tls, outbind, .. } = carrier;
    let (rate, mode) = (rate(carrier.rate_per_second), carrier.bind_mode.name());
    let tls = match tls.as_ref().map(DialerTls::verifies) {
        None => "",
        Some(true) => " in TLS",
        Some(false) => " in TLS, UNVERIFIED",
    };
    let calls = outbind
        .as_ref()
        .map_or_else(String::new, |outbind| format!(", may call at {}", outbind.listen));
    format!(
        "  carrier   {name} at {address}{tls}: {rate}, {binds} {mode} binds, window {window}{calls}"
    )
}

fn routes(settings: &Settings) -> impl Iterator<Item = String> {
    settings.routes.iter().enumerate().filter_map(|(place, route)| {
        let carrier = &settings.carriers.get(route.carrier)?.name;
        let (called, what) = (route.called(place), matched(route));
        Some(format!("  route     {called}: {what} to {carrier}"))
    })
}

/// Who gets what handsets send: the routes in their order, then the carriers' accounts.
fn mo_routes(settings: &Settings) -> impl Iterator<Item = String> {
    let routes = settings.mo_routes.iter().enumerate().filter_map(|(place, route)| {
        let account = &settings.accounts.get(route.account)?.name;
        let texts = [&route.destinations, &route.prefixes, &route.keywords];
        let words: Vec<&str> = texts.into_iter().flatten().map(String::as_str).collect();
        let what = shortened(words);
        Some(format!("  mo_route  {}: {what} to {account}", route.called(place)))
    });
    routes.chain(settings.carriers.iter().filter_map(|carrier| {
        let account = carrier.mo_account.as_ref()?;
        Some(format!("  mo_route  (default) of {} to {account}", carrier.name))
    }))
}

/// What a route is for, in brief: `postrider route` says all of it.
fn matched(route: &RouteConfig) -> String {
    if route.is_default() {
        return "(default)".to_owned();
    }
    let prefixes = route.prefixes.iter().map(|prefix| prefix.as_str());
    let countries = route.countries.iter().map(|country| country.code());
    shortened(prefixes.chain(countries).filter(|word| !word.is_empty()).collect())
}

fn shortened(mut what: Vec<&str>) -> String {
    let more = what.len().saturating_sub(PREFIXES_SHOWN);
    what.truncate(PREFIXES_SHOWN);
    let mut text = what.join(" ");
    if more > 0 {
        text.push_str(&format!(" and {more} more"));
    }
    if text.is_empty() { "by its conditions".to_owned() } else { text }
}

/// Prefixes, countries and words of a route in a summary.
const PREFIXES_SHOWN: usize = 5;

fn rate(rate: Option<u32>) -> String {
    rate.map_or_else(|| "unlimited".to_owned(), |rate| format!("{rate} parts/s"))
}
