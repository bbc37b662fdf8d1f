//! `serve`: a gateway under an operator, from its configuration to its last checkpoint.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::api::{self, HttpApi};
use super::drain::drain;
use super::gateway::{Gateway, StartError};
use super::govern::{Command, Governor};
use super::headroom::watch_memory;
use super::heart::Heart;
use super::news::News;
use super::notify;
use super::operator::OperatorSocket;
use super::reload::Reloader;
use super::signals::{Signals, Wanted};
use crate::config::file::Config;
use crate::telemetry::log::{self, LogControl};
use crate::telemetry::reload::ReloadMetrics;

/// Runs a gateway until SIGTERM or SIGINT.
pub fn run(path: &Path, data_dir: Option<PathBuf>, accept_corruption: bool) -> ExitCode {
    let checked = match Config::load(path) {
        Ok(checked) => checked,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    let mut config = checked.config;
    if let Some(data_dir) = &data_dir {
        config.settings.data_dir.clone_from(data_dir);
    }
    let log = match log::init(&config.log) {
        Ok(log) => log,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
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
    match runtime.block_on(serve((path, data_dir, config), log, accept_corruption)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(
    (path, data_dir, config): (&Path, Option<PathBuf>, Config),
    log: LogControl,
    accept_corruption: bool,
) -> Result<(), StartError> {
    let gateway = Gateway::start(&config.settings, accept_corruption)?;
    let registry = gateway.registry();
    let upkeep = api::keep_up(&gateway, &registry);
    let memory = watch_memory(&gateway, config.settings.memory_bytes_max);
    let (governor, commands) = Governor::new(log);
    let news = News::start(
        (&config.http, &config.exports, &config.callbacks, &config.traces),
        &gateway,
        registry,
        Arc::new(governor),
    )?;
    let http = HttpApi::start(&config.http, Arc::clone(news.api())).await?;
    let data_dir_now = &config.settings.data_dir;
    let socket =
        OperatorSocket::start(&config.operator_socket, data_dir_now, Arc::clone(news.api()))?;
    let recovered = gateway.recovered();
    tracing::info!(
        messages = recovered.messages,
        messages_replayed = recovered.messages_replayed,
        events_replayed = recovered.events_replayed,
        smpp = gateway.smpp_address().map(tracing::field::display),
        http = http.as_ref().and_then(HttpApi::address).map(tracing::field::display),
        operator = socket.as_ref().map(|socket| tracing::field::display(socket.path().display())),
        "ready"
    );
    let mut signals = Signals::listen()?;
    notify::ready();
    let watchdog = notify::keep_watchdog(Heart::of(&gateway));
    let metrics = ReloadMetrics::new(&gateway.registry());
    let operator = gateway.operator();
    let reloader = Reloader::new(path, data_dir, config, operator, metrics);
    until_told_to_stop(&mut signals, commands, reloader).await;
    drain(gateway, (http, news), &mut signals).await.map_err(std::io::Error::other)?;
    if let Some(socket) = socket {
        socket.stop().await;
    }
    upkeep.abort();
    memory.abort();
    watchdog.inspect(tokio::task::JoinHandle::abort);
    tracing::info!("stopped");
    Ok(())
}

/// Does what operators want until one of them, or a signal, wants the end.
async fn until_told_to_stop(
    signals: &mut Signals,
    mut commands: mpsc::Receiver<Command>,
    mut reloader: Reloader,
) {
    loop {
        tokio::select! {
            wanted = signals.next() => match wanted {
                Wanted::Stop => return,
                // What is wrong has been logged; a signal has nobody else to be told.
                Wanted::Reload => drop(reloader.reload(false).await),
            },
            command = commands.recv() => match command {
                None | Some(Command::Drain) => return,
                Some(Command::Reload { trial, told }) => {
                    // An operator who has gone does not want to know.
                    let _gone = told.send(reloader.reload(trial).await);
                }
            }
        }
    }
}
