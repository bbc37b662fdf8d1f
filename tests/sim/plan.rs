//! A seed's world: who is in it, how they are configured, and what goes wrong.
//!
//! Each kind of trouble is in some worlds and not in others, more or less of it: a world in which
//! everything fails all the time would show little.

use std::time::Duration;

use postrider::base::secret::Secret;
use postrider::pipeline::limit_config::LimitConfig;
use postrider::pipeline::mo_config::{MoParts, MoRouteConfig};
use postrider::pipeline::route_config::RouteConfig;
use postrider::pipeline::settings::{
    AccountConfig, BindMode, CarrierConfig, InDoubt, Settings, SmppSettings,
};

use crate::proofs::Sabotage;

pub struct Plan {
    pub seed: u64,
    pub shards: usize,
    /// What was agreed with the peers.
    pub settings: Settings,
    pub clients: Vec<ClientPlan>,
    pub centres: Vec<CentrePlan>,
    /// How long things go wrong.
    pub chaos: Duration,
    /// How many faults of the whole there are in that time.
    pub faults: usize,
    /// Messages that are submitted by the API.
    pub by_api: usize,
    /// Commits take up to this long, and a stall of the disk that long.
    pub flush_ms: u64,
    pub stall_ms: u64,
    pub index_ms: u64,
    pub mail_ms: u64,
    pub free_bytes_min: u64,
    pub staged_bytes_max: usize,
    pub sabotage: Option<Sabotage>,
}

/// One application's connection.
#[derive(Clone, Debug)]
pub struct ClientPlan {
    pub account: usize,
    pub mode: BindMode,
    /// Requests it leaves unanswered at a time, agreed or not.
    pub window: usize,
    pub messages: usize,
    pub pause_ms: u64,
    pub burst: usize,
    pub answer_ms: u64,
    /// In a thousand: of answers to deliver_sm.
    pub refuses: u32,
    pub ignores: u32,
    pub answers_late: u32,
    /// In a thousand: of moments looked at.
    pub misbehaves: u32,
    pub wrong_password: u32,
    /// In a thousand: of moments at which it thinks better of a message.
    pub withdraws: u32,
}

/// One carrier's message centre. Everything but times is in a thousand.
#[derive(Clone, Debug)]
pub struct CentrePlan {
    pub ids: Ids,
    pub answer_ms: u64,
    pub throttles: u32,
    pub is_full: u32,
    pub fails: u32,
    pub rejects: u32,
    pub nacks: u32,
    pub loses: u32,
    pub answers_late: u32,
    pub never_reports: u32,
    pub reports_first: u32,
    pub doubles: u32,
    pub contradicts: u32,
    pub intermediate: u32,
    pub unknown: u32,
    pub delays: u32,
    pub undelivered: u32,
    pub texts: usize,
    pub refuses_binds: u32,
    pub refuses_dials: u32,
}

/// How a centre writes its ids.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ids {
    Decimal,
    /// Hexadecimal in the response, padded decimal in the receipt.
    HexThenDecimal,
    Opaque,
}

impl Plan {
    pub fn new(seed: u64, sabotage: Option<Sabotage>) -> Self {
        let mut random = fastrand::Rng::with_seed(seed);
        let r = &mut random;
        let shards = r.usize(1..=3);
        let response = Duration::from_millis(r.u64(2_000..6_000));
        let carriers: Vec<_> = (0..r.usize(1..=3)).map(|i| carrier(r, i, response)).collect();
        let accounts: Vec<_> = (0..r.usize(1..=4)).map(|i| account(r, i)).collect();
        let clients = accounts.iter().enumerate().flat_map(|(i, a)| clients(r, i, a)).collect();
        let centres = carriers.iter().map(|_| centre(r)).collect();
        let smpp = SmppSettings {
            response_timeout: response,
            session_init_timeout: Duration::from_secs(5),
            enquire_link: Duration::from_millis(r.u64(3_000..10_000)),
            pdu_bytes_max: 4_096,
            ..SmppSettings::default()
        };
        let mut routes = routes(r, carriers.len());
        let limits = limits(seed, &mut routes, carriers.len());
        let settings =
            Settings { shards, smpp, accounts, carriers, routes, limits, ..Settings::default() };
        let settings = inbound(seed, settings);
        let calm_disk = r.bool();
        Self {
            seed,
            shards,
            settings,
            clients,
            centres,
            chaos: Duration::from_secs(r.u64(15..60)),
            by_api: if r.bool() { r.usize(..40) } else { 0 },
            faults: if r.u8(..5) == 0 { 0 } else { r.usize(1..12) },
            flush_ms: [1, 5, 20][r.usize(..3)],
            stall_ms: if calm_disk { 0 } else { r.u64(100..2_000) },
            index_ms: [5, 50, 1_500][r.usize(..3)],
            mail_ms: [0, 1, 30][r.usize(..3)],
            free_bytes_min: if r.bool() { 0 } else { 200_000 },
            staged_bytes_max: [3_000, 64 << 10][r.usize(..2)],
            sabotage,
        }
    }

