//! Pages of the dictionary: words in order, each written as its difference from the one before.
//!
//! Layout of a page: `count u16, base u64`, then per word `octets shared with the word before u8, octets
//! that follow u8, those`. In a leaf there comes `rows u32` as a varint, and as another the place of the one row,
//! or the octets of its list; the lists of a leaf lie one after another from `base` on. In an inner page each
//! word is the first of a page below, and these pages lie one after another from page `base` on.

use super::page::PAGE_DATA;
use super::tokens::TERM_BYTES_MAX;
use super::varint;

const HEAD_BYTES: usize = 10;

/// The most that one word takes.
const ENTRY_BYTES_MAX: usize = 2 + TERM_BYTES_MAX + 10;

/// What a leaf says of a word.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Entry {
    /// Rows that have the word.
    pub(super) count: u32,
    /// The place of the one row; else the octets of the list.
    pub(super) value: u32,
}

impl Entry {
    /// Octets of the list it has elsewhere.
    const fn list_bytes(self) -> u32 {
        if self.count == 1 { 0 } else { self.value }
    }
}

/// Fills a page.
#[derive(Debug)]
pub(super) struct NodeBuilder {
    octets: Vec<u8>,
    count: u16,
    before: Vec<u8>,
}

impl NodeBuilder {
    pub(super) fn new() -> Self {
        Self { octets: vec![0; HEAD_BYTES], count: 0, before: Vec::new() }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.count == 0
    }

    pub(super) const fn is_full(&self) -> bool {
        self.octets.len() + ENTRY_BYTES_MAX > PAGE_DATA
    }

    /// Adds a word behind all others; an entry for a leaf.
    pub(super) fn push(&mut self, term: &[u8], entry: Option<Entry>) {
        let shared = self.before.iter().zip(term).take_while(|(one, other)| one == other).count();
        self.octets.extend_from_slice(&[shared as u8, (term.len() - shared) as u8]);
        self.octets.extend_from_slice(&term[shared..]);
        if let Some(entry) = entry {
            varint::put(&mut self.octets, entry.count);
            varint::put(&mut self.octets, entry.value);
        }
        self.before.truncate(shared);
        self.before.extend_from_slice(&term[shared..]);
        self.count += 1;
    }

    /// Ends the page and hands over its octets; the next is begun.
    pub(super) fn finish(
        &mut self,
        base: u64,
        take: impl FnOnce(&[u8]) -> std::io::Result<()>,
    ) -> std::io::Result<()> {
        self.octets[..2].copy_from_slice(&self.count.to_le_bytes());
        self.octets[2..HEAD_BYTES].copy_from_slice(&base.to_le_bytes());
        take(&self.octets)?;
        self.octets.truncate(HEAD_BYTES);
        self.count = 0;
        self.before.clear();
        Ok(())
    }
}

/// Reads a page word by word.
#[derive(Debug)]
pub(super) struct Node<'a> {
    rest: &'a [u8],
    left: u16,
    leaf: bool,
    term: Vec<u8>,
    /// Where the list of the next word is, or the page below it.
    next: u64,
}

/// A word of a page.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Item {
    /// What a leaf says of it; nothing in an inner page.
    pub(super) entry: Entry,
    /// Where its list is in the postings, or the number of the page below.
    pub(super) at: u64,
}

impl<'a> Node<'a> {
    /// `None` if the octets are no page of the dictionary.
    pub(super) fn new(page: &'a [u8], leaf: bool) -> Option<Self> {
        let (count, rest) = page.split_first_chunk::<2>()?;
        let (base, rest) = rest.split_first_chunk::<8>()?;
        let (left, next) = (u16::from_le_bytes(*count), u64::from_le_bytes(*base));
        Some(Self { rest, left, leaf, term: Vec::new(), next })
    }

    /// The word that was read last.
    pub(super) fn term(&self) -> &[u8] {
        &self.term
    }

    /// Whether words are left.
    pub(super) const fn goes_on(&self) -> bool {
        self.left > 0
    }

    /// Reads the next word; `None` if what is there is none.
    pub(super) fn next(&mut self) -> Option<Item> {
        self.left = self.left.checked_sub(1)?;
        let (&[shared, follows], rest) = self.rest.split_first_chunk::<2>()?;
        let (suffix, rest) = rest.split_at_checked(usize::from(follows))?;
        self.rest = rest;
        let length = usize::from(shared) + suffix.len();
        (usize::from(shared) <= self.term.len() && length <= TERM_BYTES_MAX).then_some(())?;
        self.term.truncate(usize::from(shared));
        self.term.extend_from_slice(suffix);
        let at = self.next;
        if !self.leaf {
            self.next = at.checked_add(1)?;
            return Some(Item { entry: Entry { count: 0, value: 0 }, at });
        }
        let count = varint::take(&mut self.rest)?;
        let entry = Entry { count, value: varint::take(&mut self.rest)? };
        self.next = at.checked_add(u64::from(entry.list_bytes()))?;
        (count > 0).then_some(Item { entry, at })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_page_read_back_with_where_their_lists_are() {
        let mut random = fastrand::Rng::with_seed(1);
        let words: std::collections::BTreeSet<Vec<u8>> = (0..3000)
            .map(|_| (0..random.usize(1..=TERM_BYTES_MAX)).map(|_| random.u8(b'a'..b'd')).collect())
            .collect();
        let mut builder = NodeBuilder::new();
        let mut expected = Vec::new();
        let mut at = 77;
        for word in &words {
            if builder.is_full() {
                break;
            }
            let entry = Entry { count: random.u32(1..3), value: random.u32(..) };
            builder.push(word, Some(entry));
            expected.push((word.clone(), Item { entry, at }));
            at += u64::from(entry.list_bytes());
        }
        let mut page = Vec::new();
        let take = |octets: &[u8]| {
            page.extend_from_slice(octets);
            Ok(())
        };
        builder.finish(77, take).expect("taken");
        assert!(page.len() <= PAGE_DATA && builder.is_empty() && expected.len() > 50);
        let mut node = Node::new(&page, true).expect("a page");
        for (word, item) in expected {
            assert_eq!(node.next(), Some(item));
            assert_eq!(node.term(), word);
        }
        assert!(!node.goes_on() && node.next().is_none());
    }

    #[test]
    fn octets_of_any_kind_are_words_or_none() {
        let mut random = fastrand::Rng::with_seed(2);
        for _ in 0..20_000 {
            let page: Vec<u8> = (0..random.usize(..200)).map(|_| random.u8(..)).collect();
            let Some(mut node) = Node::new(&page, random.bool()) else { continue };
            while node.next().is_some() {
                assert!(node.term().len() <= TERM_BYTES_MAX);
            }
        }
    }
}
