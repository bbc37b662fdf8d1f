//! The interfaces of other gateways: clients of Kannel, Jasmin and Twilio change one address and go on.
//!
//! `kannel`, `jasmin` and `twilio` each speak as theirs does, about the same messages as the API. `form`,
//! `wording` and `callbacks` are what they share, `routes` has their paths, and `dialect` what the frame
//! around all of them says in their words. They are no part of the API's document: theirs are the documents
//! of those gateways.

mod callbacks;

pub(super) mod dialect;

pub(super) mod form;

mod jasmin;

mod kannel;

pub mod routes;

mod twilio;

mod wording;
