//! Where a secret comes from: the file itself, a file beside it, or a credential of systemd.

use std::path::{Path, PathBuf};

use toml::de::DeValue;

use super::section::{Given, Section};
use crate::base::secret::Secret;

const ALLOWED: &str =
    "a string, { file = \"path\" } or { credential = \"name\" } ($CREDENTIALS_DIRECTORY)";

/// Octets a secret may have, private keys among them; a larger file is not one.
const OCTETS_MAX: usize = 16 << 10;

/// Directories a secret's place is relative to.
#[derive(Clone, Debug, Default)]
pub(super) struct SecretPlaces {
    /// The directory of the configuration file.
    pub(super) beside: PathBuf,
    /// `$CREDENTIALS_DIRECTORY`.
    pub(super) credentials: Option<PathBuf>,
}

/// Reads a secret that may be left out.
pub(super) fn secret(
    section: &Section<'_>,
    places: &SecretPlaces,
    key: &'static str,
) -> Option<Secret> {
    match section.given(key)? {
        Given::Environment(_, text) => Some(Secret::new(text)),
        Given::File(DeValue::String(text), _) => Some(Secret::new(text.as_bytes())),
        Given::File(DeValue::Table(table), _) => {
            let mut entries = table.iter();
            let first = entries.next().map(|(name, value)| {
                (name.get_ref().as_ref(), value.get_ref().as_str().unwrap_or_default())
            });
            match (first, entries.next()) {
                (Some(("file", path)), None) if !path.is_empty() => {
                    read(section, key, &places.beside.join(path))
                }
                (Some(("credential", name)), None) if !name.is_empty() => {
                    credential(section, key, places, name)
                }
                _ => refuse(section, key, "is not a secret"),
            }
        }
        Given::File(..) => refuse(section, key, "is not a secret"),
    }
}

fn credential(
    section: &Section<'_>,
    key: &'static str,
    places: &SecretPlaces,
    name: &str,
) -> Option<Secret> {
    if name.contains('/') || name == ".." {
        return refuse(section, key, "names a path instead of a credential");
    }
    let Some(directory) = &places.credentials else {
        return refuse(section, key, "needs $CREDENTIALS_DIRECTORY, which is not set");
    };
    read(section, key, &directory.join(name))
}

fn read(section: &Section<'_>, key: &'static str, path: &Path) -> Option<Secret> {
    match std::fs::read(path) {
        Ok(octets) if octets.len() > OCTETS_MAX => {
            refuse(section, key, &format!("{} is larger than a secret", path.display()))
        }
        Ok(octets) => {
            let end = octets.iter().rposition(|octet| !b"\r\n".contains(octet));
            Some(Secret::new(&octets[..end.map_or(0, |last| last + 1)]))
        }
        Err(error) => refuse(section, key, &format!("{} cannot be read: {error}", path.display())),
    }
}

fn refuse(section: &Section<'_>, key: &'static str, problem: &str) -> Option<Secret> {
    section.fail_secret(key, problem.to_owned(), ALLOWED.to_owned());
    // A stand-in, so that the key does not count as missing besides.
    Some(Secret::default())
}
