//! Messages that were replaced before they left: what they are now is in their history.

use std::io;

use super::store::Ledger;
use super::stored::StoredMessage;
use crate::base::id::MessageOrd;
use crate::message::blank::blank_message;
use crate::message::event::{Event, What};
use crate::message::event_codec::contents;

impl Ledger {
    /// The newest replacement in a message's history; the message as it was accepted if there is none.
    /// Its address is that of the event.
    pub(super) fn replacement(
        &self,
        ord: MessageOrd,
        mut head: u64,
    ) -> io::Result<Option<StoredMessage>> {
        let Some(accepted) = self.accepted(ord)? else { return Ok(None) };
        loop {
            let link = self.read().links.get(head)?;
            let Some(link) = link else { return Ok(Some(accepted)) };
            let octets = self.record(link.lsn())?;
            if let Some(What::Replaced { .. }) = Event::decode(&octets).map(|event| event.what) {
                let (at, mut message) = (accepted.accepted_at, contents(&octets).to_vec());
                if self.shows_blank(ord)? {
                    blank_message(&mut message);
                }
                return Ok(StoredMessage::new(ord, at, link.lsn(), message));
            }
            head = link.previous;
        }
    }
}
