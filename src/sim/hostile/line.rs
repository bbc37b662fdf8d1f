//! One connection: what is on its way to it, and what it is capable of at present.

use std::collections::HashMap;
use std::time::Duration;

use super::dice::Draw;
use super::owed::Delivery;
use crate::base::clock::Timestamp;
use crate::wire::smpp::pdu::BindMode;

/// Which connection: counted from 1, never used again.
pub(super) type LineNo = u64;

/// The longest portion of a split stream, and the longest pause between two.
const PORTION_MAX: u32 = 300;
const PAUSE_US: (u32, u32) = (0, 4_000);

/// A connection.
#[derive(Debug, Default)]
pub(super) struct Line {
    /// Who is bound, and how.
    pub(super) bound: Option<(Vec<u8>, BindMode)>,
    /// deliver_sm and data_sm not answered yet, by their numbers.
    pub(super) window: HashMap<u32, Delivery>,
    /// Number of the last request of ours.
    pub(super) sequence: u32,
    /// Nothing is read until then.
    pub(super) deaf_until: Timestamp,
    /// Nothing is said any more, and what comes is thrown away.
    pub(super) mute: bool,
    /// We have sent unbind: no more is delivered on it.
    pub(super) leaving: bool,
    /// It ends when everything said has been written.
    pub(super) closing: bool,
    said: Vec<u8>,
    portion_at: Timestamp,
}

impl Line {
    /// Whether it takes deliveries of `system_id` now.
    pub(super) fn takes(&self, system_id: &[u8], window: usize) -> bool {
        let (closing, silent) = (self.closing || self.leaving, self.mute);
        let receives = self
            .bound
            .as_ref()
            .is_some_and(|(bound, mode)| bound == system_id && *mode != BindMode::Transmitter);
        receives && !closing && !silent && self.window.len() < window
    }

    /// Says something, unless the line is mute or about to end.
    pub(super) fn say(&mut self, octets: &[u8]) -> bool {
        let hears = !self.mute && !self.closing;
        if hears {
            self.said.extend_from_slice(octets);
        }
        hears
    }

    /// Octets said that have not left.
    pub(super) const fn said(&self) -> usize {
        self.said.len()
    }

    /// Whether something was said that has not left.
    pub(super) fn has_said(&self) -> bool {
        !self.said.is_empty()
    }

    /// The number of one more request of ours (§5.1.4).
    pub(super) fn next_sequence(&mut self) -> u32 {
        self.sequence = self.sequence % 0x7FFF_FFFF + 1;
        self.sequence
    }

    /// What leaves now: everything, or the next portion of a stream that is split.
    pub(super) fn leaves(&mut self, now: Timestamp, split: Option<Draw>) -> Vec<u8> {
        let Some(mut draw) = split else { return std::mem::take(&mut self.said) };
        if now < self.portion_at {
            return Vec::new();
        }
        self.portion_at = now + Duration::from_micros(u64::from(draw.within(PAUSE_US)));
        let portion = (draw.within((1, PORTION_MAX)) as usize).min(self.said.len());
        let rest = self.said.split_off(portion);
        std::mem::replace(&mut self.said, rest)
    }
}

#[cfg(test)]
mod tests {
    use super::super::dice::Dice;
    use super::*;

    #[test]
    fn a_split_stream_leaves_in_portions_and_whole_in_the_end() {
        let mut line = Line::default();
        let said: Vec<u8> = (0..=255).cycle().take(3_000).collect();
        assert!(line.say(&said));
        let (mut left, mut portions) = (Vec::new(), 0);
        for moment in 0..1_000 {
            let draw = Dice(3).of(b"portion", moment);
            let portion = line.leaves(Timestamp(moment * 2_000), Some(draw));
            portions += usize::from(!portion.is_empty());
            left.extend(portion);
        }
        assert_eq!(left, said);
        assert!(portions > 10, "{portions}");
    }

    #[test]
    fn a_mute_line_says_nothing_more() {
        let mut line = Line { mute: true, ..Line::default() };
        assert!(!line.say(b"anything"));
        assert!(!line.has_said());
    }
}