    /// What the gateway is told; the same as what was agreed, if nobody lies.
    pub fn gateway_settings(&self) -> Settings {
        let mut settings = self.settings.clone();
        let lies = |sabotage| self.sabotage == Some(sabotage);
        for carrier in &mut settings.carriers {
            if lies(Sabotage::WiderCarrierWindow) {
                carrier.window = carrier.window * 3 + 2;
            }
            if lies(Sabotage::LongerLife) {
                carrier.lifetime = Duration::from_secs(172_800);
            }
            if lies(Sabotage::FasterCarrier) {
                carrier.rate_per_second = carrier.rate_per_second.map(|rate| rate * 8);
                carrier.burst *= 4;
            }
        }
        for route in &mut settings.routes {
            if lies(Sabotage::FasterRoute) {
                route.rate_per_second = None;
            }
        }
        if lies(Sabotage::FasterPrefix) {
            settings.limits.clear();
        }
        for account in &mut settings.accounts {
            if lies(Sabotage::WiderAccountWindow) {
                account.window = account.window * 3 + 2;
            }
            if lies(Sabotage::FasterAccount) {
                account.rate_per_second = None;
            }
        }
        settings
    }

    /// How late what left in time may be seen: commits, stalls and the way there.
    pub fn slack(&self) -> Duration {
        Duration::from_millis(2 * (self.flush_ms + self.stall_ms + self.mail_ms) + 300)
    }
}

/// How messages from handsets are treated, by dice of their own: all go to the first account, by a rule
/// or as their carrier's, in some worlds after a rule that asks for their first word.
fn inbound(seed: u64, mut settings: Settings) -> Settings {
    let mut random = fastrand::Rng::with_seed(seed ^ 0x6d6f);
    let r = &mut random;
    for carrier in &mut settings.carriers {
        carrier.mo_join = Duration::from_secs(if r.u8(..8) == 0 { 0 } else { r.u64(2..12) });
        carrier.mo_join_max = if r.u8(..4) == 0 { r.usize(1..4) } else { 10_000 };
    }
    if r.u8(..4) == 0 {
        settings.accounts[0].mo_parts = MoParts::Pass;
    }
    let last = settings.accounts.len() - 1;
    if r.bool() {
        let keywords = vec!["nobody".to_owned()];
        settings.mo_routes.push(MoRouteConfig { keywords, account: last, ..Default::default() });
    }
    if r.bool() {
        settings.carriers.iter_mut().for_each(|carrier| carrier.mo_account = None);
        let destinations = vec!["60001".to_owned()];
        settings.mo_routes.push(MoRouteConfig { destinations, ..Default::default() });
    }
    settings
}

fn some(r: &mut fastrand::Rng, permille: u32) -> u32 {
    match r.u8(..3) {
        0 => r.u32(..=permille),
        1 => r.u32(..=permille / 8),
        _ => 0,
    }
}

fn carrier(r: &mut fastrand::Rng, place: usize, response: Duration) -> CarrierConfig {
    let rate = if r.bool() { Some(r.u32(3..60)) } else { None };
    let bind_mode = if r.u8(..4) == 0 { BindMode::Transmitter } else { BindMode::Transceiver };
    CarrierConfig {
        name: format!("carrier{place}"),
        address: format!("carrier{place}:2775"),
        system_id: "postrider".into(),
        password: Secret::new("secret"),
        binds: r.u32(1..=3),
        bind_mode,
        receivers: if bind_mode == BindMode::Transmitter { 1 } else { r.u32(..2) },
        window: if r.bool() { r.u32(1..4) } else { r.u32(4..40) },
        rate_per_second: rate,
        burst: r.u32(1..6),
        in_doubt: if r.u8(..3) == 0 { InDoubt::Hold } else { InDoubt::Resend },
        mo_account: Some("account0".into()),
        queue_messages_max: if r.u8(..4) == 0 { r.usize(5..60) } else { 100_000 },
        rebind_min: Duration::from_millis(r.u64(100..1_000)),
        rebind_max: Duration::from_millis(r.u64(1_000..4_000)),
        enquire_link: Duration::from_millis(r.u64(2_000..8_000)),
        response_timeout: response,
        lifetime: Duration::from_secs(if r.u8(..4) == 0 { r.u64(10..40) } else { 172_800 }),
        attempts_max: if r.u8(..4) == 0 { r.u8(1..4) } else { 100 },
        ..CarrierConfig::default()
    }
}

