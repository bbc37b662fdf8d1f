//! The operator's socket beside a gateway.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::peer::http::api::Api;
use crate::peer::http::operator_socket::{SocketPlace, listen, serve_operators};

/// A listening socket.
#[derive(Debug)]
pub struct OperatorSocket {
    path: PathBuf,
    serving: JoinHandle<()>,
    stop: watch::Sender<bool>,
}

/// How long answers under way are waited for at the end.
const STOP_TIMEOUT: Duration = Duration::from_secs(5);

impl OperatorSocket {
    /// Begins to listen, if there is to be a socket. One in the data directory is done without if the
    /// directory's path is too long for a socket.
    ///
    /// # Errors
    /// The configured path cannot be listened on.
    pub fn start(place: &SocketPlace, data_dir: &Path, api: Arc<Api>) -> io::Result<Option<Self>> {
        let Some(path) = place.path(data_dir) else { return Ok(None) };
        match listen(&path) {
            Ok(listener) => {
                let (stop, stopped) = watch::channel(false);
                let serving = tokio::spawn(serve_operators(listener, api, stopped));
                Ok(Some(Self { path, serving, stop }))
            }
            Err(error) if *place == SocketPlace::DataDirectory => {
                tracing::warn!(%error, "no operator's socket: set operator_socket");
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Ends it once whoever asked was answered, or after a while.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        let _out_of_time = tokio::time::timeout(STOP_TIMEOUT, &mut self.serving).await;
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for OperatorSocket {
    fn drop(&mut self) {
        self.serving.abort();
        // Whoever looks for a gateway finds none.
        let _gone_already = std::fs::remove_file(&self.path);
    }
}
