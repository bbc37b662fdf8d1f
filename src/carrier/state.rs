//! What a carrier's receipt says of the message's state: the standard's numbers and words, and the
//! carrier's own (SMPP v3.4 §5.2.28, Appendix B).

use crate::wire::smpp::message_state::MessageState;
use crate::wire::smpp::receipt::Receipt;

/// Numbers and words of a carrier's own, each sorted.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct StateTable {
    numbers: Box<[(u32, MessageState)]>,
    words: Box<[(Box<[u8]>, MessageState)]>,
}

/// Entries of a profile's own.
pub const STATES_MAX: usize = 256;

/// The words a profile names states with, which are those of receipts.
pub const STATES: [(&str, MessageState); 10] = [
    ("SCHEDLD", MessageState::Scheduled),
    ("ENROUTE", MessageState::Enroute),
    ("DELIVRD", MessageState::Delivered),
    ("EXPIRED", MessageState::Expired),
    ("DELETED", MessageState::Deleted),
    ("UNDELIV", MessageState::Undeliverable),
    ("ACCEPTD", MessageState::Accepted),
    ("UNKNOWN", MessageState::Unknown),
    ("REJECTD", MessageState::Rejected),
    ("SKIPPED", MessageState::Skipped),
];

impl StateTable {
    /// A table of a carrier's `message_state` numbers and `stat` words, those in any case.
    pub fn new(
        numbers: impl IntoIterator<Item = (u32, MessageState)>,
        words: impl IntoIterator<Item = (String, MessageState)>,
    ) -> Self {
        let mut numbers: Vec<_> = numbers.into_iter().collect();
        numbers.sort_by_key(|entry| entry.0);
        numbers.dedup_by_key(|entry| entry.0);
        let lower = |word: String| word.trim().to_ascii_lowercase().into_bytes().into_boxed_slice();
        let mut words: Vec<_> =
            words.into_iter().map(|(word, state)| (lower(word), state)).collect();
        words.sort_by(|one, other| one.0.cmp(&other.0));
        words.dedup_by(|one, other| one.0 == other.0);
        Self { numbers: numbers.into(), words: words.into() }
    }

    /// The state a receipt says: a number of the carrier's own first, then a number of v3.4, then a
    /// word of the carrier's own, then the standard's word.
    pub fn of(&self, receipt: &Receipt<'_>) -> Option<MessageState> {
        let number = receipt.message_state;
        if let Some(state) = number.and_then(|number| self.number(number)) {
            return Some(state);
        }
        if matches!(number, Some(1..=8)) {
            return receipt.state;
        }
        receipt.text.stat.and_then(|stat| self.word(stat)).or(receipt.state)
    }

    fn number(&self, number: u32) -> Option<MessageState> {
        let place = self.numbers.binary_search_by_key(&number, |entry| entry.0).ok()?;
        Some(self.numbers[place].1)
    }

    fn word(&self, stat: &[u8]) -> Option<MessageState> {
        let stat = stat.trim_ascii();
        let lower = |octet: &u8| octet.to_ascii_lowercase();
        let place = self
            .words
            .binary_search_by(|entry| entry.0.iter().copied().cmp(stat.iter().map(lower)))
            .ok()?;
        Some(self.words[place].1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::smpp::tlv::TlvBuf;
    use crate::wire::smpp::tlv_table::Tag;

    fn state(table: &StateTable, number: Option<u8>, text: &[u8]) -> Option<MessageState> {
        let (mut tlvs, mut room) = (TlvBuf::default(), Vec::new());
        if let Some(number) = number {
            tlvs.push_u8(Tag::MESSAGE_STATE, number);
        }
        table.of(&Receipt::of(text, 0, &tlvs.as_tlvs(), &mut room))
    }

    #[test]
    fn without_words_of_its_own_a_carrier_speaks_as_the_standard_does() {
        let table = StateTable::default();
        assert_eq!(state(&table, Some(2), b"stat:UNDELIV"), Some(MessageState::Delivered));
        assert_eq!(state(&table, Some(0), b"stat:UNDELIV"), Some(MessageState::Undeliverable));
        assert_eq!(state(&table, None, b"id:1 stat:HANDSET"), None);
    }

    #[test]
    fn a_number_and_a_word_of_its_own_are_understood() {
        let table = StateTable::new(
            [(34, MessageState::Delivered), (6, MessageState::Delivered)],
            [("HANDSET".to_owned(), MessageState::Delivered)],
        );
        assert_eq!(state(&table, Some(34), b"stat:UNDELIV"), Some(MessageState::Delivered));
        assert_eq!(state(&table, Some(6), b""), Some(MessageState::Delivered));
        assert_eq!(state(&table, None, b"id:1 stat:handset"), Some(MessageState::Delivered));
        assert_eq!(state(&table, Some(5), b"stat:HANDSET"), Some(MessageState::Undeliverable));
    }
}
