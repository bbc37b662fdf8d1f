//! Jasmin's HTTP API (`/send`, `/rate`, `/balance`, `/ping`), for clients that change nothing but its
//! address.
//!
//! `arguments` has what Jasmin checks and says about them, `content` what a message says and in which
//! coding, `reply` its words; one file for each path puts them together. What differs: a text without
//! `coding` goes in UCS-2 where the GSM alphabet has not all of it, nobody has a balance,
//! and `tags` choose no route: what routes know as a tag is the service type, which carriers see. Not
//! here: the calls of `dlr-url`.

mod arguments;

pub(super) mod balance;

mod content;

mod log_in;

pub(super) mod ping;

pub(super) mod rate;

pub(super) mod reply;

pub(super) mod send;

mod values;
