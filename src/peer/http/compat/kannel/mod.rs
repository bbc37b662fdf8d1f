//! Kannel's `/cgi-bin/sendsms`, for clients that change nothing but its address.
//!
//! `fields` has what a request says in whichever of Kannel's ways, `values` the numbers among it, `content` what it wants said and in which
//! coding, `reply` Kannel's own words; `sendsms` puts them together. What differs: a text without
//! `coding` goes in UCS-2 where the GSM alphabet has not all of it, and `smsc` chooses no carrier, since
//! routes do. Not here: the calls of `dlr-url`.

mod content;

mod fields;

pub(super) mod reply;

pub(super) mod sendsms;

mod values;
