//! What the gateway is told to be: accounts, carriers, routes and limits, checked.
//!
//! Plain values that the engine, the shards and the SMPP peers read. The defaults stand here, once:
//! `config` falls back on them and the commented `config/postrider.toml` is tested against them.
//! **Invariants** (kept by `config`): names are unique, every route names carriers and accounts of
//! the lists, limits are within the bounds that `config` states.
//! Not here: reading a file, what is allowed.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::limit_config::LimitConfig;
use super::mo_config::{MoParts, MoRouteConfig};
use super::route_config::RouteConfig;
use crate::address::country::Country;
use crate::base::secret::Secret;
use crate::carrier::profile::Profile;
use crate::gsm::transliterate::Level;
use crate::ledger::text::config::TextConfig;
use crate::net::tls::dialer::DialerTls;
use crate::net::tls::listener::ListenerTls;

/// Everything the journey of a message is governed by.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where log, columns and checkpoints live.
    pub data_dir: PathBuf,
    /// Shards of the engine; 0 is one for each processor core.
    pub shards: usize,
    /// The listener for applications and what holds for each of its sessions.
    pub smpp: SmppSettings,
    /// Who may bind and submit.
    pub accounts: Vec<AccountConfig>,
    /// Whom messages are handed to.
    pub carriers: Vec<CarrierConfig>,
    /// Which carrier takes which destinations.
    pub routes: Vec<RouteConfig>,
    /// How fast messages may leave for which destinations.
    pub limits: Vec<LimitConfig>,
    /// Which account gets which messages from handsets.
    pub mo_routes: Vec<MoRouteConfig>,
    /// Whether handsets opt out, and in again, by words that they send.
    pub consent_words: bool,
    /// The log on disk.
    pub spool: SpoolSettings,
    /// The index of words, if there is one.
    pub text: Option<TextConfig>,
    /// How long messages are kept; `None` for ever.
    pub keep: Option<Duration>,
    /// How long a log file is left before it is compressed; `None` for ever.
    pub compress_after: Option<Duration>,
    /// Octets of memory that messages may wait in; 0 is without a limit.
    pub memory_bytes_max: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            data_dir: PathBuf::from("/var/lib/postrider"),
            shards: 0,
            smpp: SmppSettings::default(),
            accounts: Vec::new(),
            carriers: Vec::new(),
            routes: Vec::new(),
            limits: Vec::new(),
            mo_routes: Vec::new(),
            consent_words: true,
            spool: SpoolSettings::default(),
            text: Some(TextConfig::default()),
            keep: None,
            compress_after: Some(Duration::from_secs(60 * 60)),
            memory_bytes_max: 1 << 30,
        }
    }
}

/// The SMPP listener.
#[derive(Clone, Debug)]
pub struct SmppSettings {
    /// Where applications bind without TLS; `None` takes none there.
    pub listen: Option<SocketAddr>,
    /// Where else they bind, in TLS or without.
    pub listeners: Vec<ListenerConfig>,
    /// How we name ourselves in a bind response.
    pub system_id: String,
    /// Connections at a time, bound or not.
    pub sessions_max: usize,
    /// From connect to bind (SMPP §7.2 session_init_timer).
    pub session_init_timeout: Duration,
    /// Silence after which an enquire_link is sent (SMPP §7.2 enquire_link_timer).
    pub enquire_link: Duration,
    /// Time without a message after which a session is ended (SMPP §7.2 inactivity_timer).
    pub inactivity: Option<Duration>,
    /// How long an answer to our request may take (SMPP §7.2 response_timer).
    pub response_timeout: Duration,
    /// Longest PDU taken, header included.
    pub pdu_bytes_max: usize,
    /// How long what is under way on a bind may take when it is to end: then it is unbound all the same.
    pub drain_timeout: Duration,
}

impl Default for SmppSettings {
    fn default() -> Self {
        Self {
            listen: Some(SocketAddr::from((Ipv4Addr::UNSPECIFIED, 2775))),
            listeners: Vec::new(),
            system_id: "postrider".into(),
            sessions_max: 10_000,
            session_init_timeout: Duration::from_secs(10),
            enquire_link: Duration::from_secs(30),
            inactivity: None,
            response_timeout: Duration::from_secs(30),
            pdu_bytes_max: 65_536,
            drain_timeout: Duration::from_secs(30),
        }
    }
}

