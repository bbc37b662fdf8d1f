//! The traffic's side of the demo: what a shop sends, to whom, and how much at a time.
//!
//! **Invariants**: no more than [`WAITING`] messages are on their way to the slow carrier, so that
//! its queue is always there and never grows. **Not here**: SMPP.

use std::collections::HashSet;

use super::texts::TEXTS;
use super::world::SLOW_PREFIX;

/// Messages of the shop on their way to the slow carrier.
const WAITING: usize = 20;

/// A number that is often sent to, so that there is something to find.
pub(super) const REGULAR: &str = "447700900123";

/// Fates worth seeing: unknown, barred, memory full, expired.
const FATED: [&str; 4] = ["447700900401", "447700900403", "447700900404", "447700900408"];

/// A message to send.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Errand {
    pub(super) to: String,
    pub(super) text: String,
}

/// What was sent and is not over yet.
#[derive(Debug)]
pub(super) struct Shop {
    random: fastrand::Rng,
    orders: u32,
    /// Submits to the slow carrier without an answer.
    asked: usize,
    /// Ids of messages to the slow carrier without a receipt.
    waiting: HashSet<Box<[u8]>>,
}

impl Shop {
    pub(super) fn new(random: fastrand::Rng) -> Self {
        Self { random, orders: 0, asked: 0, waiting: HashSet::new() }
    }

    /// What is sent now: one message, and as many as the slow carrier's queue is short of.
    pub(super) fn errands(&mut self) -> Vec<Errand> {
        let to = self.somebody();
        let mut errands = vec![self.errand(to)];
        while self.asked + self.waiting.len() < WAITING {
            self.asked += 1;
            let to = format!("{SLOW_PREFIX}{:02}", self.random.u32(..100));
            errands.push(self.errand(to));
        }
        errands
    }

    fn somebody(&mut self) -> String {
        match self.random.u32(..20) {
            0..=2 => REGULAR.to_owned(),
            3 => FATED.get(self.random.usize(..FATED.len())).unwrap_or(&REGULAR).to_string(),
            4..=8 => format!("4477009007{:02}", self.random.u32(..100)),
            _ => format!("447700900{:03}", self.random.u32(..400)),
        }
    }

    fn errand(&mut self, to: String) -> Errand {
        self.orders += 1;
        let text = TEXTS.get(self.random.usize(..TEXTS.len())).copied().unwrap_or_default();
        let order = 10_000 + self.orders % 90_000;
        Errand { to, text: text.replace("{}", &order.to_string()) }
    }

    /// A submit was answered, with an id if it was taken.
    pub(super) fn answered(&mut self, errand: &Errand, id: Option<&[u8]>) {
        if errand.to.starts_with(SLOW_PREFIX) {
            self.asked = self.asked.saturating_sub(1);
            self.waiting.extend(id.map(Box::from));
        }
    }

    /// A receipt of this id came.
    pub(super) fn ended(&mut self, id: &[u8]) {
        self.waiting.remove(id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slow_carriers_queue_is_kept_full_and_does_not_grow() {
        let mut shop = Shop::new(fastrand::Rng::with_seed(1));
        let slow = |errands: &[Errand]| {
            errands.iter().filter(|errand| errand.to.starts_with(SLOW_PREFIX)).count()
        };
        let errands = shop.errands();
        assert_eq!((errands.len(), slow(&errands)), (WAITING + 1, WAITING));
        assert_eq!(slow(&shop.errands()), 0, "all are on their way");
        for (number, errand) in errands.iter().enumerate() {
            shop.answered(errand, Some(&number.to_be_bytes()));
        }
        assert_eq!(slow(&shop.errands()), 0);
        shop.ended(&5_usize.to_be_bytes());
        shop.ended(b"another's");
        assert_eq!(slow(&shop.errands()), 1);
    }

    #[test]
    fn numbers_are_of_the_range_for_fiction_and_texts_fit() {
        let mut shop = Shop::new(fastrand::Rng::with_seed(2));
        for _ in 0..1_000 {
            for errand in shop.errands() {
                assert!(errand.to.len() == 12 && errand.to.starts_with("447700900"));
                assert!(errand.text.is_ascii() && errand.text.len() < 160 && errand.text.len() > 9);
                shop.answered(&errand, None);
            }
        }
    }
}
