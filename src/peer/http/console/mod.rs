//! The console: what support reps, operators and auditors see in a browser.
//!
//! Pages are written here, without a script being needed; `assets` has the styles and a small script. `guard`
//! stands before every page: `sessions` say who, `rights` what they may. `audit_book` has what they did.
//! `seal` keeps numbers out of addresses, `visible` strangers' texts harmless. Not here: what a message
//! went through (see `lookup`, `searching` beside this).

pub mod audit_chain;

pub mod audit_entry;

pub mod config;

pub mod password;

pub(super) mod reasons_page;

pub(super) mod routes;

pub mod state;

mod asked;

mod assets;

mod attempts;

mod audit_book;

mod audit_page;

mod carriers_page;

mod chips;

mod consent;

mod cookie;

mod detection;

mod export_csv;

mod guard;

mod home;

mod last_five;

mod live_page;

mod masked;

mod message_page;

mod number_page;

mod page;

mod people;

mod query_text;

mod refused;

mod resend;

mod resend_rules;

mod reveal;

pub(super) mod rights;

mod row;

mod rules_page;

mod seal;

mod search_page;

mod sessions;

mod sign_in;

mod timeline;

mod verdict;

mod visible;

#[cfg(test)]
mod audit_tests;
