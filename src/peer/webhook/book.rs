//! The webhooks of a gateway, as they are kept.
//!
//! File `webhooks`: one JSON object with its version, replaced whole. It has the signing secrets: like the
//! rest of the data directory it is for the gateway alone.

use std::io;

use serde::{Deserialize, Serialize};

use super::secret::SigningSecret;
use super::target::Target;
use crate::base::clock::Timestamp;
use crate::feed::kind::Kinds;
use crate::spool::disk::{Disk, read_small, replace};
use crate::spool::error::OpenError;
use crate::spool::lsn::Lsn;

/// Webhooks of one gateway.
pub const WEBHOOKS_MAX: usize = 1000;

/// How long a secret signs beside the one that replaced it.
pub const ROTATION: std::time::Duration = std::time::Duration::from_secs(24 * 3600);

/// What the id of a webhook begins with.
pub const ID_PREFIX: &str = "whk_";

const NAME: &str = "webhooks";

/// The version of the file's layout.
const VERSION: u32 = 1;

/// A thousand webhooks of the longest addresses.
const FILE_BYTES_MAX: u64 = 8 << 20;

/// One webhook.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Webhook {
    /// `whk_` and 13 characters.
    pub id: String,
    /// Whose it is; `None` for an operator's, who hears of all accounts.
    pub account: Option<String>,
    /// Where it leads.
    pub target: Target,
    /// What it hears of.
    pub kinds: Kinds,
    /// Whether it may lead to private addresses.
    pub allow_private: bool,
    /// Whether it is told numbers in full.
    pub in_full: bool,
    /// Whether it is told what handsets wrote.
    pub texts: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// Where in the log it begins.
    pub since: Lsn,
    /// What signs: the one in force first.
    pub secrets: Vec<SigningSecret>,
    /// When it said that it is gone: nothing is told any more.
    pub gone_at: Option<Timestamp>,
}

#[derive(Serialize, Deserialize)]
struct File {
    version: u32,
    webhooks: Vec<Record>,
}

#[derive(Serialize, Deserialize)]
struct Record {
    id: String,
    account: Option<String>,
    url: String,
    events: Vec<String>,
    allow_private: bool,
    in_full: bool,
    texts: bool,
    created_at: u64,
    since: u64,
    secrets: Vec<SecretRecord>,
    gone_at: Option<u64>,
}

#[derive(Serialize, Deserialize)]
struct SecretRecord {
    secret: String,
    until: Option<u64>,
}

/// Reads all webhooks.
///
/// # Errors
/// A file that is damaged or of a version that this program does not know.
pub fn load(disk: &dyn Disk) -> Result<Vec<Webhook>, OpenError> {
    let octets = match read_small(disk, NAME, FILE_BYTES_MAX) {
        Ok(octets) => octets,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(OpenError::io(NAME, error)),
    };
    let damaged = |error: serde_json::Error| OpenError::damaged(NAME, &error.to_string());
    // Another version may have anything else in it.
    let any: serde_json::Value = serde_json::from_slice(&octets).map_err(damaged)?;
    let found = any["version"].as_u64().and_then(|found| u32::try_from(found).ok());
    if let Some(found) = found.filter(|found| *found != VERSION) {
        return Err(OpenError::Version { file: NAME.to_owned(), found, known: VERSION });
    }
    let file: File = serde_json::from_value(any).map_err(damaged)?;
    let webhooks = file.webhooks.into_iter().map(|record| {
        let id = record.id.clone();
        webhook(record).ok_or_else(|| OpenError::damaged(NAME, &format!("{id} cannot be read")))
    });
    webhooks.collect()
}

/// Writes all webhooks.
///
/// # Errors
/// What the disk said.
pub fn store(disk: &dyn Disk, webhooks: &[Webhook]) -> io::Result<()> {
    let file = File { version: VERSION, webhooks: webhooks.iter().map(record).collect() };
    let octets = serde_json::to_vec_pretty(&file).map_err(io::Error::other)?;
    replace(disk, NAME, &octets).map(drop)
}

fn webhook(record: Record) -> Option<Webhook> {
    let secret = |kept: &SecretRecord| {
        SigningSecret::read(&kept.secret, kept.until.map_or(Timestamp::NEVER, Timestamp))
    };
    Some(Webhook {
        id: record.id,
        account: record.account,
        target: Target::read(&record.url).ok()?,
        kinds: Kinds::from_names(record.events.iter().map(String::as_str)).ok()?,
        allow_private: record.allow_private,
        in_full: record.in_full,
        texts: record.texts,
        created_at: Timestamp(record.created_at),
        since: Lsn(record.since),
        secrets: record.secrets.iter().map(secret).collect::<Option<_>>()?,
        gone_at: record.gone_at.map(Timestamp),
    })
}

fn record(webhook: &Webhook) -> Record {
    let secret = |secret: &SigningSecret| SecretRecord {
        secret: secret.reveal(),
        until: Some(secret.until.0).filter(|until| *until != Timestamp::NEVER.0),
    };
    Record {
        id: webhook.id.clone(),
        account: webhook.account.clone(),
        url: webhook.target.url.clone(),
        events: webhook.kinds.names().map(str::to_owned).collect(),
        allow_private: webhook.allow_private,
        in_full: webhook.in_full,
        texts: webhook.texts,
        created_at: webhook.created_at.0,
        since: webhook.since.0,
        secrets: webhook.secrets.iter().map(secret).collect(),
        gone_at: webhook.gone_at.map(|at| at.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spool::sim_disk::SimDisk;

    fn webhook() -> Webhook {
        let secret = SigningSecret::make().unwrap();
        let mut old = SigningSecret::make().unwrap();
        old.until = Timestamp(9);
        Webhook {
            id: "whk_0000000000001".into(),
            account: Some("shop".into()),
            target: Target::read("https://shop.example/hook").unwrap(),
            kinds: Kinds::from_names(["message.delivered"]).unwrap(),
            allow_private: true,
            in_full: false,
            texts: true,
            created_at: Timestamp(5),
            since: Lsn(77),
            secrets: vec![secret, old],
            gone_at: Some(Timestamp(8)),
        }
    }

    #[test]
    fn webhooks_read_back_as_they_were_written() {
        let disk = SimDisk::new(1);
        assert_eq!(load(&disk).unwrap(), []);
        let other = Webhook { account: None, gone_at: None, kinds: Kinds::ALL, ..webhook() };
        let all = [webhook(), other];
        store(&disk, &all).unwrap();
        assert_eq!(load(&disk).unwrap(), all);
    }

    #[test]
    fn other_versions_and_damage_are_refused_with_the_reason() {
        let disk = SimDisk::new(1);
        for (text, why) in [
            (r#"{"version":2,"hooks":[]}"#, "format version 2, this program knows 1"),
            (r#"{"webhooks":[]}"#, "version"),
            ("{", "damaged"),
            (r#"{"version":1,"webhooks":[{"id":"whk_1"}]}"#, "url"),
        ] {
            replace(&disk, NAME, text.as_bytes()).unwrap();
            let error = load(&disk).unwrap_err().to_string();
            assert!(error.contains(why), "{text}: {error}");
        }
    }
}
