//! The configuration file: opened, overridden by the environment, checked as a whole.

use std::path::{Path, PathBuf};

use toml::de::DeTable;

use super::check;
use super::finding::{ConfigError, Finding, Place, Severity};
use super::place::Source;
use super::secret::SecretPlaces;
use super::section::Reader;
use crate::base::secret::Secret;
use crate::peer::export::config::ExportConfig;
use crate::peer::http::config::HttpConfig;
use crate::peer::http::operator_socket::SocketPlace;
use crate::peer::otlp::config::OtlpConfig;
use crate::peer::webhook::callbacks::CallbackConfig;
use crate::pipeline::settings::Settings;
use crate::telemetry::log::LogConfig;

/// The whole configuration, checked.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// What governs a message's journey.
    pub settings: Settings,
    /// The API.
    pub http: HttpConfig,
    /// News written to files.
    pub exports: Vec<ExportConfig>,
    /// Where messages' statuses are called.
    pub callbacks: CallbackConfig,
    /// The log.
    pub log: LogConfig,
    /// Traces for a collector.
    pub traces: OtlpConfig,
    /// Where operators reach the gateway on this machine.
    pub operator_socket: SocketPlace,
}

/// A configuration that can be used, and what is doubtful about it.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    /// The configuration.
    pub config: Config,
    /// Warnings, in the order of the file.
    pub warnings: Vec<Finding>,
    /// The API's keys that are there in clear, for programs on this machine that use it.
    pub plain_keys: Vec<Secret>,
}

/// What a configuration takes from outside its file.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// Variables; only those that begin with `POSTRIDER__` matter.
    pub environment: Vec<(String, String)>,
    /// `$CREDENTIALS_DIRECTORY`.
    pub credentials: Option<PathBuf>,
}

impl Surroundings {
    /// Those of this process.
    pub fn of_process() -> Self {
        Self {
            environment: std::env::vars_os()
                .filter_map(|(name, value)| {
                    Some((name.into_string().ok()?, value.into_string().ok()?))
                })
                .collect(),
            credentials: std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from),
        }
    }
}

impl Config {
    /// Reads and checks a file with the environment of this process.
    pub fn load(path: &Path) -> Result<Checked, ConfigError> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| ConfigError {
            findings: vec![Finding::of_whole(
                &name,
                Severity::Error,
                format!("cannot be read: {error}"),
            )],
        })?;
        let beside = path.parent().map(Path::to_path_buf).unwrap_or_default();
        Self::parse(&name, &text, &beside, Surroundings::of_process())
    }

    /// Checks a text. Files that it names are looked for `beside` it.
    pub fn parse(
        name: &str,
        text: &str,
        beside: &Path,
        surroundings: Surroundings,
    ) -> Result<Checked, ConfigError> {
        let mut environment = surroundings.environment;
        environment.retain(|(variable, _)| variable.starts_with("POSTRIDER__"));
        let source = Source { name, text, environment };
        let (root, mut findings) = syntax(&source);
        let reader = Reader::new(&source);
        let places =
            SecretPlaces { beside: beside.to_owned(), credentials: surroundings.credentials };
        let (config, plain_keys) = check::read(&reader, &places, &root);
        // What could not be read at all leaves holes that are no news of their own.
        if findings.is_empty() {
            findings = reader.findings.into_inner();
        }
        findings.sort_by_key(|finding| match &finding.place {
            Place::File { name, line, column } if name == source.name => (*line, *column),
            // Files that it names come after it.
            Place::File { .. } => (usize::MAX - 1, 0),
            Place::Environment(_) | Place::Whole(_) => (usize::MAX, 0),
        });
        findings.dedup();
        if findings.iter().any(|finding| finding.severity == Severity::Error) {
            return Err(ConfigError { findings });
        }
        Ok(Checked { config, warnings: findings, plain_keys })
    }
}

pub(super) fn syntax<'a>(source: &'a Source<'a>) -> (DeTable<'a>, Vec<Finding>) {
    let (root, errors) = DeTable::parse_recoverable(source.text);
    let findings = errors.iter().map(|error| Finding {
        severity: Severity::Error,
        place: source.place(error.span().map_or(0, |span| span.start)),
        key: String::new(),
        value: None,
        problem: format!("this is not TOML: {}", error.message().replace('\n', ", ")),
        allowed: String::new(),
    });
    (root.into_inner(), findings.collect())
}
