//! Carriers that are truthful but for when they say things.

use crate::sim::hostile::profile::{HONEST, Profile, Receipts, Responses};

pub(super) const PROFILES: &[Profile] = &[
    HONEST,
    Profile {
        name: "reorder",
        about: "answers the submits of a window in any order",
        responses: Responses { delay_ms: (0, 150), ..HONEST.responses },
        ..HONEST
    },
    Profile {
        name: "delay",
        about: "answers and reports late, a share of it after the response timer",
        responses: Responses { delay_ms: (5, 200), late_percent: 8, ..HONEST.responses },
        receipts: Receipts { delay_ms: (20, 800), late_percent: 10, ..HONEST.receipts },
        ..HONEST
    },
    Profile {
        name: "receipts-first",
        about: "sends most receipts before the response, on another bind if there is one",
        responses: Responses { delay_ms: (30, 200), ..HONEST.responses },
        receipts: Receipts { first_percent: 70, elsewhere: true, ..HONEST.receipts },
        ..HONEST
    },
];
