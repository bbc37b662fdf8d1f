//! `[http]` and `[[http.key]]`: the API and who may use it.

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;

use ipnet::IpNet;
use sha2::{Digest, Sha256};

use super::account::NAME;
use super::secret::{SecretPlaces, secret};
use super::section::Section;
use crate::base::secret::Secret;
use crate::peer::http::config::{HttpConfig, KannelConfig, KeyConfig, Login, Scope};
use crate::peer::http::numbers::can_be_sender;
use crate::pipeline::settings::AccountConfig;
use crate::throttle::limiter::Rate;

/// Networks a key may be used from.
const IPS_MAX: usize = 256;

pub(super) fn read(section: &Section<'_>, keys: Vec<KeyConfig>) -> HttpConfig {
    let default = HttpConfig::default();
    let config = HttpConfig {
        listen: section.listen("listen", default.listen),
        connections_max: section.number("connections_max", default.connections_max, 1..=100_000),
        body_bytes_max: section.number("body_bytes_max", default.body_bytes_max, 1024..=1_048_576),
        batch_bytes_max: section.number(
            "batch_bytes_max",
            default.batch_bytes_max,
            1024..=16_777_216,
        ),
        header_timeout: section.seconds("header_timeout_s", default.header_timeout, 1..=300),
        request_timeout: section.seconds("request_timeout_s", default.request_timeout, 1..=300),
        keys,
        ..default
    };
    // The keys are tables of their own, read before.
    section.given("key");
    section.finish();
    config
}

pub(super) fn read_key(
    section: &Section<'_>,
    places: &SecretPlaces,
    accounts: &[AccountConfig],
    plain_keys: &mut Vec<Secret>,
) -> KeyConfig {
    let account = account(section, "account", accounts);
    let username = username(section, account.is_some());
    let mut token = Vec::new();
    let plain_keys = if username.is_some() { &mut token } else { plain_keys };
    let key = KeyConfig {
        name: name(section),
        digest: digest(section, places, plain_keys),
        login: username.map(|username| Login { username, token: token.pop() }),
        scopes: scopes(section, account.is_some()),
        account,
        ips: ips(section),
        rate: rate(section),
    };
    section.finish();
    key
}

/// Its name, or its place among the keys if it has none.
fn name(section: &Section<'_>) -> String {
    let Some(name) = section.text_or_none("name", NAME) else { return section.path().to_owned() };
    let letters =
        name.bytes().all(|octet| octet.is_ascii_alphanumeric() || b"-_.".contains(&octet));
    if !letters || name.is_empty() || name.len() > 32 {
        section.fail("name", "cannot be a name".to_owned(), NAME.to_owned());
    }
    name
}

/// What makes the key a password.
fn username(section: &Section<'_>, of_account: bool) -> Option<String> {
    const USERNAME: &str = "1 to 64 letters, digits, `-`, `_`, `.` and `@`";
    let username = section.text_or_none("username", USERNAME)?;
    let letter = |octet: u8| octet.is_ascii_alphanumeric() || b"-_.@".contains(&octet);
    if !(1..=64).contains(&username.len()) || !username.bytes().all(letter) {
        section.fail("username", "cannot be a login".to_owned(), USERNAME.to_owned());
    }
    if !of_account {
        let allowed = "`account` beside it: whoever logs in cannot name one".to_owned();
        section.fail("username", "belongs to no account".to_owned(), allowed);
    }
    Some(username)
}

/// `[kannel]`.
pub(super) fn read_kannel(section: &Section<'_>) -> KannelConfig {
    const SENDER: &str = "a number, a short code, or a name of up to 11 characters";
    let listen = section.listen("listen", None);
    let sender = section.text_or_none("sender", SENDER);
    if sender.as_ref().is_some_and(|sender| !can_be_sender(sender)) {
        section.fail("sender", "cannot be a sender".to_owned(), SENDER.to_owned());
    }
    section.finish();
    KannelConfig { listen, sender }
}

/// `[jasmin]`.
pub(super) fn read_jasmin(section: &Section<'_>) -> Option<SocketAddr> {
    let listen = section.listen("listen", None);
    section.finish();
    listen
}

