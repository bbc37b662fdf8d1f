//! Putting the receipts of a submit where they wait until they are due.

use super::centre::{Act, Centre};
use super::decision::{Decision, Word};
use super::dialect::{Said, err_text, write};
use super::owed::Delivery;
use super::profile::{Dialect, Parameters, Text};
use super::submit::Coming;
use super::told::{Stray, Told};
use super::truth::{ENTRIES_MAX, Escaped, Of};

/// `registered_delivery`, the bits that ask for a receipt and for intermediate notifications (SMPP
/// v3.4 §5.2.17).
const RECEIPT_BITS: u8 = 0x03;

/// Numbers that are never given are so far away from those that are.
const STRAY: u64 = 0x4000_0000;

impl Centre {
    /// Has all receipts of a submit come at their time, if any was asked for. Intermediate
    /// notifications come unasked, as they do in the field.
    pub(super) fn report(
        &mut self,
        coming: &Coming<'_>,
        submit: Option<(usize, usize)>,
        decision: &Decision,
        number: u64,
    ) {
        let (Some(dialect), true) =
            (decision.dialect, coming.sm.registered_delivery & RECEIPT_BITS != 0)
        else {
            return;
        };
        let bound = self.lines.get(&coming.line).and_then(|line| line.bound.clone());
        let Some((system_id, _)) = bound else { return };
        for word in &decision.words {
            let mut id = Vec::new();
            let named = if word.stray { number + STRAY } else { number };
            self.config.profile.ids.receipted.write(named, &mut id);
            let said = Said {
                id: &id,
                says: word.says,
                text_stat: word.text_says.unwrap_or(word.says.stat),
                intermediate: word.intermediate,
                submitted: self.now,
                done: self.now + word.after,
            };
            let mut pdu = Vec::new();
            write(dialect, coming.sm, &said, &mut pdu);
            let delivery = Delivery {
                pdu,
                of: self.told(submit, dialect, word, &id),
                system_id: system_id.clone(),
                avoid: self.config.profile.receipts.elsewhere.then_some(coming.line),
            };
            self.agenda.put(self.now + word.after, Act::Owe(delivery));
        }
    }

    /// Writes a receipt into the truth.
    fn told(&self, submit: Option<(usize, usize)>, dialect: Dialect, word: &Word, id: &[u8]) -> Of {
        let mut truth = Self::known(&self.truth);
        if word.stray && truth.strays.len() < ENTRIES_MAX {
            truth.strays.push(Stray { id: Escaped(id.to_vec()), sent: 0, confirmed: false });
            return Of::Stray(truth.strays.len() - 1);
        }
        let Some((place, submit)) = submit.filter(|_| !word.stray) else { return Of::Unrecorded };
        let Some(entry) = truth.entries.get_mut(place) else { return Of::Unrecorded };
        let has_stat = !matches!(dialect.text, Text::Empty | Text::NoStat);
        let has_parameters = dialect.parameters != Parameters::Absent;
        entry.receipts.push(Told {
            submit,
            id: Escaped(id.to_vec()),
            stat: has_stat.then(|| word.text_says.unwrap_or(word.says.stat)),
            message_state: has_parameters.then_some(word.says.message_state),
            err: err_text(dialect, word.says.err),
            intermediate: word.intermediate,
            sent: 0,
            confirmed: false,
        });
        Of::Receipt(place, entry.receipts.len() - 1)
    }
}
