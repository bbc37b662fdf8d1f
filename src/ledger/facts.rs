//! What a checkpoint says, beside the pages of states.
//!
//! Layout, little-endian: ten numbers of eight octets in the order of [`Facts`], then its lists, each
//! behind its count.

use super::counts::{AccountCounts, Accounts, BlockCounts};
use super::index::{Index, Span};
use super::store::Ledger;
use crate::base::clock::Timestamp;
use crate::base::id::MessageOrd;
use crate::message::octets::Reader;
use crate::spool::lsn::Lsn;

/// What a checkpoint says, beside the pages.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Facts {
    pub(super) replay_from: Lsn,
    pub(super) next_ord: MessageOrd,
    pub(super) segment_messages: u32,
    pub(super) run_entries: u32,
    pub(super) links_per_file: u32,
    pub(super) links: u64,
    pub(super) carrier_ids: u64,
    pub(super) segments_sealed: u64,
    pub(super) carrier_id_runs: u64,
    pub(super) strays: u64,
    /// Of all segments and the tail.
    pub(super) spans: Vec<Span>,
    /// Of all segments with states.
    pub(super) blocks: Vec<Vec<BlockCounts>>,
    pub(super) accounts: Accounts,
    pub(super) notices: Vec<u64>,
    /// The first message whose marks are on disk. Former versions had no marks, and not this either.
    pub(super) marked_from: MessageOrd,
}

impl Facts {
    /// The index as it is now.
    pub(super) fn of(index: &Index, ledger: &Ledger) -> Self {
        let kept = &index.segments[index.kept_segment()..];
        let sealed = kept.iter().take_while(|segment| segment.numbers.is_some());
        Self {
            replay_from: ledger.indexed(),
            next_ord: index.next_ord,
            segment_messages: ledger.config.segment_messages,
            run_entries: ledger.config.run_entries,
            links_per_file: ledger.config.links_per_file,
            links: index.links.entries.count(),
            carrier_ids: index.correlations.entries.count(),
            segments_sealed: index.kept.segment + sealed.count() as u64,
            carrier_id_runs: index.correlations.sealed_runs(),
            strays: index.strays,
            spans: (0..=index.segments.len()).map(|at| index.span_of(at)).collect(),
            blocks: (0..index.states.segments())
                .map(|at| index.states.blocks(at).to_vec())
                .collect(),
            accounts: index.accounts.clone(),
            notices: index.notices.iter().copied().collect(),
            marked_from: index.marked_from,
        }
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let long = |value: u64, out: &mut Vec<u8>| out.extend_from_slice(&value.to_le_bytes());
        let numbers = [
            self.replay_from.0,
            self.next_ord.0,
            u64::from(self.segment_messages),
            u64::from(self.run_entries),
            u64::from(self.links_per_file),
            self.links,
            self.carrier_ids,
            self.segments_sealed,
            self.carrier_id_runs,
            self.strays,
        ];
        numbers.into_iter().for_each(|value| long(value, &mut out));
        long(self.spans.len() as u64, &mut out);
        for span in &self.spans {
            long(span.first.0, &mut out);
            long(span.last.0, &mut out);
        }
        long(self.blocks.len() as u64, &mut out);
        for blocks in &self.blocks {
            long(blocks.len() as u64, &mut out);
            blocks.iter().for_each(|block| block.encode(&mut out));
        }
        self.accounts.encode(&mut out);
        long(self.notices.len() as u64, &mut out);
        self.notices.iter().for_each(|&notice| long(notice, &mut out));
        self.accounts.encode_nobody(&mut out);
        long(self.marked_from.0, &mut out);
        out
    }

    pub(super) fn decode(octets: &[u8]) -> Option<Self> {
        let mut reader = Reader(octets);
        let mut numbers = [0; 10];
        for number in &mut numbers {
            *number = reader.u64()?;
        }
        let [replay_from, next_ord, segment, run, per_file, links, ids, sealed, runs, strays] =
            numbers;
        let spans = many(&mut reader, |reader| {
            Some(Span { first: Timestamp(reader.u64()?), last: Timestamp(reader.u64()?) })
        })?;
        let blocks = many(&mut reader, |reader| many(reader, BlockCounts::decode))?;
        let mut accounts = Accounts::of_known(many(&mut reader, AccountCounts::decode)?);
        let notices = many(&mut reader, Reader::u64)?;
        accounts.decode_nobody(&mut reader)?;
        let marked_from = if reader.0.is_empty() { next_ord } else { reader.u64()? };
        Some(Self {
            replay_from: Lsn(replay_from),
            next_ord: MessageOrd(next_ord),
            segment_messages: u32::try_from(segment).ok()?,
            run_entries: u32::try_from(run).ok()?,
            links_per_file: u32::try_from(per_file).ok()?,
            links,
            carrier_ids: ids,
            segments_sealed: sealed,
            carrier_id_runs: runs,
            strays,
            spans,
            blocks,
            accounts,
            notices,
            marked_from: MessageOrd(marked_from),
        })
    }
}

/// A count, and that many items.
fn many<'a, T>(
    reader: &mut Reader<'a>,
    mut item: impl FnMut(&mut Reader<'a>) -> Option<T>,
) -> Option<Vec<T>> {
    let count = reader.u64()?;
    // Never more memory than the octets could stand for.
    (count <= reader.0.len() as u64).then_some(())?;
    (0..count).map(|_| item(reader)).collect()
}
