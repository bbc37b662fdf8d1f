//! Webhooks: news told to an address, signed, until it is taken; and callbacks of single messages.
//!
//! `book` keeps them, `running` has one task for each; the task gives its [`Endpoint`](endpoint::Endpoint)
//! as much as it takes of what the feed has for it, over a [`Client`](client::Client). What is decided by
//! time or by an answer (`endpoint`, `schedule`, `secret`, `guard`) does no input or output of its own.

pub mod answer;

pub mod book;

mod callback_call;

mod callback_facts;

mod callback_form;

mod callback_jasmin;

mod callback_kannel;

pub mod callback_submit;

pub mod callback_twilio;

pub mod callbacks;

pub mod client;

pub mod delivery_log;

pub mod endpoint;

pub mod format;

pub mod guard;

mod running;

pub mod schedule;

pub mod secret;

pub mod service;

pub mod target;

mod task;
