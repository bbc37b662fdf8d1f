//! Carriers that cannot take what they are given.

use crate::sim::hostile::profile::{HONEST, Line, Profile, Refusals, Responses, Trouble};

pub(super) const PROFILES: &[Profile] = &[
    Profile {
        name: "throttle",
        about: "answers ESME_RTHROTTLED above 60 a second, ESME_RMSGQFUL for some destinations, and \
                shows its congestion_state",
        interface_version: Some(0x50),
        responses: Responses { congestion: true, ..HONEST.responses },
        refusals: Refusals { rate: 60, full_percent: 10, full_times: 2, ..HONEST.refusals },
        ..HONEST
    },
    Profile {
        name: "slow",
        about: "reads a PDU every 5 ms, and now and then nothing for longer than the response timer",
        line: Line {
            read_every_ms: 5,
            troubles: &[Trouble::Deaf(60), Trouble::Deaf(150)],
            every: (60, 120),
            troubles_max: 4,
            ..HONEST.line
        },
        ..HONEST
    },
];
