//! Erasing what is personal of messages, for good: on request, and what an account does not keep.
//!
//! A request is durable in the [`book`] before it is answered, and searches by what is to be erased find nothing
//! from then on. The ledger's keeper then makes a pass: it tells the histories, closes the active log file,
//! writes the log files that hold anything of it anew with the records blanked, then the columns, the sorted
//! numbers and the words. Until the book says that it is done, a restart begins the pass again.

pub mod book;

pub mod request;

mod book_file;

mod finished;

pub(super) mod hidden;

pub(super) mod pass;

mod rows;

mod scan;

mod targets;

pub(super) mod worn;
