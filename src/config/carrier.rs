//! `[[carrier]]`: a link to an SMSC.

use super::account::{name, password};
use super::profile;
use super::secret::SecretPlaces;
use super::section::Section;
use super::{outbind, tls};
use crate::carrier::habit::Version;
use crate::pipeline::settings::{BindMode, CarrierConfig, InDoubt};

const ADDRESS: &str = "a host and a port such as \"smsc.example.net:2775\"";

pub(super) fn read(section: &Section<'_>, places: &SecretPlaces) -> CarrierConfig {
    let default = CarrierConfig::default();
    let name = name(section);
    let rate_per_second = section.number_or_none("rate_per_second", 1..=1_000_000);
    let modes = BindMode::ALL.map(|mode| (mode.name(), mode));
    let bind_mode = section.choice("bind_mode", default.bind_mode, &modes);
    let receivers = u32::from(bind_mode == BindMode::Transmitter);
    let doubts = [("resend", InDoubt::Resend), ("hold", InDoubt::Hold)];
    let address = address(section, "address");
    let carrier = CarrierConfig {
        tls: tls::of_carrier(section, places, &address),
        outbind: outbind::listener(section, places),
        address,
        profile: profile::of_carrier(section, places),
        system_id: section.ascii("system_id", &name, 15, "5.2.1"),
        password: password(section, places),
        system_type: section.ascii("system_type", &default.system_type, 12, "5.2.3"),
        binds: section.number("binds", default.binds, 1..=1000),
        bind_mode,
        receivers: section.number("receivers", receivers, 0..=1000),
        window: section.number("window", default.window, 1..=100_000),
        burst: section.number("burst", rate_per_second.unwrap_or(default.burst), 1..=1_000_000),
        rate_floor: section.number("rate_floor", default.rate_floor, 1..=1_000_000),
        in_doubt: section.choice("in_doubt", default.in_doubt, &doubts),
        mo_account: section.text_or_none("mo_account", "the name of an account"),
        mo_join: section.seconds("mo_join_s", default.mo_join, 0..=86_400),
        mo_join_max: section.number("mo_join_max", default.mo_join_max, 1..=1_000_000),
        queue_messages_max: section.number(
            "queue_messages_max",
            default.queue_messages_max,
            1..=1_000_000_000,
        ),
        rebind_min: section.millis("rebind_min_ms", default.rebind_min, 1..=3_600_000),
        rebind_max: section.millis("rebind_max_ms", default.rebind_max, 1..=3_600_000),
        enquire_link: section.seconds("enquire_link_s", default.enquire_link, 1..=3600),
        response_timeout: section.seconds("response_timeout_s", default.response_timeout, 1..=3600),
        lifetime: section.seconds("lifetime_s", default.lifetime, 1..=2_592_000),
        receipt_margin: section.seconds("receipt_margin_s", default.receipt_margin, 1..=2_592_000),
        attempts_max: section.number("attempts_max", default.attempts_max, 1..=255),
        rate_per_second,
        name,
    };
    check(section, &carrier);
    section.finish();
    carrier
}

/// What no single key shows.
fn check(section: &Section<'_>, carrier: &CarrierConfig) {
    if carrier.rebind_max < carrier.rebind_min {
        let allowed = format!("at least rebind_min_ms, {}", carrier.rebind_min.as_millis());
        section.fail("rebind_max_ms", "is less than rebind_min_ms".to_owned(), allowed);
    }
    if let Some(rate) = carrier.rate_per_second.filter(|rate| *rate < carrier.rate_floor) {
        let allowed = format!("at most rate_per_second, {rate}");
        section.fail("rate_floor", "is more than rate_per_second".to_owned(), allowed);
    }
    if carrier.bind_mode != BindMode::Transmitter && carrier.receivers > 0 {
        let problem = "only goes with bind_mode = \"transmitter\"".to_owned();
        section.fail("receivers", problem, "0, or leave it out".to_owned());
    }
    let receives = carrier.receivers > 0 || carrier.outbind.is_some();
    if carrier.bind_mode == BindMode::Transmitter && !receives {
        let problem = "no receiver: receipts and inbound messages cannot come in".to_owned();
        section.warn("receivers", problem, false);
    }
    if carrier.profile.version == Version::V33 && carrier.bind_mode == BindMode::Transceiver {
        let problem = "SMPP 3.3 has no transceiver; some SMSCs of it take one all the same";
        section.warn("bind_mode", problem.to_owned(), false);
    }
    if carrier.system_id.len() > 15 && section.given("system_id").is_none() {
        section.missing("system_id", "one of at most 15 octets, as the name is longer");
    }
}

/// A host and a port to connect to.
pub(super) fn address(section: &Section<'_>, key: &'static str) -> String {
    let Some(address) = section.text_or_none(key, ADDRESS) else {
        section.missing(key, ADDRESS);
        return String::new();
    };
    let problem = match address.rsplit_once(':') {
        None => Some("has no port"),
        Some(("", _)) => Some("has no host"),
        Some((_, "0")) => Some("has port 0"),
        Some((host, _)) if host.contains(':') && !host.starts_with('[') => {
            Some("needs brackets around an IPv6 address")
        }
        Some((_, port)) if port.parse::<u16>().is_err() => Some("has no port that can be one"),
        Some(_) => None,
    };
    if let Some(problem) = problem {
        section.fail(key, problem.to_owned(), ADDRESS.to_owned());
    }
    address
}
