//! Receipts by when they are due: a ring of buckets of octets.
//!
//! A receipt is written as a whole PDU into the bucket of its time, so waiting costs it no
//! allocation and no timer of its own. **Invariants**: nothing leaves before it is due; it leaves at
//! most one bucket's width late (plus the lateness of whoever turns the wheel).

use std::time::Duration;

use crate::base::clock::Timestamp;

/// Buckets of the ring; the width follows from the longest delay.
const BUCKETS: u64 = 1024;

/// Emptied buckets whose room is kept, and the most room that is kept of each: after a jam some are
/// very large.
const SPARE: usize = 64;
const SPARE_OCTETS: usize = 512 * 1024;

/// A ring of buckets.
#[derive(Debug)]
pub(crate) struct Wheel {
    buckets: Vec<Vec<u8>>,
    width_us: u64,
    /// The bucket, counted from the epoch, that is emptied next.
    next: u64,
    /// Room of emptied buckets, given to the next: kept in place, every bucket of the ring would in
    /// time hold as much as the fullest ever did.
    spare: Vec<Vec<u8>>,
    /// Octets in all buckets.
    queued: usize,
}

impl Wheel {
    /// A wheel for delays of up to `longest`.
    pub(crate) fn new(longest: Duration, now: Timestamp) -> Self {
        let longest_us = u64::try_from(longest.as_micros()).unwrap_or(u64::MAX / 2);
        let width_us = (longest_us / (BUCKETS - 2) + 1).max(1_000);
        let buckets = (0..BUCKETS).map(|_| Vec::new()).collect();
        Self { buckets, width_us, next: now.0 / width_us, queued: 0, spare: Vec::new() }
    }

    /// Whether nothing waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.queued == 0
    }

    /// Lets `write` append one PDU that is due at `due`, or as late as the ring allows.
    #[inline]
    pub(crate) fn put(&mut self, now: Timestamp, due: Timestamp, write: impl FnOnce(&mut Vec<u8>)) {
        if self.queued == 0 {
            // Nobody turns an empty wheel, so it may have been left behind.
            self.next = self.next.max(now.0 / self.width_us);
        }
        let bucket = due.0.div_ceil(self.width_us).clamp(self.next, self.next + BUCKETS - 1);
        if let Some(octets) = self.buckets.get_mut((bucket % BUCKETS) as usize) {
            if octets.capacity() == 0 {
                *octets = self.spare.pop().unwrap_or_default();
            }
            let before = octets.len();
            write(octets);
            self.queued += octets.len() - before;
        }
    }

    /// Moves what is due to the end of `ready`.
    pub(crate) fn take_due(&mut self, now: Timestamp, ready: &mut Vec<u8>) {
        let present = now.0 / self.width_us;
        if self.queued == 0 {
            self.next = self.next.max(present + 1);
            return;
        }
        while self.next <= present {
            if let Some(bucket) = self.buckets.get_mut((self.next % BUCKETS) as usize) {
                let mut octets = std::mem::take(bucket);
                self.queued -= octets.len();
                if ready.is_empty() {
                    std::mem::swap(ready, &mut octets);
                } else {
                    ready.append(&mut octets);
                }
                if self.spare.len() < SPARE && (1..=SPARE_OCTETS).contains(&octets.capacity()) {
                    self.spare.push(octets);
                }
            }
            self.next += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A PDU whose sequence number says when it is due.
    fn pdu(due: u64) -> [u8; 16] {
        let mut octets = [0; 16];
        octets[3] = 16;
        octets[8..16].copy_from_slice(&due.to_be_bytes());
        octets
    }

    #[test]
    fn everything_leaves_after_it_is_due_and_soon() {
        for longest_ms in [0, 50, 5_000] {
            let start = 1_700_000_000_000_000;
            let mut wheel = Wheel::new(Duration::from_millis(longest_ms), Timestamp(start));
            let mut random = fastrand::Rng::with_seed(longest_ms);
            let (mut put, mut left) = (0, 0);
            let mut ready = Vec::new();
            for step in 0..20_000 {
                let now = start + step * 700;
                if step < 10_000 {
                    let due = now + random.u64(..=longest_ms * 1_000);
                    wheel.put(Timestamp(now), Timestamp(due), |out| out.extend(pdu(due)));
                    put += 1;
                }
                ready.clear();
                wheel.take_due(Timestamp(now), &mut ready);
                for pdu in ready.chunks(16) {
                    let due = u64::from_be_bytes(pdu[8..16].try_into().unwrap());
                    let late = now.checked_sub(due).expect("not before it is due");
                    assert!(late <= 2 * wheel.width_us + 700, "{late} us late");
                    left += 1;
                }
            }
            assert_eq!((left, wheel.is_empty()), (put, true));
        }
    }
}
