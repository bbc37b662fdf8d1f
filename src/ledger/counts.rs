//! Counts of messages by what became of them: per block, to skip it; per account, to show it.
//!
//! **Invariant**: a count is changed with the state it counts, by the difference of the two.

use crate::base::id::AccountId;
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

/// The messages of all accounts, and of nobody: parts that wait for others, and what no account takes.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Accounts {
    known: Vec<AccountCounts>,
    nobody: AccountCounts,
}

impl Accounts {
    pub(super) fn of(&self, account: AccountId) -> AccountCounts {
        if account == AccountId::NONE {
            return self.nobody;
        }
        self.known.get(usize::from(account.0)).copied().unwrap_or_default()
    }

    pub(super) fn of_mut(&mut self, account: AccountId) -> &mut AccountCounts {
        if account == AccountId::NONE {
            return &mut self.nobody;
        }
        let at = usize::from(account.0);
        if self.known.len() <= at {
            self.known.resize(at + 1, AccountCounts::default());
        }
        &mut self.known[at]
    }

    /// The accounts' counts; [`encode_nobody`](Self::encode_nobody) is for the end of the checkpoint.
    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&(self.known.len() as u64).to_le_bytes());
        self.known.iter().for_each(|account| account.encode(out));
    }

    pub(super) fn encode_nobody(&self, out: &mut Vec<u8>) {
        self.nobody.encode(out);
    }

    /// Earlier versions had nobody's counts in the place of their number, behind 65,535 others.
    pub(super) fn of_known(mut known: Vec<AccountCounts>) -> Self {
        let none = usize::from(AccountId::NONE.0);
        let nobody = known.get(none).copied().unwrap_or_default();
        known.truncate(none);
        let used = known.iter().rposition(|counts| *counts != AccountCounts::default());
        known.truncate(used.map_or(0, |last| last + 1));
        Self { known, nobody }
    }

    /// What comes at the end of a checkpoint; nothing does in one of an earlier version.
    pub(super) fn decode_nobody(&mut self, reader: &mut Reader<'_>) -> Option<()> {
        if !reader.0.is_empty() {
            self.nobody = AccountCounts::decode(reader)?;
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_nobodys_is_counted_without_room_for_all_accounts_there_could_be() {
        let mut accounts = Accounts::default();
        accounts.of_mut(AccountId(1)).owed = 3;
        accounts.of_mut(AccountId::NONE).owed = 7;
        assert_eq!([AccountId(1), AccountId::NONE].map(|id| accounts.of(id).owed), [3, 7]);
        let mut octets = Vec::new();
        accounts.encode(&mut octets);
        assert!(octets.len() < 1_000, "{}", octets.len());
    }

    #[test]
    fn nobodys_counts_of_an_earlier_version_are_taken_over() {
        let mut known = vec![AccountCounts::default(); 1 << 16];
        known[1].owed = 3;
        known[usize::from(AccountId::NONE.0)].owed = 7;
        let accounts = Accounts::of_known(known);
        assert_eq!([AccountId(1), AccountId::NONE].map(|id| accounts.of(id).owed), [3, 7]);
        assert_eq!(accounts.known.len(), 2);
    }
}
