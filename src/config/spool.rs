//! `[spool]`: the log on disk.

use super::section::Section;
use crate::pipeline::settings::SpoolSettings;

pub(super) fn read(section: &Section<'_>) -> SpoolSettings {
    let default = SpoolSettings::default();
    let settings = SpoolSettings {
        log_file_bytes: section.number(
            "log_file_bytes",
            default.log_file_bytes,
            1_048_576..=17_179_869_184,
        ),
        free_bytes_min: section.number(
            "free_bytes_min",
            default.free_bytes_min,
            0..=1_099_511_627_776,
        ),
        checkpoint: section.seconds("checkpoint_s", default.checkpoint, 1..=3600),
        segment_messages: section.number(
            "segment_messages",
            default.segment_messages,
            1024..=16_777_216,
        ),
    };
    if !settings.segment_messages.is_power_of_two() {
        let allowed = "1024, 2048, 4096 and so on up to 16777216".to_owned();
        section.fail("segment_messages", "is not a power of two".to_owned(), allowed);
    }
    section.finish();
    settings
}
