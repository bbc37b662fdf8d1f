//! What the interfaces of other gateways share: forms in octets, texts, and whose words an answer has.
//!
//! Clients of Kannel, Jasmin and Twilio change one address and go on: see [`kannel`](super::kannel),
//! [`jasmin`](super::jasmin) and [`twilio`](super::twilio). `routes` has their paths, `dialect` what the
//! frame around all of them says in their words. They are no part of the API's document: theirs are the
//! documents of those gateways.

pub(super) mod callbacks;

pub(super) mod dialect;

pub(super) mod form;

pub mod routes;

pub(super) mod wording;
