//! When a message may leave, and until when: from what its sender asked for.
//!
//! The fields are in the record, so a restart reads the same times from it.

use std::time::Duration;

use crate::base::clock::Timestamp;
use crate::message::record::Message;
use crate::wire::smpp::time::moment;

/// The times of a message that waits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Life {
    /// Not before; 0 for at once.
    pub due_at: Timestamp,
    /// Not after.
    pub expires_at: Timestamp,
}

/// What is wrong with the times of a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BadTime {
    /// `validity_period` is no time, is over, or ends before the message may leave.
    Validity,
    /// `schedule_delivery_time` is no time, or too far away.
    Schedule,
}

/// How far ahead a message may be scheduled.
pub const SCHEDULE_MAX: Duration = Duration::from_secs(366 * 86_400);

impl Life {
    /// The times of a message accepted at `accepted_at`. One without a validity period has
    /// `lifetime`, from when it may leave. A scheduled time in the past is at once.
    ///
    /// # Errors
    /// [`BadTime`]: the message is not to be accepted.
    pub fn of(
        message: &Message<'_>,
        accepted_at: Timestamp,
        lifetime: Duration,
    ) -> Result<Self, BadTime> {
        let schedule = moment(message.schedule_delivery_time, accepted_at);
        let schedule = schedule.map_err(|_| BadTime::Schedule)?;
        let due_at = schedule.filter(|due| *due > accepted_at).unwrap_or(Timestamp(0));
        if due_at.since(accepted_at) > SCHEDULE_MAX {
            return Err(BadTime::Schedule);
        }
        let begins = due_at.max(accepted_at);
        let validity = moment(message.validity_period, accepted_at);
        let expires_at = match validity.map_err(|_| BadTime::Validity)? {
            Some(end) if end <= begins => return Err(BadTime::Validity),
            Some(end) => end,
            None => begins + lifetime,
        };
        Ok(Self { due_at, expires_at })
    }

    /// The same for a message that was accepted before: what cannot be read counts as not given.
    pub fn of_accepted(message: &Message<'_>, accepted_at: Timestamp, lifetime: Duration) -> Self {
        let default = Self { due_at: Timestamp(0), expires_at: accepted_at + lifetime };
        Self::of(message, accepted_at, lifetime).unwrap_or(default)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-22T02:00:00Z.
    const NOW: Timestamp = Timestamp(1_795_312_800_000_000);
    const DAY: Duration = Duration::from_secs(86_400);

    fn life(validity: &str, schedule: &str) -> Result<Life, BadTime> {
        let message = Message {
            validity_period: validity.as_bytes(),
            schedule_delivery_time: schedule.as_bytes(),
            ..Message::default()
        };
        Life::of(&message, NOW, DAY)
    }

    #[test]
    fn a_message_lives_as_long_as_it_says_or_by_default() {
        let at_once = |expires_at| Ok(Life { due_at: Timestamp(0), expires_at });
        assert_eq!(life("", ""), at_once(NOW + DAY));
        assert_eq!(life("000000001000000R", ""), at_once(NOW + Duration::from_secs(600)));
        assert_eq!(life("261123020000000+", ""), at_once(NOW + DAY));
        assert_eq!(life("", "261122010000000+"), at_once(NOW + DAY), "past: at once");
    }

    #[test]
    fn a_scheduled_message_waits_and_its_default_life_begins_then() {
        let due_at = NOW + Duration::from_secs(3_600);
        assert_eq!(life("", "000000010000000R"), Ok(Life { due_at, expires_at: due_at + DAY }));
    }

    #[test]
    fn times_that_cannot_be_kept_are_told_apart() {
        for validity in ["261122015959000+", "000000000000000R", "soon"] {
            assert_eq!(life(validity, ""), Err(BadTime::Validity), "{validity}");
        }
        assert_eq!(life("000000010000000R", "000000020000000R"), Err(BadTime::Validity));
        for schedule in ["later", "020000000000000R"] {
            assert_eq!(life("", schedule), Err(BadTime::Schedule), "{schedule}");
        }
    }

    #[test]
    fn a_message_accepted_by_an_older_version_with_any_text_has_a_life() {
        let message = Message { validity_period: b"0", ..Message::default() };
        assert_eq!(Life::of_accepted(&message, NOW, DAY).expires_at, NOW + DAY);
    }
}
