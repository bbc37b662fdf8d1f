//! What becomes of a message at the simulated SMSC: by chance, or by its destination's last digits.
//!
//! The fates make a demonstration predictable: of the numbers set aside for fiction (prefix
//! `447700900`, three digits more) those in [`FATES`] always end the same way.
//! **Not here**: when it happens.

use std::str::FromStr;

use crate::wire::smpp::status::CommandStatus;

/// How a message ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Outcome {
    /// `stat` of the receipt's text (SMPP v3.4 Appendix B).
    pub stat: &'static str,
    /// `message_state` (§5.2.28).
    pub message_state: u8,
    /// `err` of the receipt's text; the number is of the common list after MAP.
    pub err: u16,
}

impl Outcome {
    pub(crate) const DELIVERED: Self = Self { stat: "DELIVRD", message_state: 2, err: 0 };

    const fn expired(err: u16) -> Self {
        Self { stat: "EXPIRED", message_state: 3, err }
    }

    pub(crate) const fn undeliverable(err: u16) -> Self {
        Self { stat: "UNDELIV", message_state: 5, err }
    }

    const fn rejected(err: u16) -> Self {
        Self { stat: "REJECTD", message_state: 8, err }
    }
}

/// Unknown subscriber.
const UNKNOWN: u16 = 1;
/// Call barred.
const BARRED: u16 = 13;
/// Absent subscriber: phone off or out of coverage.
const ABSENT: u16 = 27;
/// Memory capacity of the handset exceeded.
const MEMORY_FULL: u16 = 40;

/// Causes an undeliverable message is given in turn.
const CAUSES: [u16; 4] = [UNKNOWN, ABSENT, MEMORY_FULL, BARRED];

/// What happens to one message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    /// Accepted; the receipt says how it ended.
    Ends(Outcome),
    /// Accepted; the receipt comes twice.
    EndsTwice(Outcome),
    /// Accepted; the receipt overtakes the response.
    EndsEarly(Outcome),
    /// Accepted; no receipt ever comes.
    Silent,
    /// Refused at submit.
    Refused(CommandStatus),
    /// Never answered.
    Unanswered,
}

/// Fates by the last three digits.
pub const FATES: &[(&[u8; 3], Fate)] = &[
    (b"401", Fate::Ends(Outcome::undeliverable(UNKNOWN))),
    (b"403", Fate::Ends(Outcome::rejected(BARRED))),
    (b"404", Fate::Ends(Outcome::undeliverable(MEMORY_FULL))),
    (b"408", Fate::Ends(Outcome::expired(ABSENT))),
    (b"409", Fate::Silent),
    (b"410", Fate::EndsTwice(Outcome::DELIVERED)),
    (b"411", Fate::EndsEarly(Outcome::DELIVERED)),
    (b"429", Fate::Refused(CommandStatus::ESME_RTHROTTLED)),
    (b"500", Fate::Refused(CommandStatus::ESME_RSYSERR)),
    (b"501", Fate::Refused(CommandStatus::ESME_RINVDSTADR)),
    (b"503", Fate::Refused(CommandStatus::ESME_RMSGQFUL)),
    (b"504", Fate::Unanswered),
];

/// The fate of `destination`, if it is `prefix` and three digits of [`FATES`].
pub(crate) fn fate_of(destination: &[u8], prefix: &[u8]) -> Option<Fate> {
    let digits = destination.strip_prefix(b"+").unwrap_or(destination);
    let last = digits.strip_prefix(prefix)?;
    FATES.iter().find(|(number, _)| number[..] == *last).map(|&(_, fate)| fate)
}

/// Shares of the ways a message can end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Outcomes {
    delivered: u32,
    undeliverable: u32,
    expired: u32,
    rejected: u32,
    silent: u32,
}

impl Default for Outcomes {
    fn default() -> Self {
        Self { delivered: 100, undeliverable: 0, expired: 0, rejected: 0, silent: 0 }
    }
}

