//! Pages of the dictionary: words in order, each written as its difference from the one before.
//!
//! Layout of a page: `count u16, base u64`, then per word `octets shared with the word before u8, octets
//! that follow u8, those`. In a leaf there comes `rows u32` as a varint, and as another the place of the one row,
//! or the octets of its list; the lists of a leaf lie one after another from `base` on. In an inner page each
//! word is the first of a page below, and these pages lie one after another from page `base` on.

use std::cmp::Ordering;

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

/// What a page has of a word.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Sought {
    /// The word itself.
    pub(super) exact: Option<Item>,
    /// The last word that is not behind it.
    pub(super) last: Option<Item>,
}

/// Looks for a word in a page; `None` if the octets are no page of the dictionary.
///
/// Words are not put together: as long as a word shares more with the one before than that does with the
/// word that is sought, it is before that too, and if it shares less it is behind.
pub(super) fn seek(page: &[u8], leaf: bool, term: &[u8]) -> Option<Sought> {
    let mut node = Node::new(page, leaf)?;
    let (mut sought, mut agrees, mut length) = (Sought::default(), 0, 0);
    while node.goes_on() {
        let (shared, suffix, item) = node.step(length)?;
        length = shared + suffix.len();
        let order = match shared.cmp(&agrees) {
            Ordering::Greater => Ordering::Less,
            Ordering::Less => Ordering::Greater,
            Ordering::Equal => {
                let rest = term.get(agrees..).unwrap_or_default();
                agrees += suffix.iter().zip(rest).take_while(|(one, other)| one == other).count();
                suffix.cmp(rest)
            }
        };
        match order {
            Ordering::Less => sought.last = Some(item),
            Ordering::Equal => {
                (sought.exact, sought.last) = (Some(item), Some(item));
                break;
            }
            Ordering::Greater => break,
        }
    }
    Some(sought)
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
        let (shared, suffix, item) = self.step(self.term.len())?;
        self.term.truncate(shared);
        self.term.extend_from_slice(suffix);
        Some(item)
    }

    /// The next word: how much it shares with the one before, which has `length` octets, and what follows.
    fn step(&mut self, length: usize) -> Option<(usize, &'a [u8], Item)> {
        self.left = self.left.checked_sub(1)?;
        let (&[shared, follows], rest) = self.rest.split_first_chunk::<2>()?;
        let (suffix, rest) = rest.split_at_checked(usize::from(follows))?;
        self.rest = rest;
        let shared = usize::from(shared);
        (shared <= length && shared + suffix.len() <= TERM_BYTES_MAX).then_some(())?;
        let at = self.next;
        if !self.leaf {
            self.next = at.checked_add(1)?;
            return Some((shared, suffix, Item { entry: Entry { count: 0, value: 0 }, at }));
        }
        let count = varint::take(&mut self.rest)?;
        let entry = Entry { count, value: varint::take(&mut self.rest)? };
        self.next = at.checked_add(u64::from(entry.list_bytes()))?;
        (count > 0).then_some((shared, suffix, Item { entry, at }))
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
        for (at, (word, item)) in expected.iter().enumerate() {
            let sought = seek(&page, true, word).expect("a page");
            assert_eq!(sought, Sought { exact: Some(*item), last: Some(*item) });
            let behind = [&word[..], b"!"].concat();
            let sought = seek(&page, true, &behind).expect("a page");
            assert_eq!(sought, Sought { exact: None, last: Some(*item) });
            let before = &word[..word.len() - 1];
            let sought = seek(&page, true, before).expect("a page");
            let there = expected[..at].iter().rfind(|it| *it.0 <= *before).map(|it| it.1);
            assert_eq!(sought.last, there, "{before:?}");
        }
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
            let leaf = random.bool();
            let Some(mut node) = Node::new(&page, leaf) else { continue };
            let _ = seek(&page, leaf, &page[..page.len().min(5)]);
            while node.next().is_some() {
                assert!(node.term().len() <= TERM_BYTES_MAX);
            }
        }
    }
}
