//! Reading the configuration anew while the gateway runs: all of it that can be used is used, or none.
//!
//! What is wrong leaves everything as it was, and is told with file, line and key. **Invariant**: the
//! configuration in service is one that has been checked as a whole.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::config_diff::diff;
use super::notify;
use crate::config::file::{Checked, Config};
use crate::config::finding::Severity;
use crate::peer::smpp::operator::Operator;
use crate::pipeline::operate::Reloaded;
use crate::telemetry::reload::ReloadMetrics;

/// The configuration in service, and the way to the shards.
#[derive(Debug)]
pub struct Reloader {
    path: PathBuf,
    /// What the command line says in its place.
    data_dir: Option<PathBuf>,
    config: Config,
    operator: Operator,
    metrics: ReloadMetrics,
}

impl Reloader {
    /// This configuration, from that file, is in service.
    pub fn new(
        path: &Path,
        data_dir: Option<PathBuf>,
        config: Config,
        operator: Operator,
        metrics: ReloadMetrics,
    ) -> Self {
        let path = path.to_owned();
        metrics.succeeded(unix_seconds());
        Self { path, data_dir, config, operator, metrics }
    }

    /// Reads the file and uses it; a trial only says what would change.
    ///
    /// # Errors
    /// What is wrong with it, a line each; then nothing has changed.
    pub async fn reload(&mut self, trial: bool) -> Result<Reloaded, Vec<String>> {
        if trial {
            let after = self.read().await?;
            return Ok(diff(&self.config, &after));
        }
        notify::reloading();
        let outcome = self.read_and_use().await;
        match &outcome {
            Ok(Reloaded { changed, needs_restart }) => {
                self.metrics.succeeded(unix_seconds());
                tracing::info!(changed = changed.join("; "), "the configuration was read anew");
                for what in needs_restart {
                    tracing::warn!(what, "has changed, and needs a restart");
                }
                notify::reloaded("reloaded");
            }
            Err(wrong) => {
                self.metrics.failed();
                for line in wrong {
                    tracing::error!("the configuration stays as it was: {line}");
                }
                let first = wrong.first().map_or("", String::as_str);
                notify::reloaded(&format!("not reloaded: {first}"));
            }
        }
        outcome
    }

    async fn read_and_use(&mut self) -> Result<Reloaded, Vec<String>> {
        let after = self.read().await?;
        let reloaded = diff(&self.config, &after);
        let used = self.operator.reload(after.settings.clone()).await;
        used.map_err(|error| vec![error.to_string()])?;
        // What waits for a restart differs until then.
        let before = std::mem::take(&mut self.config);
        self.config = Config { settings: in_service(&before, &after), ..before };
        Ok(reloaded)
    }

    async fn read(&self) -> Result<Config, Vec<String>> {
        let path = self.path.clone();
        let read = tokio::task::spawn_blocking(move || Config::load(&path)).await;
        let read = read.map_err(|error| vec![error.to_string()])?;
        let Checked { mut config, warnings, .. } = read.map_err(|error| {
            let errors = error.findings.iter();
            let errors = errors.filter(|finding| finding.severity == Severity::Error);
            errors.map(ToString::to_string).collect::<Vec<_>>()
        })?;
        for warning in warnings {
            tracing::warn!("{warning}");
        }
        if let Some(data_dir) = &self.data_dir {
            config.settings.data_dir.clone_from(data_dir);
        }
        Ok(config)
    }
}

/// What governs messages now: all that can be reloaded from the one, and the rest from the other.
fn in_service(before: &Config, after: &Config) -> crate::pipeline::settings::Settings {
    let (one, mut settings) = (&before.settings, after.settings.clone());
    for carrier in &mut settings.carriers {
        let same = one.carriers.iter().find(|before| before.name == carrier.name);
        carrier.outbind = same.and_then(|before| before.outbind.clone());
    }
    crate::pipeline::settings::Settings {
        data_dir: one.data_dir.clone(),
        shards: one.shards,
        smpp: one.smpp.clone(),
        spool: one.spool.clone(),
        text: one.text,
        keep: one.keep,
        memory_bytes_max: one.memory_bytes_max,
        ..settings
    }
}

fn unix_seconds() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}
