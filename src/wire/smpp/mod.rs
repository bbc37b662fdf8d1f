//! SMPP v3.4 (and the operations v5.0 adds), as an ESME and as an SMSC.
//!
//! The chapters, in the order of an octet's way in:
//!
//! 1. [`frame`] cuts the stream into PDUs by `command_length`;
//! 2. [`header`], [`command`] and [`status`] name what every PDU begins with;
//! 3. [`pdu`] reads and writes the bodies, [`tlv`] their optional parameters, within [`limits`];
//! 4. [`session`] keeps one bind's state, timers and [`window`], by the table in [`states_table`];
//! 5. [`receipt`], [`receipt_text`], [`receipt_date`] and [`message_state`] read what a delivery
//!    receipt says.
//!
//! **Invariants**: a decoded PDU borrows its frame and owns nothing; decoding and encoding a PDU
//! allocates nothing but room in the output; a wrong body never costs the session, only a wrong
//! `command_length` does.
//!
//! **Not here**: sockets and TLS, who may bind, what a message is, text alphabets.
#![cfg_attr(not(test), deny(clippy::indexing_slicing))]

pub mod frame;

pub mod header;

pub mod command;

pub mod status;

mod read;

mod write;

pub mod limits;

pub mod decode_error;

pub mod time;

pub mod tlv;

pub mod tlv_table;

pub mod pdu;

pub mod states_table;

pub mod window;

pub mod session;

mod session_receive;

mod session_timers;

pub mod event;

pub mod message_state;

pub mod receipt;

pub mod receipt_text;

pub mod receipt_write;

pub mod receipt_date;
