//! Messages by the words of their text, newest first.

use std::io;
use std::ops::Range;

use super::phrase::Words;
use super::stats::TextStats;
use crate::base::clock::Timestamp;
use crate::base::id::MessageOrd;
use crate::ledger::columns::Wide;
use crate::ledger::store::Ledger;
use crate::ledger::stored::StoredMessage;

/// What reading the record of a message counts for, in steps.
pub const RECORD_STEPS: u64 = 32;

/// Steps of a search. Default of [`WordsQuery::steps_max`].
pub const STEPS_MAX: u64 = 1 << 20;

/// The fewest steps, so that every page gets on.
const STEPS_MIN: u64 = 4096;

/// Messages whose texts are read before it is asked again whether there are enough.
const TEXTS_AT_A_TIME: usize = 64;

/// How much is wanted, and how much may be looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WordsQuery {
    /// Messages wanted, at least 1.
    pub limit: usize,
    /// Only messages older than this: [`WordsPage::next`] of the page before.
    pub after: Option<MessageOrd>,
    /// Entries of lists to look at, at least 4,096; a record counts for [`RECORD_STEPS`].
    pub steps_max: u64,
}

impl Default for WordsQuery {
    fn default() -> Self {
        Self { limit: 50, after: None, steps_max: STEPS_MAX }
    }
}

/// Part of an answer.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct WordsPage {
    /// What was found, the newest first.
    pub ords: Vec<MessageOrd>,
    /// What to give as [`WordsQuery::after`] to go on; `None` when everything was looked at.
    pub next: Option<MessageOrd>,
}

impl Ledger {
    /// Messages whose text has each of these phrases; those with any text if there are none. What the index of words has not got to yet is
    /// looked for in the log, so that an answer is right whatever the index has.
    ///
    /// # Errors
    /// What the disk said; a damaged file of the index is named, and made again.
    pub fn with_words(&self, phrases: &[Words], query: &WordsQuery) -> io::Result<WordsPage> {
        let newest = self.read().next_ord;
        let mut before = query.after.map_or(newest, |after| after.min(newest));
        let limit = query.limit.max(1);
        let mut steps = query.steps_max.max(STEPS_MIN);
        let (mut page, mut rows) = (WordsPage::default(), Vec::new());
        let geometry = self.config.geometry();
        while before.0 > 0 && steps > 0 && page.ords.len() < limit {
            let newest = MessageOrd(before.0 - 1);
            let segment = geometry.segment(newest);
            let range = 0..geometry.row(newest) as u32 + 1;
            rows.clear();
            let max = TEXTS_AT_A_TIME.min(steps.div_ceil(RECORD_STEPS) as usize);
            let end = self.rows_with_words(segment, range, phrases, max, &mut steps, &mut rows)?;
            before = geometry.ord(segment, end as usize);
            for row in &rows {
                let ord = geometry.ord(segment, *row as usize);
                if page.ords.len() == limit {
                    before = MessageOrd(ord.0 + 1);
                    break;
                }
                steps = steps.saturating_sub(RECORD_STEPS);
                let has_all =
                    |it: StoredMessage| phrases.iter().all(|words| words.are_in(&it.message()));
                if self.message(ord)?.is_some_and(has_all) {
                    page.ords.push(ord);
                }
            }
        }
        page.next = (before.0 > 0).then_some(before);
        Ok(page)
    }

    /// Adds rows of a segment that may have these phrases, newest first, until there are `max` of them or the
    /// steps are used up; returns the row before which nothing was looked at. Whether the words really follow
    /// each other in the text is left to whoever asks.
    pub(in crate::ledger) fn rows_with_words(
        &self,
        segment: usize,
        rows: Range<u32>,
        phrases: &[Words],
        max: usize,
        steps: &mut u64,
        out: &mut Vec<u32>,
    ) -> io::Result<u32> {
        let terms = terms_of(phrases);
        if let Some(text) = self.text.as_ref().filter(|_| !terms.is_empty()) {
            return text.rows_with(segment as u32, rows, &terms, max, steps, out);
        }
        let first = rows.end.saturating_sub(max.min(u32::MAX as usize) as u32).max(rows.start);
        *steps = steps.saturating_sub(u64::from(rows.end - first));
        out.extend((first..rows.end).rev());
        Ok(first)
    }

    /// Keeps those of some rows of a segment, the newest first, that may have these phrases.
    pub(in crate::ledger) fn keep_with_words(
        &self,
        segment: usize,
        phrases: &[Words],
        rows: &mut Vec<usize>,
    ) -> io::Result<()> {
        let terms = terms_of(phrases);
        match &self.text {
            Some(text) if !terms.is_empty() => text.keep_rows(segment as u32, &terms, rows),
            _ => Ok(()),
        }
    }

    /// How many rows of a segment a search for these phrases has to look at, at most; all of its `rows` when no
    /// index can tell.
    pub(in crate::ledger) fn words_length(
        &self,
        segment: usize,
        rows: u32,
        phrases: &[Words],
    ) -> io::Result<u64> {
        let terms = terms_of(phrases);
        match &self.text {
            Some(text) if !terms.is_empty() => text.length(segment as u32, rows, &terms),
            _ => Ok(u64::from(rows)),
        }
    }

    /// How many messages may have these phrases, at most: for each stretch of the index its shortest list. All of
    /// them when no index can tell.
    ///
    /// # Errors
    /// What the disk said; a damaged file of the index is named, and made again.
    pub fn words_at_most(&self, phrases: &[Words]) -> io::Result<u64> {
        let next_ord = self.read().next_ord;
        let geometry = self.config.geometry();
        let full = geometry.segment(next_ord);
        (0..=full).try_fold(0, |sum, segment| {
            let rows = if segment < full { geometry.rows() } else { geometry.row(next_ord) };
            Ok(sum + self.words_length(segment, rows as u32, phrases)?)
        })
    }

    /// Figures of the index of words; `None` if there is none.
    pub fn text_stats(&self) -> Option<TextStats> {
        self.text.as_ref().map(|text| text.stats())
    }

    /// Up to when all words can be found by the index, at a moment: until now, unless it is behind. What came
    /// later is found too, more slowly.
    ///
    /// # Errors
    /// What the disk said.
    pub fn words_complete_until(&self, now: Timestamp) -> io::Result<Timestamp> {
        let Some(stats) = self.text_stats() else { return Ok(Timestamp(0)) };
        let index = self.read();
        if stats.next_ord >= index.next_ord.0 {
            return Ok(now);
        }
        let at = index.wide(MessageOrd(stats.next_ord), Wide::AcceptedAt)?;
        Ok(at.map_or(now, Timestamp).min(now))
    }
}

/// What an index has of a text with these phrases, each once.
fn terms_of(phrases: &[Words]) -> Vec<&[u8]> {
    let mut terms: Vec<&[u8]> = phrases.iter().flat_map(Words::terms).collect();
    terms.sort_unstable();
    terms.dedup();
    terms
}
