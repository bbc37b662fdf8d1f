//! The world of a demo: carriers with their fates, accounts, routes, a key.
//!
//! All numbers are of the range set aside for fiction, +44 7700 900000 to 900999; the simulated
//! carriers give some of them a fate of their own (see [`crate::sim::outcome::FATES`]).

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::place::listen;
use crate::base::secret::Secret;
use crate::peer::http::config::{HttpConfig, KeyConfig, Scope};
use crate::peer::http::console::config::{ConsoleConfig, Role, UserConfig};
use crate::pipeline::route_config::RouteConfig;
use crate::pipeline::settings::{
    AccountConfig, CarrierConfig, Settings, SmppSettings, SpoolSettings,
};
use crate::sim::config::{Config as SmscConfig, Span};
use crate::sim::outcome::Outcomes;
use crate::sim::smsc::Smsc;

/// The key of the API.
pub(super) const KEY: &str = "demo-key";

/// Whoever tries the demo: system id and password.
pub(super) const VISITOR: &str = "demo";

/// Who sends the traffic: system id and password.
pub(super) const SHOP: &str = "shop";

/// Users of the console.
pub(super) const REP: &str = "rep";
pub(super) const OPERATOR: &str = "op";

/// The hashes of `rep-demo` and `op-demo`, which are no secrets.
const REP_HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$m5EXj0PGmQ8IplXDsxhIxA$Y7M9mxRGRJsTi28pjzwbcEcbC2xunv6t+dRfnGtcW0o";
const OPERATOR_HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$6WZYkCY7fKV/lUb20dxG5A$9hWT2dWcOW2a1se4PkiB7SR3adYt1kt9zsgMODB79i8";

/// The port of the documentation.
pub(super) const SMPP_PORT: u16 = 2775;

/// The port of the documentation.
pub(super) const HTTP_PORT: u16 = 8080;

/// A simulated carrier.
#[derive(Debug)]
pub(super) struct Simulated {
    pub(super) name: &'static str,
    /// Leading digits that are routed to it.
    pub(super) prefix: &'static str,
    /// What becomes of its messages, in words.
    pub(super) fate: &'static str,
    outcomes: &'static str,
    /// Milliseconds until a receipt.
    delay: (u64, u64),
    /// Messages a second the gateway may give it.
    rate: Option<u32>,
}

/// The carriers, the first of which takes what the others do not.
pub(super) const CARRIERS: [Simulated; 3] = [
    Simulated {
        name: "orange-sim",
        prefix: "447700900",
        fate: "nine of ten delivered; else absent, memory full, barred or unknown",
        outcomes: "delivered=90,undeliverable=10",
        delay: (200, 1_500),
        rate: None,
    },
    Simulated {
        name: "vodafone-sim",
        prefix: "4477009007",
        fate: "a fifth expires, a tenth is rejected",
        outcomes: "delivered=70,expired=20,rejected=10",
        delay: (500, 4_000),
        rate: None,
    },
    Simulated {
        name: "slowpoke-sim",
        prefix: SLOW_PREFIX,
        fate: "takes one message a second, so there is a queue",
        outcomes: "delivered=100",
        delay: (500, 2_000),
        rate: Some(1),
    },
];

/// Numbers of the slow carrier.
pub(super) const SLOW_PREFIX: &str = "4477009009";

/// Starts the carriers, in the order of [`CARRIERS`].
pub(super) fn start_carriers() -> io::Result<Vec<Smsc>> {
    CARRIERS.iter().map(Simulated::start).collect()
}

impl Simulated {
    fn start(&self) -> io::Result<Smsc> {
        let (least, most) = self.delay;
        Smsc::start(SmscConfig {
            credentials: Some((self.name.to_owned(), PASSWORD.to_owned())),
            outcomes: self.outcomes.parse::<Outcomes>().map_err(io::Error::other)?,
            delay: Span::new(Duration::from_millis(least), Duration::from_millis(most)),
            ..SmscConfig::default()
        })
    }

    fn config(&self, address: SocketAddr) -> CarrierConfig {
        CarrierConfig {
            name: self.name.to_owned(),
            address: address.to_string(),
            system_id: self.name.to_owned(),
            password: Secret::new(PASSWORD),
            window: 100,
            rate_per_second: self.rate,
            rebind_min: Duration::from_millis(100),
            ..CarrierConfig::default()
        }
    }
}

/// What the gateway binds to the carriers with.
const PASSWORD: &str = "sim";

/// The gateway between them.
pub(super) fn settings(data_dir: PathBuf, carriers: &[Smsc]) -> Settings {
    let account = |name: &str| AccountConfig {
        name: name.to_owned(),
        system_id: name.to_owned(),
        password: Secret::new(name),
        ..AccountConfig::default()
    };
    let each = CARRIERS.iter().zip(carriers);
    Settings {
        data_dir,
        shards: 1,
        smpp: SmppSettings { listen: Some(listen(SMPP_PORT)), ..SmppSettings::default() },
        accounts: vec![account(VISITOR), account(SHOP)],
        carriers: each.map(|(carrier, smsc)| carrier.config(smsc.addr())).collect(),
        routes: routes(),
        limits: Vec::new(),
        mo_routes: Vec::new(),
        spool: SpoolSettings {
            // Enough for hours of it, and little to ask of a disk.
            log_file_bytes: 32 << 20,
            free_bytes_min: 64 << 20,
            ..SpoolSettings::default()
        },
        ..Settings::default()
    }
}

/// The carriers' own prefixes, and the first carrier for whatever number comes to a visitor's mind.
fn routes() -> Vec<RouteConfig> {
    let own = CARRIERS.iter().enumerate().map(|(place, carrier)| (carrier.prefix, place));
    own.chain([("", 0)]).map(|(prefix, carrier)| RouteConfig::to(prefix, carrier)).collect()
}

/// The API, open to [`KEY`].
pub(super) fn http() -> HttpConfig {
    let digest = Sha256::digest(KEY).into();
    let key = KeyConfig {
        name: "demo".into(),
        digest,
        login: None,
        scopes: vec![Scope::All],
        account: None,
        ips: Vec::new(),
        rate: None,
    };
    let console = ConsoleConfig { users: users(), ..ConsoleConfig::default() };
    HttpConfig {
        listen: Some(listen(HTTP_PORT)),
        keys: vec![key],
        console,
        ..HttpConfig::default()
    }
}

/// Who may sign in to the console: each with `-demo` behind the name.
fn users() -> Vec<UserConfig> {
    let user = |name: &str, role, hash: &str| UserConfig {
        name: name.to_owned(),
        password_hash: Secret::new(hash),
        role,
        account: None,
    };
    vec![user(REP, Role::Support, REP_HASH), user(OPERATOR, Role::Operator, OPERATOR_HASH)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_carrier_has_outcomes_and_a_route_and_the_others_go_to_the_first() {
        for carrier in &CARRIERS {
            assert!(carrier.outcomes.parse::<Outcomes>().is_ok(), "{}", carrier.name);
            assert!(carrier.name.len() <= 15, "{} is no system_id", carrier.name);
        }
        let routes = routes();
        assert_eq!(routes.len(), 4);
        assert!(routes.iter().any(|route| route.is_default() && route.carrier == 0));
    }
}
