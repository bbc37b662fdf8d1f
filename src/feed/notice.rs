//! One piece of news, as consumers have it in memory: what is told of it is read when it is told.

use super::kind::{Kind, Kinds};
use super::lane::Lane;
use crate::base::clock::Timestamp;
use crate::base::id::{AccountId, CarrierId, IdCipher, MessageOrd, PublicId};
use crate::message::event::NO_MESSAGE;
use crate::spool::lsn::Lsn;

/// What the record at an address tells of a message, of a carrier, or of a number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Notice {
    /// The record, which is the event's identity: one record is one event, for ever.
    pub lsn: Lsn,
    /// When it was recorded.
    pub at: Timestamp,
    /// What it tells.
    pub kind: Kind,
    /// Of which message; of one that was cut, the first part. [`NO_MESSAGE`] for news of a carrier, and
    /// of a number where somebody recorded it.
    pub ord: MessageOrd,
    /// Whose message it is; `NONE` for news of a carrier.
    pub account: AccountId,
    /// The carrier that has it, or had it; or the one it is about.
    pub carrier: CarrierId,
    /// Where its callback leads, if it has one that is called for this.
    pub lane: Option<Lane>,
}

impl Notice {
    /// Whether it is about a message.
    pub const fn of_message(&self) -> bool {
        self.ord.0 != NO_MESSAGE.0
    }

    /// What it is in order with: the news of one message, or of one carrier, has one number.
    pub const fn order(&self) -> u64 {
        // No message has a number so high.
        if self.of_message() { self.ord.0 } else { u64::MAX - self.carrier.0 as u64 }
    }
}

/// What a consumer wants to hear of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wants {
    /// These kinds,
    pub kinds: Kinds,
    /// of the messages of this account; `None` of all, and of carriers.
    pub account: Option<AccountId>,
}

impl Wants {
    /// Whether this is of interest.
    pub fn takes(&self, notice: &Notice) -> bool {
        self.kinds.has(notice.kind) && self.of_interest(notice.account)
    }

    /// Whether anything of this account is.
    pub fn of_interest(&self, account: AccountId) -> bool {
        // What is nobody's is no account's, not even of one that is not known.
        self.account.is_none_or(|own| own == account && own != AccountId::NONE)
    }
}

/// The prefix of the ids of events.
pub const EVENT_PREFIX: &str = "evt_";

/// The public id of an event: a function of its place in the log and the directory's key alone, so that
/// it is the same whenever it is told, and says nothing of how much there is.
pub fn event_id(cipher: &IdCipher, lsn: Lsn) -> PublicId {
    cipher.seal(MessageOrd(lsn.0))
}

/// The place of an event in the log, if these characters can be its id.
pub fn event_lsn(cipher: &IdCipher, id: &str) -> Option<Lsn> {
    let bare = id.strip_prefix(EVENT_PREFIX)?;
    cipher.open(bare.as_bytes()).map(|ord| Lsn(ord.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_the_same_each_time_and_leads_back_to_its_record() {
        let cipher = IdCipher::new(5);
        let id = format!("{EVENT_PREFIX}{}", event_id(&cipher, Lsn(123_456)));
        assert_eq!(id, format!("{EVENT_PREFIX}{}", event_id(&cipher, Lsn(123_456))));
        assert_eq!(event_lsn(&cipher, &id), Some(Lsn(123_456)));
        assert_eq!(event_lsn(&cipher, "msg_0000000000000"), None);
        assert_eq!(event_lsn(&cipher, "evt_"), None);
    }
}
