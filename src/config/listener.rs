//! `[[smpp.listener]]`: a further listener for applications, in TLS or in clear.

use super::secret::SecretPlaces;
use super::section::Section;
use super::tls;
use crate::pipeline::settings::{HANDSHAKES_MAX, ListenerConfig};

pub(super) fn read(section: &Section<'_>, places: &SecretPlaces) -> Option<ListenerConfig> {
    let given = section.given("listen").is_some();
    let listen = section.listen("listen", None);
    if !given {
        section.missing("listen", "an address and a port such as \"0.0.0.0:3550\", or \"off\"");
    }
    let tls = section.inner("tls", "smpp.listener.tls");
    let tls = tls.and_then(|tls| tls::of_listener(&tls, places));
    let handshakes_max = section.number("handshakes_max", HANDSHAKES_MAX, 1..=100_000);
    section.finish();
    Some(ListenerConfig { listen: listen?, tls, handshakes_max })
}
