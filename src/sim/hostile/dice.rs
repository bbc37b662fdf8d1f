//! Every decision's chance, from one seed.
//!
//! A decision has a generator of its own, made of the seed and of what it is about: so it comes out
//! the same whichever bind was faster, and whatever was decided before.

/// The seed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dice(pub(super) u64);

/// FNV-1a, 64 bits: spreads well enough for a generator's seed, and is the same on every machine.
const OFFSET: u64 = 0xCBF2_9CE4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01B3;

impl Dice {
    /// The generator of the decision number `nth` about `what`.
    pub(super) fn of(self, what: &[u8], nth: u64) -> Draw {
        let octets = self.0.to_le_bytes().into_iter().chain(nth.to_le_bytes());
        let hash = octets
            .chain(what.iter().copied())
            .fold(OFFSET, |hash, octet| (hash ^ u64::from(octet)).wrapping_mul(PRIME));
        Draw(fastrand::Rng::with_seed(hash))
    }
}

/// A generator.
#[derive(Debug)]
pub(super) struct Draw(pub(super) fastrand::Rng);

impl Draw {
    /// Whether a thing happens that does in this share of cases.
    pub(super) fn percent(&mut self, share: u8) -> bool {
        share > 0 && self.0.u8(..100) < share
    }

    /// A number of the range, both ends included.
    pub(super) fn within(&mut self, (least, most): (u32, u32)) -> u32 {
        self.0.u32(least..=most.max(least))
    }

    /// One of these, if there are any.
    pub(super) fn one<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        of.get(self.0.usize(..of.len().max(1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_and_thing_give_the_same_chance_and_others_another() {
        let draw = |seed, what: &[u8], nth| Dice(seed).of(what, nth).0.u64(..);
        assert_eq!(draw(7, b"a message", 0), draw(7, b"a message", 0));
        let others = [draw(8, b"a message", 0), draw(7, b"another", 0), draw(7, b"a message", 1)];
        assert!(!others.contains(&draw(7, b"a message", 0)));
    }

    #[test]
    fn shares_and_ranges_are_kept() {
        let mut draw = Dice(1).of(b"shares", 0);
        let hits = (0..10_000).filter(|_| draw.percent(20)).count();
        assert!((1_800..2_200).contains(&hits), "{hits}");
        assert!((0..1_000).all(|_| (3..=5).contains(&draw.within((3, 5)))));
        assert_eq!(draw.one::<u8>(&[]), None);
    }
}