fn scopes(section: &Section<'_>, of_account: bool) -> Vec<Scope> {
    const SOME: &str =
        "at least one scope, or no such key for \"messages:send\", \"messages:read\"";
    let scopes = Scope::ALL.map(|scope| (scope.name(), scope));
    let Some(held) = section.choices("scopes", &scopes) else { return Scope::DEFAULT.to_vec() };
    if held.is_empty() {
        section.fail("scopes", "allows nothing at all".to_owned(), SOME.to_owned());
    }
    if let Some(beyond) = held.iter().find(|scope| of_account && scope.is_operators()) {
        let problem = format!("`{}` reaches beyond an account", beyond.name());
        section.fail("scopes", problem, "a key without account for it".to_owned());
    }
    held
}

fn ips(section: &Section<'_>) -> Vec<IpNet> {
    const ALLOWED: &str = "a list of up to 256 addresses or networks such as \"10.0.0.0/8\"";
    let Some(texts) = section.texts("ips", ALLOWED) else { return Vec::new() };
    let mut networks = Vec::with_capacity(texts.len());
    for text in &texts {
        let network = text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
        match network {
            Ok(network) => networks.push(network),
            Err(_) => {
                let problem = format!("`{text}` is no address or network");
                section.fail("ips", problem, ALLOWED.to_owned());
            }
        }
    }
    if texts.is_empty() || texts.len() > IPS_MAX {
        section.fail("ips", format!("has {} entries", texts.len()), ALLOWED.to_owned());
    }
    networks
}

fn rate(section: &Section<'_>) -> Option<Rate> {
    let per_second = section.number_or_none("rate_per_second", 1..=1_000_000);
    let burst = section.number_or_none("burst", 1..=1_000_000);
    let per_second = NonZeroU32::new(per_second?)?;
    Some(Rate { per_second, burst: burst.and_then(NonZeroU32::new).unwrap_or(per_second) })
}

fn digest(section: &Section<'_>, places: &SecretPlaces, plain_keys: &mut Vec<Secret>) -> [u8; 32] {
    const ALLOWED: &str = "either key = a secret or sha256 = 64 hexadecimal digits of its digest";
    let key = secret(section, places, "key");
    let hex = section.text_or_none("sha256", ALLOWED);
    match (key, hex) {
        (Some(key), None) => {
            if key.reveal().is_empty() {
                section.fail_secret("key", "is empty".to_owned(), ALLOWED.to_owned());
            }
            let digest = Sha256::digest(key.reveal()).into();
            plain_keys.push(key);
            digest
        }
        (None, Some(hex)) => from_hex(&hex).unwrap_or_else(|| {
            section.fail("sha256", "is not a SHA-256 digest".to_owned(), ALLOWED.to_owned());
            [0; 32]
        }),
        (Some(_), Some(_)) => {
            section.fail("sha256", "stands beside key".to_owned(), ALLOWED.to_owned());
            [0; 32]
        }
        (None, None) => {
            section.missing("key", ALLOWED);
            [0; 32]
        }
    }
}

/// A SHA-256 digest in hexadecimal digits.
pub(super) fn from_hex(hex: &str) -> Option<[u8; 32]> {
    let mut digest = [0; 32];
    if hex.len() != 64 || !hex.bytes().all(|octet| octet.is_ascii_hexdigit()) {
        return None;
    }
    for (octet, digits) in digest.iter_mut().zip(hex.as_bytes().chunks(2)) {
        *octet = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(digest)
}

/// A key that names an account.
pub(super) fn account(
    section: &Section<'_>,
    key: &'static str,
    accounts: &[AccountConfig],
) -> Option<String> {
    const ALLOWED: &str = "the name of an account";
    let name = section.text_or_none(key, ALLOWED)?;
    if !accounts.iter().any(|account| account.name == name) {
        let names = accounts.iter().map(|account| account.name.as_str());
        let hint = super::words::did_you_mean(&name, names);
        section.fail(key, format!("no such account{hint}"), ALLOWED.to_owned());
    }
    Some(name)
}
