//! Searching for messages by anything a caller can read out: one query language for all who ask.
//!
//! [`parse`](parse::parse) reads a query into an [`Expression`](expression::Expression) without asking
//! anybody; [`Resolver`](resolve::Resolver) says what it means in a ledger, as predicates for
//! [`Ledger::search`](crate::ledger::store::Ledger::search). Not here: how a segment is searched (see
//! `ledger`), who may ask (see `peer`).

pub mod expression;

pub mod key;

pub mod number_forms;

pub mod number_text;

pub mod parse;

pub mod reading;

pub mod resolve;

pub mod syntax_error;

pub mod when;

mod render;

mod token;

mod value;

#[cfg(test)]
mod tests;
