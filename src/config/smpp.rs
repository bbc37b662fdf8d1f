//! `[smpp]`: the listener for applications.

use super::section::Section;
use crate::pipeline::settings::{ListenerConfig, SmppSettings};

pub(super) fn read(section: &Section<'_>, listeners: Vec<ListenerConfig>) -> SmppSettings {
    let default = SmppSettings::default();
    let settings = SmppSettings {
        listen: section.listen("listen", default.listen),
        listeners,
        system_id: section.ascii("system_id", &default.system_id, 15, "5.2.1"),
        sessions_max: section.number("sessions_max", default.sessions_max, 1..=1_000_000),
        session_init_timeout: section.seconds(
            "session_init_timeout_s",
            default.session_init_timeout,
            1..=300,
        ),
        enquire_link: section.seconds("enquire_link_s", default.enquire_link, 1..=3600),
        inactivity: match section.number("inactivity_s", 0, 0..=86_400) {
            0 => None,
            seconds => Some(std::time::Duration::from_secs(seconds)),
        },
        response_timeout: section.seconds("response_timeout_s", default.response_timeout, 1..=3600),
        pdu_bytes_max: section.number("pdu_bytes_max", default.pdu_bytes_max, 1024..=1_048_576),
        drain_timeout: section.seconds("drain_timeout_s", default.drain_timeout, 0..=3600),
    };
    // The listeners are tables of their own, read before.
    section.given("listener");
    section.finish();
    settings
}
