//! `serve`: a gateway under an operator, from its configuration to its last checkpoint.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::api::{self, HttpApi};
use super::drain::drain;
use super::gateway::Gateway;
use super::notify;
use super::signals::Signals;
use crate::config::file::Config;
use crate::telemetry::log;

/// Runs a gateway until SIGTERM or SIGINT.
pub fn run(config: &Path, data_dir: Option<PathBuf>, accept_corruption: bool) -> ExitCode {
    let checked = match Config::load(config) {
        Ok(checked) => checked,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    let mut config = checked.config;
    if let Some(data_dir) = data_dir {
        config.settings.data_dir = data_dir;
    }
    if let Err(error) = log::init(&config.log) {
        eprintln!("{error}");
        return ExitCode::FAILURE;
    }
    for warning in &checked.warnings {
        tracing::warn!("{warning}");
    }
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            tracing::error!(%error, "cannot start");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(serve(&config, accept_corruption)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(config: &Config, accept_corruption: bool) -> Result<(), super::gateway::StartError> {
    let gateway = Gateway::start(&config.settings, accept_corruption)?;
    let registry = gateway.registry();
    let upkeep = api::keep_up(&gateway, &registry);
    let http = HttpApi::start(&config.http, &gateway, registry).await?;
    let recovered = gateway.recovered();
    tracing::info!(
        messages = recovered.messages,
        messages_replayed = recovered.messages_replayed,
        events_replayed = recovered.events_replayed,
        smpp = gateway.smpp_address().map(tracing::field::display),
        http = http.as_ref().map(|http| tracing::field::display(http.address())),
        "ready"
    );
    let mut signals = Signals::listen()?;
    notify::ready();
    let watchdog = notify::keep_watchdog(gateway.journal().clone());
    signals.told_to_stop().await;
    drain(gateway, http, &mut signals).await.map_err(std::io::Error::other)?;
    upkeep.abort();
    watchdog.inspect(tokio::task::JoinHandle::abort);
    tracing::info!("stopped");
    Ok(())
}
