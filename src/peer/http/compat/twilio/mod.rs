//! Twilio's Messages resource, for programs that use its libraries and change nothing but the base address.
//!
//! `log_in` has who asks, `order` what a form wants, `resource` a message as Twilio shows it, `refused` its
//! errors; one file for each operation puts them together. What cannot be here (media, messaging
//! services, content templates, redaction) is refused with Twilio's code for it. Not here: the calls of
//! `StatusCallback`.

pub(super) mod cancel;

pub(super) mod create;

mod error_codes;

pub(super) mod fetch;

pub(super) mod list;

mod log_in;

mod order;

mod pages;

pub(super) mod refused;

mod resource;
