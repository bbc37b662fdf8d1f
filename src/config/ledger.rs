//! `[ledger]`: what can be asked about messages, and for how long.

use std::time::Duration;

use super::section::Section;
use crate::ledger::text::config::TextConfig;

/// A day in seconds.
const DAY_S: u64 = 24 * 60 * 60;

/// The longest that something can be kept, other than for ever: a hundred years.
pub(super) const KEEP_DAYS_MAX: i64 = 36_500;

/// The time of so many days.
pub(super) const fn days(days: u64) -> Duration {
    Duration::from_secs(days * DAY_S)
}

/// The longest that a log file can be left before it is compressed, other than for ever: a year.
const COMPRESS_MINUTES_MAX: i64 = 365 * 24 * 60;

/// How words are indexed, `None` if they are not; how long messages are kept, `None` for ever; after how long
/// the log is compressed, `None` for never.
pub(super) fn read(
    section: &Section<'_>,
) -> (Option<TextConfig>, Option<Duration>, Option<Duration>) {
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
    let keep_days = section.number("keep_days", 0, 0..=KEEP_DAYS_MAX);
    let minutes = section.number("compress_after_minutes", 60, 0..=COMPRESS_MINUTES_MAX);
    section.finish();
    let compress_after = (minutes > 0).then(|| Duration::from_secs(minutes * 60));
    (wanted.then_some(text), (keep_days > 0).then(|| days(keep_days)), compress_after)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{errors, parse};

    #[test]
    fn the_log_is_compressed_after_an_hour_or_when_it_is_said_or_never() {
        let minutes = |text: &str| {
            let checked = parse(&format!("[ledger]\n{text}")).expect("right");
            checked.config.settings.compress_after.map(|after| after.as_secs() / 60)
        };
        assert_eq!(minutes(""), Some(60));
        assert_eq!(minutes("compress_after_minutes = 5"), Some(5));
        assert_eq!(minutes("compress_after_minutes = 0"), None);
        let wrong = errors("[ledger]\ncompress_after_minutes = -1");
        assert!(wrong.iter().any(|it| it.contains("compress_after_minutes")), "{wrong:?}");
    }
}
