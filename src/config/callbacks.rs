//! `[callbacks]`: what calling messages' statuses is subject to.

use super::section::Section;
use crate::peer::webhook::callbacks::CallbackConfig;

pub(super) fn read(section: &Section<'_>) -> CallbackConfig {
    let default = CallbackConfig::default();
    let config = CallbackConfig {
        allow_private: section.flag("allow_private", default.allow_private),
        hosts_max: section.number("hosts_max", default.hosts_max, 1..=65_536),
        timeout: section.seconds("timeout_s", default.timeout, 1..=300),
    };
    section.finish();
    config
}
