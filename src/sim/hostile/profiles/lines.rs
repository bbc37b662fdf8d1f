//! Carriers whose connections do not last, or bring octets in odd portions.

use crate::sim::hostile::profile::{HONEST, Line, Profile, Receipts, Responses, Trouble};

/// What binds are refused with for a while (SMPP v3.4 §5.1.3).
const RALYBND: u32 = 0x05;
const RBINDFAIL: u32 = 0x0D;

pub(super) const PROFILES: &[Profile] = &[
    Profile {
        name: "cut",
        about: "cuts connections within a window, between response and receipt, in the middle of a \
                PDU, or sends half a PDU and is silent",
        responses: Responses { delay_ms: (10, 40), ..HONEST.responses },
        receipts: Receipts { delay_ms: (50, 300), ..HONEST.receipts },
        line: Line {
            troubles: &[
                Trouble::CutInWindow,
                Trouble::CutAfterResponse,
                Trouble::CutInPdu,
                Trouble::HalfThenSilence,
            ],
            every: (20, 50),
            troubles_max: 8,
            ..HONEST.line
        },
        ..HONEST
    },
    Profile {
        name: "glue",
        about: "splits PDUs at any octet, and glues many into one segment",
        line: Line { glued: true, ..HONEST.line },
        ..HONEST
    },
    Profile {
        name: "noise",
        about: "says things nobody asked for: responses twice or to nothing, unknown operations, \
                malformed requests",
        responses: Responses { noise_percent: 40, ..HONEST.responses },
        ..HONEST
    },
    Profile {
        name: "unbinder",
        about: "unbinds by itself and refuses binds with ESME_RBINDFAIL for a while",
        line: Line {
            troubles: &[Trouble::Unbind(RBINDFAIL, 400)],
            every: (30, 60),
            troubles_max: 6,
            ..HONEST.line
        },
        ..HONEST
    },
    Profile {
        name: "unbinder-bound",
        about: "unbinds by itself and answers binds with ESME_RALYBND for a while",
        line: Line {
            troubles: &[Trouble::Unbind(RALYBND, 500)],
            every: (30, 60),
            troubles_max: 2,
            ..HONEST.line
        },
        ..HONEST
    },
];
