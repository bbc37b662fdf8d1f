//! `[carrier.outbind]` and `[account.outbind]`: the SMSC connects, and asks to be bound to.

use super::account::password;
use super::carrier::address;
use super::secret::SecretPlaces;
use super::section::Section;
use super::tls;
use crate::pipeline::settings::{
    CarrierConfig, OUTBIND_CONNECTIONS_MAX, OutbindDial, OutbindListener,
};

const LISTEN: &str = "an address and a port such as \"0.0.0.0:2777\"";

/// Where a carrier connects to us.
pub(super) fn listener(carrier: &Section<'_>, places: &SecretPlaces) -> Option<OutbindListener> {
    let section = carrier.inner("outbind", "carrier.outbind")?;
    let listen = section.listen("listen", None);
    if section.given("listen").is_none() {
        section.missing("listen", LISTEN);
    } else if listen.is_none() {
        section.fail("listen", "is nowhere".to_owned(), LISTEN.to_owned());
    }
    let tls = section.inner("tls", "carrier.outbind.tls");
    let outbind = OutbindListener {
        // A stand-in; what is missing has been told.
        listen: listen.unwrap_or_else(|| ([0, 0, 0, 0], 0).into()),
        system_id: system_id(&section),
        password: password(&section, places),
        tls: tls.and_then(|tls| tls::of_listener(&tls, places)),
        connections_max: section.number("connections_max", OUTBIND_CONNECTIONS_MAX, 1..=1000),
    };
    section.finish();
    Some(outbind)
}

/// Where we connect to an application.
pub(super) fn dial(account: &Section<'_>, places: &SecretPlaces) -> Option<OutbindDial> {
    let section = account.inner("outbind", "account.outbind")?;
    let address = address(&section, "address");
    let CarrierConfig { rebind_min, rebind_max, .. } = CarrierConfig::default();
    let outbind = OutbindDial {
        system_id: system_id(&section),
        password: password(&section, places),
        tls: tls::of_carrier(&section, places, &address),
        retry_min: section.millis("retry_min_ms", rebind_min, 1..=3_600_000),
        retry_max: section.millis("retry_max_ms", rebind_max, 1..=3_600_000),
        address,
    };
    if outbind.retry_max < outbind.retry_min {
        let allowed = format!("at least retry_min_ms, {}", outbind.retry_min.as_millis());
        section.fail("retry_max_ms", "is less than retry_min_ms".to_owned(), allowed);
    }
    section.finish();
    Some(outbind)
}

/// What an outbind carries as its name.
fn system_id(section: &Section<'_>) -> String {
    let system_id = section.ascii("system_id", "", 15, "5.2.1");
    if system_id.is_empty() {
        section.missing("system_id", "what the outbind carries as its system_id");
    }
    system_id
}
