//! `[ledger]`: what can be asked about messages.

use super::section::Section;
use crate::ledger::text::config::TextConfig;

/// How words are indexed; `None` if they are not.
pub(super) fn read(section: &Section<'_>) -> Option<TextConfig> {
    let default = TextConfig::default();
    let wanted = section.flag("text_index", true);
    let text = TextConfig {
        table_bytes: section.number(
            "text_table_bytes",
            default.table_bytes,
            1_048_576..=1_073_741_824,
        ),
        cache_bytes: section.number(
            "text_cache_bytes",
            default.cache_bytes,
            65_536..=68_719_476_736,
        ),
        rows_per_second: section.number(
            "text_messages_per_second",
            default.rows_per_second,
            1_000..=10_000_000,
        ),
        ..default
    };
    section.finish();
    wanted.then_some(text)
}
