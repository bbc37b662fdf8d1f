//! TLS on both sides, by rustls with the `ring` provider, named explicitly wherever it is used.
//!
//! [`pem`] reads what an operator's files hold and [`certificate`] what a certificate says of itself;
//! [`identity`] is a certificate with its key. [`listener`] and [`dialer`] are what each side is told
//! to be, [`verify`] the ways other than authorities to know a server. [`channel`] is one connection
//! in TLS as octets in and out, and [`words`] says in an operator's words why one failed.

pub mod certificate;

pub mod channel;

pub mod dialer;

pub mod identity;

pub mod listener;

pub mod pem;

mod provider;

pub mod verify;

pub mod words;