fn account(r: &mut fastrand::Rng, place: usize) -> AccountConfig {
    AccountConfig {
        name: format!("account{place}"),
        system_id: format!("esme{place}"),
        password: Secret::new("secret"),
        binds_max: r.usize(2..6),
        window: if r.bool() { r.usize(1..4) } else { r.usize(4..50) },
        rate_per_second: if r.bool() { Some(r.u32(5..80)) } else { None },
        burst: r.u32(1..10),
        owed_max: [2, 20, 100_000][r.usize(..3)],
        ..AccountConfig::default()
    }
}

fn clients(r: &mut fastrand::Rng, place: usize, account: &AccountConfig) -> Vec<ClientPlan> {
    let count = r.usize(1..=account.binds_max.min(3));
    let troubled = r.bool();
    let mut plans = Vec::new();
    for number in 0..count {
        let mode = match (number, r.u8(..4)) {
            (0, _) => BindMode::Transceiver,
            (_, 0) => BindMode::Receiver,
            (_, 1) => BindMode::Transmitter,
            _ => BindMode::Transceiver,
        };
        let trouble =
            |permille, r: &mut fastrand::Rng| if troubled { some(r, permille) } else { 0 };
        plans.push(ClientPlan {
            account: place,
            mode,
            window: account.window * r.usize(1..4),
            messages: if mode == BindMode::Receiver { 0 } else { r.usize(5..120) },
            pause_ms: [5, 50, 500][r.usize(..3)],
            burst: r.usize(1..20),
            answer_ms: [1, 20, 300][r.usize(..3)],
            refuses: trouble(300, r),
            ignores: trouble(200, r),
            answers_late: trouble(100, r),
            misbehaves: trouble(300, r),
            wrong_password: trouble(300, r),
            // By dice of their own: worlds without it stay as they were.
            withdraws: some(&mut fastrand::Rng::with_seed(r.clone().u64(..)), 900),
        });
    }
    plans
}

fn centre(r: &mut fastrand::Rng) -> CentrePlan {
    CentrePlan {
        ids: [Ids::Decimal, Ids::HexThenDecimal, Ids::Opaque][r.usize(..3)],
        answer_ms: [1, 20, 300][r.usize(..3)],
        throttles: some(r, 300),
        is_full: some(r, 100),
        fails: some(r, 100),
        rejects: some(r, 100),
        nacks: some(r, 50),
        loses: some(r, 100),
        answers_late: some(r, 100),
        never_reports: if r.u8(..4) == 0 { 100 } else { 0 },
        reports_first: some(r, 500),
        doubles: some(r, 300),
        contradicts: some(r, 100),
        intermediate: some(r, 300),
        unknown: some(r, 100),
        delays: some(r, 100),
        undelivered: some(r, 500),
        texts: if r.bool() { r.usize(..20) } else { 0 },
        refuses_binds: some(r, 200),
        refuses_dials: some(r, 300),
    }
}

fn routes(r: &mut fastrand::Rng, carriers: usize) -> Vec<RouteConfig> {
    let prefixes = ["44", "447", "49", "1", "33"];
    let mut routes: Vec<_> =
        prefixes.iter().map(|prefix| RouteConfig::to(prefix, r.usize(..carriers))).collect();
    if r.bool() {
        routes.push(RouteConfig::to("", r.usize(..carriers)));
    }
    routes
}

/// Rates of routes and prefixes, in half of the worlds; drawn apart from all else, so that a world
/// without them is what it was.
fn limits(seed: u64, routes: &mut [RouteConfig], carriers: usize) -> Vec<LimitConfig> {
    let r = &mut fastrand::Rng::with_seed(seed ^ 0x11317);
    if r.bool() {
        return Vec::new();
    }
    for route in routes {
        if r.u8(..3) == 0 {
            route.rate_per_second = Some(r.u32(1..8));
            route.burst = r.u32(1..3);
        }
    }
    let mut limits = Vec::new();
    for prefix in ["44", "447", "49", "1", ""] {
        if r.u8(..3) > 0 {
            continue;
        }
        limits.push(LimitConfig {
            name: None,
            prefixes: vec![prefix.to_owned()],
            carrier: r.bool().then(|| r.usize(..carriers)),
            rate_per_second: r.u32(4..40),
            burst: r.u32(1..6),
        });
    }
    limits
}
