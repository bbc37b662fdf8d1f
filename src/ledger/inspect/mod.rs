//! Looking at a data directory from outside: what is in it, and whether it is as it was written.
//!
//! Nothing here changes anything, and nothing here works on a directory that a gateway has open. The log is
//! the truth; everything else is held against it.

pub mod finding;

pub mod survey;

pub mod verify;

mod checkpoints;

mod columns_check;

mod entries_check;

mod files;

mod filters_check;

mod fold;

mod ids_check;

mod lists_check;

mod numbers_check;

mod run_check;

mod states_check;

mod words_check;

mod word_sums;
