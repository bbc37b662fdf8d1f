//! What happened to every message, found by anything a caller can read out.
//!
//! The [`Indexer`](indexer::Indexer) follows the durable end of the log and keeps, per message, a
//! row of columns, an eight-octet state and a chain of its events; the
//! [`Sealer`](sealer::Sealer) sorts what is complete into immutable runs. [`Ledger`](store::Ledger)
//! answers questions from any thread. Everything here can be lost and is then read from the log
//! again: a checkpoint bounds how much. Not here: what decides about messages (see `pipeline`).

pub mod cells;

pub mod config;

pub mod correlation;

pub mod erase;

pub mod hostile;

pub mod indexer;

pub mod inspect;

pub mod keeper;

pub mod names;

pub mod opt_outs;

pub mod open;

pub mod number_set;

pub mod predicate;

pub mod probe;

pub mod query;

pub mod running;

pub mod sealer;

pub mod stats;

pub mod store;

pub mod stored;

pub mod tally_query;

pub mod text;

mod appender;

mod block_mask;

mod checkpoint;

mod checkpoint_load;

mod columns;

mod cooling;

mod counts;

mod driver;

mod expire;

mod facts;

mod filter;

pub mod follow;

mod identity;

mod index;

mod kept;

mod links;

mod listing;

mod lists;

mod lists_write;

mod marks;

mod memtable;

mod passed;

mod replaced;

mod restart;

mod run;

mod scan;

mod search;

mod search_block;

mod search_part;

mod search_rows;

mod states;

mod tally;

#[cfg(test)]
mod tests;
