//! The words of texts: what an index of them holds, and how a search finds them.
//!
//! [`tokens`] cuts a text into words, the same for what is indexed and what is asked. The words of the newest
//! rows are in memory (`table`), those of older rows in immutable files (`file`), which are merged until
//! there is one for each segment (`follower`, `keeper`). Everything here can be lost and is then made again from the log.

pub mod config;

pub mod follower;

pub mod found;

pub mod hostile;

pub mod keeper;

pub mod phrase;

pub mod stats;

pub mod tokens;

pub(super) mod verify;

pub(super) use body::sampled_terms;

mod bodies;

mod body;

mod cache;

mod cursor;

mod file;

mod fold;

pub(super) mod index;

mod late;

mod merge;

mod node;

pub(super) mod page;

mod postings;

mod search;

mod table;

mod turns;

mod varint;

pub(super) mod whole;

mod write;

#[cfg(test)]
mod tests;
