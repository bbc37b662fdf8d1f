//! What a shard writes in one turn: messages and events, encoded without any lock.
//!
//! Layout, little-endian: `length u32` of the whole chunk, `base_ord u64`, `messages u32`,
//! `records u32`, `time u64` in microseconds, then the records. Message `i` of the chunk has the
//! ordinal `base_ord + i`; the time is that of all its events and of the acceptance of its messages.
//! **Invariant**: an event of a message of the same chunk comes after that message's record.

use super::record;
use crate::base::clock::Timestamp;
use crate::base::id::MessageOrd;
use crate::message::event::{Event, What};
use crate::message::record::Message;

/// Octets before the first record.
pub const CHUNK_HEADER_BYTES: usize = 28;

/// The longest chunk that can be appended.
pub const CHUNK_BYTES_MAX: usize = 16 << 20;

/// Offset of the ordinal in an event's record, behind its length and kind.
const ORD_AT: usize = record::SHORT_LENGTH_BYTES + 1;

/// Offset of the ordinal that an event of another message folds into, behind its own.
const INTO_AT: usize = ORD_AT + 8;

/// A turn's records, reused from turn to turn.
#[derive(Clone, Debug)]
pub struct Chunk {
    octets: Vec<u8>,
    messages: u32,
    records: u32,
    here: Vec<Here>,
}

/// Where a message's record is in its chunk.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Slot {
    /// Its ordinal will be the chunk's base plus this.
    pub index: u32,
    /// Its LSN will be the chunk's first plus this; also what [`Chunk::record_at`] takes.
    pub offset: u32,
}

/// An event whose ordinal is known when the chunk is appended.
#[derive(Clone, Copy, Debug)]
struct Here {
    ord_at: u32,
    index: u32,
}

impl Default for Chunk {
    fn default() -> Self {
        Self::new()
    }
}

impl Chunk {
    /// An empty chunk.
    pub fn new() -> Self {
        let octets = vec![0; CHUNK_HEADER_BYTES];
        Self { octets, messages: 0, records: 0, here: Vec::new() }
    }

    /// Whether nothing was put in.
    pub const fn is_empty(&self) -> bool {
        self.records == 0
    }

    /// Messages in it.
    pub const fn messages(&self) -> u32 {
        self.messages
    }

    /// Messages and events in it.
    pub const fn records(&self) -> u32 {
        self.records
    }

    /// Empties it and keeps its memory.
    pub fn clear(&mut self) {
        self.octets.truncate(CHUNK_HEADER_BYTES);
        self.messages = 0;
        self.records = 0;
        self.here.clear();
    }

    /// Puts a message in.
    pub fn message(&mut self, message: &Message<'_>) -> Slot {
        let slot = Slot { index: self.messages, offset: self.octets.len() as u32 };
        record::put(&mut self.octets, |out| {
            out.push(record::MESSAGE_TAG);
            message.encode(out);
        });
        self.messages += 1;
        self.records += 1;
        slot
    }

    /// Puts an event of an earlier message in, or one that belongs to none. Its LSN will be the chunk's
    /// first plus what this gives.
    pub fn event(&mut self, event: &Event<'_>) -> u32 {
        let offset = self.octets.len() as u32;
        record::put(&mut self.octets, |out| event.encode(out));
        self.records += 1;
        offset
    }

    /// Puts an event of a message of this chunk in, by the message's [`Slot::index`].
    pub fn event_here(&mut self, index: u32, what: &What<'_>) {
        debug_assert!(index < self.messages, "the message comes before its events");
        let ord_at = (self.octets.len() + ORD_AT) as u32;
        self.event(&Event { ord: MessageOrd(u64::from(index)), what: *what });
        self.here.push(Here { ord_at, index });
    }

    /// Says that an earlier message's debt is settled with a message of this chunk, by that one's
    /// [`Slot::index`].
    pub fn folds_here(&mut self, ord: MessageOrd, index: u32) {
        debug_assert!(index < self.messages, "the message comes before what folds into it");
        let ord_at = (self.octets.len() + INTO_AT) as u32;
        self.event(&Event { ord, what: What::Folded { into: MessageOrd(u64::from(index)) } });
        self.here.push(Here { ord_at, index });
    }

    /// All octets, the header included: offsets of slots are offsets in here.
    pub fn octets(&self) -> &[u8] {
        &self.octets
    }

    /// What `Message::decode` takes, of the message at a slot's offset; empty if there is none.
    pub fn record_at(&self, offset: u32) -> &[u8] {
        let rest = self.octets.get(offset as usize..).unwrap_or_default();
        record::split(rest).map_or(&[], |(octets, _)| record::payload(octets))
    }

