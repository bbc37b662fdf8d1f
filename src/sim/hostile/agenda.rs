//! What is to happen, by when.

use std::collections::BTreeMap;

use crate::base::clock::Timestamp;

/// Things that are due at a time; those of one time in the order they were put.
#[derive(Debug)]
pub(super) struct Agenda<T> {
    things: BTreeMap<(Timestamp, u64), T>,
    put: u64,
}

impl<T> Default for Agenda<T> {
    fn default() -> Self {
        Self { things: BTreeMap::new(), put: 0 }
    }
}

impl<T> Agenda<T> {
    /// Has a thing happen at `due`.
    pub(super) fn put(&mut self, due: Timestamp, thing: T) {
        self.put += 1;
        self.things.insert((due, self.put), thing);
    }

    /// The next thing that is due by `now`.
    pub(super) fn take(&mut self, now: Timestamp) -> Option<T> {
        let first = self.things.first_entry()?;
        (first.key().0 <= now).then(|| first.remove())
    }

    /// How many are to come.
    pub(super) fn len(&self) -> usize {
        self.things.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_come_when_they_are_due_and_in_their_order() {
        let mut agenda = Agenda::default();
        for (due, thing) in [(20, 'c'), (10, 'a'), (10, 'b')] {
            agenda.put(Timestamp(due), thing);
        }
        assert_eq!(agenda.take(Timestamp(9)), None);
        let mut taken = || agenda.take(Timestamp(15));
        assert_eq!([taken(), taken(), taken()], [Some('a'), Some('b'), None]);
        assert_eq!((agenda.len(), agenda.take(Timestamp(20))), (1, Some('c')));
    }
}
