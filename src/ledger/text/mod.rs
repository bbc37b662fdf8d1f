//! The words of texts: what an index of them holds, and how a search finds them.
//!
//! [`tokens`] cuts a text into words, the same for what is indexed and what is asked. The words of the newest
//! rows are in memory (`table`), those of older rows in immutable files (`file`), which are merged.

pub mod hostile;

pub mod phrase;

pub mod tokens;

mod body;

mod cache;

mod cursor;

mod file;

mod fold;

mod merge;

mod node;

mod page;

mod postings;

mod table;

mod varint;

mod write;

#[cfg(test)]
mod tests;
