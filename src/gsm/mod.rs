//! Texts as mobile networks carry them (3GPP TS 23.038): characters in, octets out, and back.

pub mod alphabet;

mod alphabet_table;