/// A further listener for applications.
#[derive(Clone, Debug)]
pub struct ListenerConfig {
    /// Where.
    pub listen: SocketAddr,
    /// TLS from the first octet; `None` is SMPP in clear.
    pub tls: Option<ListenerTls>,
    /// TLS handshakes going on at a time; more connections wait to be accepted.
    pub handshakes_max: usize,
}

/// [`ListenerConfig::handshakes_max`] unless configured.
pub const HANDSHAKES_MAX: usize = 256;

/// How a bind may be used (SMPP §4.1).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BindMode {
    /// Submits only.
    Transmitter,
    /// Receipts and inbound messages only.
    Receiver,
    /// Both.
    Transceiver,
}

impl BindMode {
    /// All modes, in the order of their names in the documentation.
    pub const ALL: [Self; 3] = [Self::Transmitter, Self::Receiver, Self::Transceiver];

    /// The word of the configuration.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Transmitter => "transmitter",
            Self::Receiver => "receiver",
            Self::Transceiver => "transceiver",
        }
    }
}

/// An application that submits and is owed receipts.
#[derive(Clone, Debug)]
pub struct AccountConfig {
    /// Its name in the ledger, in logs and in the API.
    pub name: String,
    /// What it binds with.
    pub system_id: String,
    /// What it binds with.
    pub password: Secret,
    /// Binds at a time.
    pub binds_max: usize,
    /// Requests of ours without an answer, for each bind of it.
    pub window: usize,
    /// Parts per second it may submit, over all its binds and the API; `None` is unlimited.
    pub rate_per_second: Option<u32>,
    /// Parts it may submit at once after a pause.
    pub burst: u32,
    /// The binds it may make.
    pub bind_modes: Vec<BindMode>,
    /// Receipts and inbound messages held in memory for it; more wait on disk.
    pub owed_max: usize,
    /// Whom to ask for a receiver bind; `None` waits until one comes.
    pub outbind: Option<OutbindDial>,
    /// The country of numbers that it writes without a country code.
    pub country: Option<Country>,
    /// The carrier that it is too, by name: nothing from it is routed back.
    pub carrier: Option<String>,
    /// How far its texts may be changed to avoid UCS-2; `None`: not at all.
    pub transliterate: Option<Level>,
    /// How it gets long messages from handsets.
    pub mo_parts: MoParts,
    /// How long what is personal of its messages is kept; `None`: as long as the messages are.
    pub keep: Option<Duration>,
}

impl Default for AccountConfig {
    fn default() -> Self {
        Self {
            name: String::new(),
            system_id: String::new(),
            password: Secret::default(),
            binds_max: 10,
            window: 100,
            rate_per_second: None,
            burst: 1,
            bind_modes: BindMode::ALL.to_vec(),
            owed_max: 100_000,
            outbind: None,
            country: None,
            carrier: None,
            transliterate: None,
            mo_parts: MoParts::default(),
            keep: None,
        }
    }
}

/// What happens to a message whose submit left and was never answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum InDoubt {
    /// Submitted again: the handset may get it twice, and the record says so.
    Resend,
    /// Not submitted again: it ends as unknown unless a receipt comes.
    Hold,
}

