//! Carriers' profiles: those compiled in, and files beside the configuration.
//!
//! A profile is a TOML file whose keys are in `config/profiles/generic.toml`, each with its meaning.
//! It says only what differs from the one it `extends`, which is compiled in.

use std::path::Path;
use std::sync::Arc;

use super::file::syntax;
use super::finding::{ConfigError, Finding, Severity};
use super::place::Source;
use super::profile_keys;
use super::secret::SecretPlaces;
use super::section::{Reader, Section};
use super::words::did_you_mean;
use crate::carrier::profile::Profile;

/// The profiles compiled in, by name.
pub const BUILT_IN: &[(&str, &str)] = &[
    ("generic", include_str!("../../config/profiles/generic.toml")),
    ("strict-3.3", include_str!("../../config/profiles/strict-3.3.toml")),
    ("smpp-5.0", include_str!("../../config/profiles/smpp-5.0.toml")),
    ("hex-ids", include_str!("../../config/profiles/hex-ids.toml")),
    ("latin1", include_str!("../../config/profiles/latin1.toml")),
    ("packed", include_str!("../../config/profiles/packed.toml")),
    ("plain-receipts", include_str!("../../config/profiles/plain-receipts.toml")),
    ("tp-status", include_str!("../../config/profiles/tp-status.toml")),
    ("india-dlt", include_str!("../../config/profiles/india-dlt.toml")),
    ("javna", include_str!("../../config/profiles/javna.toml")),
    ("messagemedia", include_str!("../../config/profiles/messagemedia.toml")),
];

/// Octets of a profile's file; more is none.
pub const PROFILE_OCTETS_MAX: usize = 1 << 20;

/// The profile compiled in under this name.
pub fn built_in(name: &str) -> Option<Profile> {
    let (name, text) = BUILT_IN.iter().find(|(known, _)| *known == name)?;
    parse(name, text).ok()
}

/// Reads a profile. `name` is that of its file, for errors.
///
/// # Errors
/// Everything wrong with it, each with line, column, key, value and what is allowed.
pub fn parse(name: &str, text: &str) -> Result<Profile, ConfigError> {
    let source = Source { name, text, environment: Vec::new() };
    if text.len() > PROFILE_OCTETS_MAX {
        let problem = format!("is larger than {PROFILE_OCTETS_MAX} octets");
        let finding = Finding::of_whole(name, Severity::Error, problem);
        return Err(ConfigError { findings: vec![finding] });
    }
    let (root, mut findings) = syntax(&source);
    let reader = Reader::new(&source);
    let profile = profile_keys::read(&reader, &root);
    if findings.is_empty() {
        findings = reader.findings.into_inner();
    }
    if findings.is_empty() { Ok(profile) } else { Err(ConfigError { findings }) }
}

/// The profile a carrier's section names: one compiled in, or a file beside the configuration.
pub(super) fn of_carrier(section: &Section<'_>, places: &SecretPlaces) -> Arc<Profile> {
    let names: Vec<&str> = BUILT_IN.iter().map(|(name, _)| *name).collect();
    let allowed = format!("{}, or the path of a TOML file", names.join(", "));
    let Some(name) = section.text_or_none("profile", &allowed) else { return Arc::default() };
    if let Some(profile) = built_in(&name) {
        return Arc::new(profile);
    }
    if Path::new(&name).extension().is_none_or(|extension| extension != "toml") {
        let hint = did_you_mean(&name, names.into_iter());
        section.fail("profile", format!("no such profile{hint}"), allowed);
        return Arc::default();
    }
    let path = places.beside.join(&name);
    let text = match read(&path) {
        Ok(text) => text,
        Err(problem) => {
            section.fail("profile", format!("{} {problem}", path.display()), allowed);
            return Arc::default();
        }
    };
    match parse(&path.display().to_string(), &text) {
        Ok(profile) => Arc::new(profile),
        Err(error) => {
            section.found(error.findings);
            Arc::default()
        }
    }
}

fn read(path: &Path) -> Result<String, String> {
    use std::io::Read as _;
    let file = std::fs::File::open(path).map_err(|error| format!("cannot be read: {error}"))?;
    let mut text = String::new();
    file.take(PROFILE_OCTETS_MAX as u64 + 1)
        .read_to_string(&mut text)
        .map_err(|error| format!("cannot be read: {error}"))?;
    Ok(text)
}

/// The table of a profile's file, for the tests of what it shows.
#[cfg(test)]
pub(super) fn keys_known(text: &str) -> Vec<(&'static str, &'static str)> {
    let source = Source { name: "", text, environment: Vec::new() };
    let reader = Reader::new(&source);
    let root = syntax(&source).0;
    profile_keys::read(&reader, &root);
    reader.known.into_inner()
}
