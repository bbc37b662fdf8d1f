//! The words of texts: what an index of them holds, and how a search finds them.
//!
//! [`tokens`] cuts a text into words, the same for what is indexed and what is asked.

pub mod phrase;

pub mod tokens;

mod body;

mod fold;
