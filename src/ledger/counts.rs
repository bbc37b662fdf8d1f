//! Counts of messages by what became of them: per block, to skip it; per account, to show it.
//!
//! **Invariant**: a count is changed with the state it counts, by the difference of the two.

use crate::message::disposition::Disposition;
use crate::message::octets::Reader;
use crate::message::state::State;

/// Number of dispositions.
pub(super) const DISPOSITIONS: usize = Disposition::ALL.len();

/// The messages of one block.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct BlockCounts {
    pub(super) by: [u16; DISPOSITIONS],
    pub(super) owed: u16,
    pub(super) to_submit: u16,
}

/// The messages of one account.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct AccountCounts {
    /// By disposition, in the order of `Disposition::ALL`.
    pub by: [u64; DISPOSITIONS],
    /// Receipts and inbound messages that the account has not taken yet.
    pub owed: u64,
}

impl BlockCounts {
    pub(super) fn change(&mut self, before: Option<&State>, after: &State) {
        if let Some(before) = before {
            let count = &mut self.by[before.disposition as usize];
            *count = count.saturating_sub(1);
            self.owed = self.owed.saturating_sub(u16::from(before.owed()));
            self.to_submit = self.to_submit.saturating_sub(u16::from(before.to_submit()));
        }
        self.by[after.disposition as usize] += 1;
        self.owed += u16::from(after.owed());
        self.to_submit += u16::from(after.to_submit());
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        let values = self.by.iter().chain([&self.owed, &self.to_submit]);
        values.for_each(|value| out.extend_from_slice(&value.to_le_bytes()));
    }

    pub(super) fn decode(reader: &mut Reader<'_>) -> Option<Self> {
        let mut counts = Self::default();
        for count in &mut counts.by {
            *count = reader.u16()?;
        }
        counts.owed = reader.u16()?;
        counts.to_submit = reader.u16()?;
        Some(counts)
    }
}

impl AccountCounts {
    pub(super) fn change(&mut self, before: Option<&State>, after: &State) {
        if let Some(before) = before {
            let count = &mut self.by[before.disposition as usize];
            *count = count.saturating_sub(1);
            self.owed = self.owed.saturating_sub(u64::from(before.owed()));
        }
        self.by[after.disposition as usize] += 1;
        self.owed += u64::from(after.owed());
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        let values = self.by.iter().chain([&self.owed]);
        values.for_each(|value| out.extend_from_slice(&value.to_le_bytes()));
    }

    pub(super) fn decode(reader: &mut Reader<'_>) -> Option<Self> {
        let mut counts = Self::default();
        for count in &mut counts.by {
            *count = reader.u64()?;
        }
        counts.owed = reader.u64()?;
        Some(counts)
    }
}
