//! `[log]`: what is written to the log.

use super::section::Section;
use crate::telemetry::log::{LogConfig, LogFormat, is_filter};

pub(super) fn read(section: &Section<'_>) -> LogConfig {
    const LEVEL: &str = "error, warn, info, debug, trace, or directives such as \
                         \"info,postrider::peer=debug\"";
    let default = LogConfig::default();
    let formats = [("auto", LogFormat::Auto), ("json", LogFormat::Json), ("text", LogFormat::Text)];
    let config = LogConfig {
        format: section.choice("format", default.format, &formats),
        level: section.text_or_none("level", LEVEL).unwrap_or(default.level),
        pii: section.flag("pii", default.pii),
    };
    if !is_filter(&config.level) {
        section.fail("level", "is not a level".to_owned(), LEVEL.to_owned());
    }
    section.finish();
    config
}
