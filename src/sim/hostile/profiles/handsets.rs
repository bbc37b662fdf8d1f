//! Carriers whose handsets send.

use crate::sim::hostile::profile::{HONEST, Inbound, Profile};

pub(super) const PROFILES: &[Profile] = &[Profile {
    name: "inbound-parts",
    about: "brings long messages of handsets in parts, over several binds and in any order",
    inbound: Some(Inbound { messages: 50, parts: (2, 5) }),
    ..HONEST
}];
