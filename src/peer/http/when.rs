//! Moments as the API writes and reads them: RFC 3339 in UTC with milliseconds.

use crate::base::clock::Timestamp;

/// A moment as text.
pub(super) fn rfc3339(at: Timestamp) -> String {
    let micros = i64::try_from(at.0).unwrap_or(i64::MAX);
    let moment = jiff::Timestamp::from_microsecond(micros).unwrap_or(jiff::Timestamp::MAX);
    format!("{moment:.3}")
}

/// A text as a moment: RFC 3339 with any offset.
pub(super) fn parse(text: &str) -> Option<Timestamp> {
    let moment: jiff::Timestamp = text.parse().ok()?;
    u64::try_from(moment.as_microsecond()).ok().map(Timestamp)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_read_back_to_the_millisecond() {
        let at = Timestamp(1_761_051_787_412_000);
        assert_eq!(rfc3339(at), "2025-10-21T13:03:07.412Z");
        assert_eq!(parse("2025-10-21T13:03:07.412Z"), Some(at));
        assert_eq!(parse("2025-10-21T15:03:07.412+02:00"), Some(at));
        assert_eq!(parse("2025-10-21"), None);
        assert_eq!(parse("1960-01-01T00:00:00Z"), None);
        assert!(rfc3339(Timestamp::NEVER).starts_with("9999-12-3"));
    }
}
