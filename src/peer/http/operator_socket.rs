//! The operator's socket: the API's operator routes over a Unix socket, where the file's permissions are
//! the key.
//!
//! **Invariants**: only the gateway's own user (and root) can open it; as many connections as an operator
//! can want at a time, the rest wait in the kernel.

use std::fs::{Permissions, set_permissions};
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::{Extension, Router};
use hyper_util::service::TowerToHyperService;
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;

use super::api::Api;
use super::operator_auth::BySocket;
use super::server::{drive, stopped};

/// Where the socket is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum SocketPlace {
    /// `operator.sock` in the data directory.
    #[default]
    DataDirectory,
    /// There.
    At(PathBuf),
    /// Nowhere.
    Off,
}

impl SocketPlace {
    /// The path, if there is to be one.
    pub fn path(&self, data_dir: &Path) -> Option<PathBuf> {
        match self {
            Self::DataDirectory => Some(data_dir.join("operator.sock")),
            Self::At(path) => Some(path.clone()),
            Self::Off => None,
        }
    }
}

/// Connections at a time.
const CONNECTIONS_MAX: usize = 32;

/// From the first octet of a request to the end of its header.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);

/// Begins to listen. What a gateway before has left there is taken away: its data directory is locked.
///
/// # Errors
/// The path cannot be listened on, with the path.
pub fn listen(path: &Path) -> io::Result<UnixListener> {
    let named = |error: io::Error| {
        io::Error::new(error.kind(), format!("operator_socket {}: {error}", path.display()))
    };
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(named(error)),
        _ => {}
    }
    let listener = UnixListener::bind(path).map_err(named)?;
    set_permissions(path, Permissions::from_mode(0o600)).map_err(named)?;
    Ok(listener)
}

/// Answers until it is aborted: the operator is the last one to be told.
pub async fn serve_operators(
    listener: UnixListener,
    api: Arc<Api>,
    mut stop: watch::Receiver<bool>,
) {
    let room = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let router: Router = Arc::clone(&api).operator_router().layer(Extension(BySocket));
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            () = stopped(&mut stop) => break,
            accepted = accept(&listener, &room) => accepted,
        };
        while connections.try_join_next().is_some() {}
        match accepted {
            Ok((stream, permit)) => {
                let service = TowerToHyperService::new(router.clone());
                // Who asked for the end of the gateway is answered before it.
                let driven = drive(stream, service, HEADER_TIMEOUT, stop.clone());
                connections.spawn(async move {
                    if let Err(error) = driven.await {
                        tracing::debug!(%error, "an operator's connection broke");
                    }
                    drop(permit);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "an operator's connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

async fn accept(
    listener: &UnixListener,
    room: &Arc<Semaphore>,
) -> io::Result<(UnixStream, OwnedSemaphorePermit)> {
    let permit = Arc::clone(room).acquire_owned().await.map_err(io::Error::other)?;
    let (stream, _) = listener.accept().await?;
    Ok((stream, permit))
}
