//! The one canonical model of a message, its events and what became of it.
//!
//! Everything that enters by any protocol becomes a [`Message`](record::Message); everything that
//! happens to it afterwards is an [`Event`](event::Event); what people are shown is a
//! [`State`](state::State), the fold over those events. The octets written here are the durable
//! format of the log (`FORMAT_VERSION` in `spool`), so a change of layout is a change of version.
//! Not here: any protocol, any I/O.

pub mod address;

pub mod blank;

pub mod callback;

pub mod callback_url;

pub mod carrier_id;

pub mod condition;

pub mod consent;

pub mod consent_word;

pub mod dictionary;

pub mod disposition;

pub mod event;

pub mod event_codec;

pub mod octets;

pub mod place;

pub mod reason;

pub mod record;

pub mod ruling;

pub mod state;

pub mod unjoined;

#[cfg(test)]
mod state_tests;
