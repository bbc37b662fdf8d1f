//! Sequence numbers of requests in flight, and what is remembered of each until it is answered.
//!
//! A number holds its slot and the slot's generation, so that a late or repeated response finds
//! nothing instead of another request (SMPP v3.4 §5.1.4). **Invariants**: no more requests in flight
//! than the window; values stay in place, so those with a buffer of their own keep its room.

/// The window of one bind.
#[derive(Debug)]
pub(crate) struct Slots<T> {
    /// Grows as far as requests were ever in flight at once.
    slots: Vec<Slot<T>>,
    free: Vec<u32>,
    window: usize,
    bits: u32,
}

#[derive(Debug, Default)]
struct Slot<T> {
    generation: u32,
    busy: bool,
    value: T,
}

/// Bits of a sequence number: 1 to 0x7FFFFFFF.
const SEQUENCE_BITS: u32 = 31;

/// The widest window there may be.
pub(crate) const WINDOW_MAX: usize = 1 << 20;

impl<T: Default> Slots<T> {
    /// A window of `window` requests, at least one and at most [`WINDOW_MAX`].
    pub(crate) fn new(window: usize) -> Self {
        let window = window.clamp(1, WINDOW_MAX);
        let bits = window.next_power_of_two().trailing_zeros();
        Self { slots: Vec::new(), free: Vec::new(), window, bits }
    }

    /// Requests that may still be sent.
    #[inline]
    pub(crate) fn room(&self) -> usize {
        self.window - self.busy()
    }

    /// Requests not yet answered.
    pub(crate) fn busy(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// A number for one more request and the place to remember it in; `None` if the window is full.
    #[inline]
    pub(crate) fn take(&mut self) -> Option<(u32, &mut T)> {
        let number = match self.free.pop() {
            Some(number) => number,
            None if self.slots.len() < self.window => {
                self.slots.push(Slot::default());
                self.slots.len() as u32 - 1
            }
            None => return None,
        };
        let slot = self.slots.get_mut(number as usize)?;
        let generations = 1 << (SEQUENCE_BITS - self.bits);
        slot.generation = (slot.generation + 1) % generations;
        // Generation 0 is left out, or slot 0 would be given the number 0.
        slot.generation = slot.generation.max(1);
        slot.busy = true;
        Some((slot.generation << self.bits | number, &mut slot.value))
    }

    /// Ends the request with this number; `None` if there is no such request in flight.
    #[inline]
    pub(crate) fn release(&mut self, sequence_number: u32) -> Option<&mut T> {
        let number = sequence_number & ((1 << self.bits) - 1);
        let slot = self.slots.get_mut(number as usize)?;
        if !slot.busy || slot.generation != sequence_number >> self.bits {
            return None;
        }
        slot.busy = false;
        self.free.push(number);
        Some(&mut slot.value)
    }

    /// Ends every request in flight, as when the connection broke.
    pub(crate) fn release_all(&mut self, mut each: impl FnMut(&mut T)) {
        for (number, slot) in self.slots.iter_mut().enumerate() {
            if slot.busy {
                slot.busy = false;
                self.free.push(number as u32);
                each(&mut slot.value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_answered_once() {
        let mut slots = Slots::<u64>::new(3);
        let (first, value) = slots.take().unwrap();
        *value = 7;
        assert_eq!(slots.release(first).copied(), Some(7));
        assert_eq!(slots.release(first), None);
        let (second, _) = slots.take().unwrap();
        assert_ne!(first, second, "the same slot has another number");
        assert_eq!(slots.release(first), None);
        assert!(slots.release(second).is_some());
    }

    #[test]
    fn the_window_is_kept_and_numbers_stay_within_31_bits() {
        for window in [1, 2, 1000] {
            let mut slots = Slots::<()>::new(window);
            for _ in 0..5000 {
                let taken: Vec<u32> =
                    std::iter::from_fn(|| slots.take().map(|(number, ())| number)).collect();
                assert_eq!((taken.len(), slots.room(), slots.busy()), (window, 0, window));
                assert!(taken.iter().all(|&number| 0 < number && number <= 0x7FFF_FFFF));
                slots.release_all(|()| ());
            }
        }
    }
}