    /// Writes the header and the ordinals that depend on where the chunk landed.
    pub(crate) fn seal(&mut self, base_ord: MessageOrd, time: Timestamp) {
        for here in &self.here {
            let ord = base_ord.0 + u64::from(here.index);
            let at = here.ord_at as usize;
            self.octets[at..at + 8].copy_from_slice(&ord.to_le_bytes());
        }
        let length = self.octets.len() as u32;
        self.octets[..4].copy_from_slice(&length.to_le_bytes());
        self.octets[4..12].copy_from_slice(&base_ord.0.to_le_bytes());
        self.octets[12..16].copy_from_slice(&self.messages.to_le_bytes());
        self.octets[16..20].copy_from_slice(&self.records.to_le_bytes());
        self.octets[20..28].copy_from_slice(&time.0.to_le_bytes());
    }
}

/// A chunk read back from a frame.
#[derive(Clone, Copy, Debug)]
pub struct ChunkView<'a> {
    /// Ordinal of its first message.
    pub base_ord: MessageOrd,
    /// Messages in it.
    pub messages: u32,
    /// Messages and events in it.
    pub records: u32,
    /// When it was appended.
    pub time: Timestamp,
    octets: &'a [u8],
}

impl<'a> ChunkView<'a> {
    /// The chunk a slice begins with; `None` if it is cut short or cannot be one.
    pub fn parse(octets: &'a [u8]) -> Option<Self> {
        let header = octets.first_chunk::<CHUNK_HEADER_BYTES>()?;
        let word = |at: usize| u32::from_le_bytes([0, 1, 2, 3].map(|i| header[at + i]));
        let long = |at: usize| u64::from(word(at)) | u64::from(word(at + 4)) << 32;
        let octets = octets.get(..word(0) as usize)?;
        let (messages, records) = (word(12), word(16));
        let plausible = octets.len() >= CHUNK_HEADER_BYTES && messages <= records;
        plausible.then_some(Self {
            base_ord: MessageOrd(long(4)),
            messages,
            records,
            time: Timestamp(long(20)),
            octets,
        })
    }

    /// Octets of the whole chunk.
    pub const fn len_bytes(&self) -> usize {
        self.octets.len()
    }

    /// Its records, each with its offset in the chunk.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &'a [u8])> + use<'a> {
        let octets = self.octets;
        let mut at = CHUNK_HEADER_BYTES;
        std::iter::from_fn(move || {
            let (record, taken) = record::split(octets.get(at..)?)?;
            let offset = at as u32;
            at += taken;
            Some((offset, record))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::id::CarrierId;

    const SENDING: What<'_> = What::Sending { carrier: CarrierId(3), bind: 0, attempt: 1 };

    #[test]
    fn events_of_messages_of_the_same_chunk_get_their_ordinals_when_it_lands() {
        let mut chunk = Chunk::new();
        chunk.message(&Message::default());
        let slot = chunk.message(&Message { parts: 7, ..Message::default() });
        chunk.event_here(slot.index, &SENDING);
        chunk.event(&Event { ord: MessageOrd(5), what: SENDING });
        chunk.folds_here(MessageOrd(6), slot.index);
        for base in [100, 200] {
            chunk.seal(MessageOrd(base), Timestamp(9));
            let view = ChunkView::parse(chunk.octets()).expect("whole");
            assert_eq!((view.base_ord.0, view.messages, view.records), (base, 2, 5));
            assert_eq!(view.time, Timestamp(9));
            let events: Vec<_> =
                view.iter().filter_map(|(_, record)| Event::decode(record)).collect();
            assert_eq!(events.iter().map(|e| e.ord.0).collect::<Vec<_>>(), [base + 1, 5, 6]);
            assert_eq!(events[2].what, What::Folded { into: MessageOrd(base + 1) });
        }
        let message = Message::decode(chunk.record_at(slot.offset)).expect("message");
        assert_eq!(message.parts, 7);
    }

    #[test]
    fn what_cannot_be_a_chunk_is_none() {
        let mut chunk = Chunk::new();
        chunk.event(&Event { ord: MessageOrd(5), what: SENDING });
        chunk.seal(MessageOrd(0), Timestamp(0));
        for length in 0..chunk.octets().len() {
            assert!(ChunkView::parse(&chunk.octets()[..length]).is_none());
        }
        assert_eq!(chunk.record_at(9_999), b"");
    }
}