impl Outcomes {
    /// Two of three delivered, the others in all the ways there are.
    pub(crate) const MIXED: Self =
        Self { delivered: 66, undeliverable: 16, expired: 6, rejected: 6, silent: 6 };

    /// Whether every message is delivered, so that no chance is needed.
    fn only_delivered(&self) -> bool {
        self.undeliverable + self.expired + self.rejected + self.silent == 0
    }

    /// Draws a fate.
    pub(crate) fn draw(&self, random: &mut fastrand::Rng) -> Fate {
        if self.only_delivered() {
            return Fate::Ends(Outcome::DELIVERED);
        }
        let total =
            self.delivered + self.undeliverable + self.expired + self.rejected + self.silent;
        let mut drawn = random.u32(..total.max(1));
        let cause = CAUSES.get(drawn as usize % CAUSES.len()).copied().unwrap_or(UNKNOWN);
        let shares = [
            (self.delivered, Fate::Ends(Outcome::DELIVERED)),
            (self.undeliverable, Fate::Ends(Outcome::undeliverable(cause))),
            (self.expired, Fate::Ends(Outcome::expired(ABSENT))),
            (self.rejected, Fate::Ends(Outcome::rejected(BARRED))),
        ];
        for (share, fate) in shares {
            if drawn < share {
                return fate;
            }
            drawn -= share;
        }
        Fate::Silent
    }
}

impl FromStr for Outcomes {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut outcomes = Self { delivered: 0, ..Self::default() };
        for share in text.split(',').filter(|share| !share.is_empty()) {
            let (name, number) = share
                .split_once('=')
                .ok_or_else(|| format!("`{share}` is not of the form outcome=share"))?;
            let number: u32 = number
                .trim()
                .parse()
                .ok()
                .filter(|&number| number <= 1_000_000)
                .ok_or_else(|| format!("`{number}` is not a share from 0 to 1000000"))?;
            *outcomes.share(name.trim())? = number;
        }
        if outcomes == (Self { delivered: 0, ..Self::default() }) {
            return Err("at least one share must be above 0".to_owned());
        }
        Ok(outcomes)
    }
}

impl Outcomes {
    fn share(&mut self, name: &str) -> Result<&mut u32, String> {
        Ok(match name {
            "delivered" => &mut self.delivered,
            "undeliverable" => &mut self.undeliverable,
            "expired" => &mut self.expired,
            "rejected" => &mut self.rejected,
            "silent" => &mut self.silent,
            _ => {
                return Err(format!(
                    "`{name}` is none of delivered, undeliverable, expired, rejected, silent"
                ));
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_drawn_as_given() {
        let outcomes: Outcomes =
            "delivered=90,undeliverable=5,expired=2,rejected=2,silent=1".parse().unwrap();
        let mut random = fastrand::Rng::with_seed(1);
        let drawn: Vec<Fate> = (0..10_000).map(|_| outcomes.draw(&mut random)).collect();
        let share = |wanted: fn(&Fate) -> bool| drawn.iter().filter(|fate| wanted(fate)).count();
        let delivered = share(|fate| matches!(fate, Fate::Ends(end) if end.message_state == 2));
        let silent = share(|fate| *fate == Fate::Silent);
        assert!((8_800..9_200).contains(&delivered), "{delivered}");
        assert!((50..200).contains(&silent), "{silent}");
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["", "delivered", "delivered=x", "lost=1", "delivered=0"] {
            assert!(text.parse::<Outcomes>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_fictional_number_has_its_fate_and_a_real_one_has_none() {
        let fate = fate_of(b"+447700900404", b"447700900");
        assert_eq!(fate, Some(Fate::Ends(Outcome::undeliverable(MEMORY_FULL))));
        assert_eq!(fate_of(b"447700900123", b"447700900"), None);
        assert_eq!(fate_of(b"447400000404", b"447700900"), None);
    }
}
