//! What happened, as a hash that two runs of a seed share, and as text for whoever looks for a fault.

use std::fmt::{Arguments, Write};

use postrider::base::clock::Timestamp;

pub struct Trace {
    hash: u64,
    line: String,
    lines: Option<Vec<String>>,
    began: Timestamp,
}

/// Lines kept; the last ones tell most.
const LINES_MAX: usize = 2_000_000;

impl Trace {
    pub fn new(began: Timestamp) -> Self {
        let lines = std::env::var_os("POSTRIDER_TRACE").map(|_| Vec::new());
        Self { hash: 0xcbf2_9ce4_8422_2325, line: String::new(), lines, began }
    }

    pub fn note(&mut self, now: Timestamp, what: Arguments<'_>) {
        self.line.clear();
        let micros = now.0.saturating_sub(self.began.0);
        // Writing to a string does not fail.
        let _ = write!(self.line, "{:>4}.{:06} {what}", micros / 1_000_000, micros % 1_000_000);
        let crc = u64::from(crc32(self.line.as_bytes()));
        self.hash = (self.hash ^ crc).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(17);
        if let Some(lines) = &mut self.lines
            && lines.len() < LINES_MAX
        {
            lines.push(self.line.clone());
        }
    }

    pub const fn hash(&self) -> u64 {
        self.hash
    }

    pub fn print(&self) {
        for line in self.lines.iter().flatten() {
            println!("{line}");
        }
    }
}

/// A checksum of octets, for the trace.
pub fn crc32(octets: &[u8]) -> u32 {
    crc32c::crc32c(octets)
}
