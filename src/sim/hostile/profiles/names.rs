//! Carriers that call a message one thing in the response and another in the receipt.

use crate::sim::hostile::profile::{HONEST, Ids, Profile};
use crate::sim::ids::IdStyle;

pub(super) const PROFILES: &[Profile] = &[
    Profile {
        name: "rename-ids",
        about: "gives ids in hexadecimal and receipts them in decimal",
        ids: Ids { receipted: IdStyle::Dec, ..HONEST.ids },
        ..HONEST
    },
    Profile {
        name: "rename-ids-padded",
        about: "gives ids in hexadecimal and receipts them in decimal padded with zeros",
        ids: Ids { receipted: IdStyle::DecPadded, ..HONEST.ids },
        ..HONEST
    },
    Profile {
        name: "rename-ids-upper",
        about: "gives ids in lower case and receipts them in upper case",
        ids: Ids { receipted: IdStyle::HexUpper, ..HONEST.ids },
        ..HONEST
    },
    Profile {
        name: "rename-ids-zeros",
        about: "gives ids with leading zeros and loses them in the receipt",
        ids: Ids { said: IdStyle::HexPadded, ..HONEST.ids },
        ..HONEST
    },
    Profile {
        name: "rename-ids-back",
        about: "gives ids in decimal and receipts them in hexadecimal",
        ids: Ids { said: IdStyle::Dec, ..HONEST.ids },
        ..HONEST
    },
    Profile {
        name: "rename-ids-ambiguous",
        about: "counts ids from 1, in hexadecimal in the response and in decimal in the receipt",
        ids: Ids { receipted: IdStyle::Dec, from_one: true, ..HONEST.ids },
        ..HONEST
    },
];
