//! The configuration: one TOML file, checked once, made into the settings of each part.
//!
//! `file` opens it, `check` reads it section by section, `section` reads keys with their bounds,
//! `finding` says what is wrong and where; one file for each part says what that part may be told. A key exists where it is read, so a key
//! that nobody reads cannot be one that is allowed. Everything wrong is found in one pass.
//! **Invariant**: a [`Config`](file::Config) in hand has been checked.

mod account;

mod callbacks;

mod carrier;

mod check;

mod console;

mod circles;

mod export;

pub mod file;

pub mod finding;

mod http;

mod ledger;

mod limit;

mod listener;

mod log;

mod mo_route;

mod outbind;

mod place;

pub mod profile;

mod profile_addresses;

mod profile_keys;

mod profile_tables;

mod route;

mod secret;

mod section;

mod smpp;

mod spool;

mod tables;

mod telemetry;

mod tls;

mod tls_files;

mod value;

mod words;

#[cfg(test)]
mod tests;

#[cfg(test)]
mod tls_tests;

#[cfg(test)]
mod profile_tests;

#[cfg(test)]
mod limit_tests;

#[cfg(test)]
mod text_tests;

#[cfg(test)]
mod mo_tests;

#[cfg(test)]
mod login_tests;
