//! The settings of a hostile SMSC.

use std::net::SocketAddr;
use std::time::Duration;

use super::profile::{HONEST, Profile};

/// The settings of a hostile SMSC; the default is an honest one.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where ESMEs bind; port 0 picks a free one.
    pub listen: SocketAddr,
    /// Who may bind; `None` lets everybody in.
    pub credentials: Option<(String, String)>,
    /// What it does.
    pub profile: &'static Profile,
    /// What all its decisions are drawn from.
    pub seed: u64,
    /// The response timer of the ESME, which what is late goes beyond (SMPP v3.4 §7.2).
    pub response_timer: Duration,
    /// deliver_sm and data_sm in flight on one bind.
    pub window: usize,
    /// Where messages of handsets are addressed to.
    pub inbound_to: String,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            credentials: Some(("sink".to_owned(), "sink".to_owned())),
            profile: &HONEST,
            seed: 0,
            response_timer: Duration::from_secs(30),
            window: 10,
            inbound_to: "12345".to_owned(),
        }
    }
}
