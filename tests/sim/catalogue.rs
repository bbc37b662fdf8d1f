//! What the ledger holds, by the numbers the peers gave their messages.

use std::collections::BTreeMap;

use postrider::base::id::{IdCipher, MessageOrd};
use postrider::ledger::store::Ledger;
use postrider::message::record::Direction;

use crate::book::{number_in, texts_in};

/// Every message of the ledger.
pub struct Catalogue {
    /// Submissions, by number: as a rule one message each.
    pub submissions: BTreeMap<usize, Vec<MessageOrd>>,
    /// Messages from handsets, by number: as many as a centre sent it, and those made of them.
    pub texts: BTreeMap<usize, Vec<MessageOrd>>,
    by_ord: BTreeMap<MessageOrd, usize>,
    cipher: IdCipher,
}

impl Catalogue {
    pub fn of(ledger: &Ledger) -> Self {
        let mut catalogue = Self {
            submissions: BTreeMap::new(),
            texts: BTreeMap::new(),
            by_ord: BTreeMap::new(),
            cipher: ledger.id_cipher(),
        };
        for ord in (0..ledger.stats().messages).map(MessageOrd) {
            let Ok(Some(stored)) = ledger.message(ord) else { continue };
            let message = stored.message();
            if message.direction == Direction::Inbound {
                let udhi = message.esm_class & 0x40 != 0;
                for number in texts_in(message.body, udhi).unwrap_or_default() {
                    catalogue.texts.entry(number).or_default().push(ord);
                }
            } else if let Some(number) = number_in(b'm', message.body) {
                catalogue.submissions.entry(number).or_default().push(ord);
                catalogue.by_ord.insert(ord, number);
            }
        }
        catalogue
    }

    /// The submission a public id stands for.
    pub fn submission(&self, id: &[u8]) -> Option<(MessageOrd, usize)> {
        let ord = self.cipher.open(id)?;
        Some((ord, *self.by_ord.get(&ord)?))
    }
}