/// A link to an SMSC.
#[derive(Clone, Debug)]
pub struct CarrierConfig {
    /// Its name in the ledger, in metrics, in logs and in the API.
    pub name: String,
    /// Host name or address, and port.
    pub address: String,
    /// TLS from the first octet; `None` is SMPP in clear.
    pub tls: Option<DialerTls>,
    /// What we bind with.
    pub system_id: String,
    /// What we bind with.
    pub password: Secret,
    /// SMPP §5.2.3.
    pub system_type: String,
    /// What is peculiar to it.
    pub profile: Arc<Profile>,
    /// Binds of `bind_mode`.
    pub binds: u32,
    /// What those binds are for.
    pub bind_mode: BindMode,
    /// Receiver binds beside transmitters.
    pub receivers: u32,
    /// Where the carrier may connect to us and ask for a receiver bind; `None` takes none.
    pub outbind: Option<OutbindListener>,
    /// Submits without an answer, for each bind.
    pub window: u32,
    /// Parts per second over all binds; `None` is unlimited.
    pub rate_per_second: Option<u32>,
    /// Parts that may leave at once after a pause.
    pub burst: u32,
    /// Parts per second below which the rate does not fall when the carrier says we are too fast.
    pub rate_floor: u32,
    /// What a lost answer means.
    pub in_doubt: InDoubt,
    /// Who inbound messages are for that no `[[mo_route]]` takes; `None` keeps them for nobody.
    pub mo_account: Option<String>,
    /// How long the parts of a long inbound message wait for the others, from the first one on; zero
    /// passes each on as it comes.
    pub mo_join: Duration,
    /// Long inbound messages that wait for parts; for more, the oldest goes on as it is.
    pub mo_join_max: usize,
    /// Messages waiting for it; more are refused.
    pub queue_messages_max: usize,
    /// First pause before a lost bind is tried again.
    pub rebind_min: Duration,
    /// Longest pause before a lost bind is tried again.
    pub rebind_max: Duration,
    /// Silence after which an enquire_link is sent.
    pub enquire_link: Duration,
    /// How long an answer to a request may take.
    pub response_timeout: Duration,
    /// How long a message without a validity period of its own is tried.
    pub lifetime: Duration,
    /// How long after its life a message's receipt may still come; then it is unknown.
    pub receipt_margin: Duration,
    /// Submits of one message before it is given up; those refused because we were too fast do not
    /// count.
    pub attempts_max: u8,
}

impl Default for CarrierConfig {
    fn default() -> Self {
        Self {
            name: String::new(),
            address: String::new(),
            tls: None,
            system_id: String::new(),
            password: Secret::default(),
            system_type: String::new(),
            profile: Arc::default(),
            binds: 1,
            bind_mode: BindMode::Transceiver,
            receivers: 0,
            outbind: None,
            window: 10,
            rate_per_second: None,
            burst: 1,
            rate_floor: 1,
            in_doubt: InDoubt::Resend,
            mo_account: None,
            mo_join: Duration::from_secs(300),
            mo_join_max: 10_000,
            queue_messages_max: 1_000_000,
            rebind_min: Duration::from_millis(1_000),
            rebind_max: Duration::from_millis(60_000),
            enquire_link: Duration::from_secs(30),
            response_timeout: Duration::from_secs(30),
            lifetime: Duration::from_secs(172_800),
            receipt_margin: Duration::from_secs(3_600),
            attempts_max: 100,
        }
    }
}

/// Where a carrier connects to us and asks, by outbind, for a receiver bind (SMPP §2.2.1, §4.1.7).
#[derive(Clone, Debug)]
pub struct OutbindListener {
    /// Where.
    pub listen: SocketAddr,
    /// What the outbind has to carry.
    pub system_id: String,
    /// What the outbind has to carry.
    pub password: Secret,
    /// TLS from the first octet; `None` is SMPP in clear.
    pub tls: Option<ListenerTls>,
    /// Connections at a time.
    pub connections_max: usize,
}

/// [`OutbindListener::connections_max`] unless configured.
pub const OUTBIND_CONNECTIONS_MAX: usize = 4;

/// An application we connect to, and ask by outbind to bind as receiver, when it is owed something
/// and has no receiver bind (SMPP §2.2.1, §4.1.7).
#[derive(Clone, Debug)]
pub struct OutbindDial {
    /// Host name or address, and port.
    pub address: String,
    /// What the outbind carries.
    pub system_id: String,
    /// What the outbind carries.
    pub password: Secret,
    /// TLS from the first octet; `None` is SMPP in clear.
    pub tls: Option<DialerTls>,
    /// First pause before it is tried again.
    pub retry_min: Duration,
    /// Longest pause before it is tried again.
    pub retry_max: Duration,
}

/// The log on disk.
#[derive(Clone, Debug)]
pub struct SpoolSettings {
    /// Size at which a log file is closed and the next begun.
    pub log_file_bytes: u64,
    /// Free space under which nothing is accepted any more.
    pub free_bytes_min: u64,
    /// Time between checkpoints, which bound how much a restart reads again.
    pub checkpoint: Duration,
    /// Messages in a segment of the ledger's columns.
    pub segment_messages: u32,
}

impl Default for SpoolSettings {
    fn default() -> Self {
        Self {
            log_file_bytes: 256 << 20,
            free_bytes_min: 512 << 20,
            checkpoint: Duration::from_secs(30),
            segment_messages: 1 << 20,
        }
    }
}
