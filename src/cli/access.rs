//! Which gateway a subcommand asks, and with which key: by arguments, the environment, or the
//! gateway's own configuration file.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::api_client::{ApiClient, ApiError};
use super::print::note;
use crate::base::secret::Secret;
use crate::config::file::Config;
use crate::config::finding::ConfigError;

/// Arguments of every subcommand that asks a gateway.
#[derive(Debug, Args)]
pub(super) struct AccessArgs {
    /// Address of the gateway's API [default: http://127.0.0.1:8080]
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// A key of the API [default: $POSTRIDER_KEY]; other users of the machine can see an argument
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// Take address and key from the gateway's configuration file
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Why no gateway can be asked.
#[derive(Debug, thiserror::Error)]
pub(super) enum AccessError {
    /// The configuration file cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// There is a file, and it has no API.
    #[error("the configuration has no API: its http.listen is off")]
    NoApi,
    /// There is no key.
    #[error("no key: set POSTRIDER_KEY, or give --key or a --config that has one in clear")]
    NoKey,
    /// The address cannot be used.
    #[error(transparent)]
    Api(#[from] ApiError),
}

const URL: &str = "http://127.0.0.1:8080";

impl AccessArgs {
    /// Asks the gateway, and tells why that failed if it did.
    pub(super) async fn ask(
        &self,
        question: impl AsyncFnOnce(&ApiClient) -> Result<ExitCode, ApiError>,
    ) -> ExitCode {
        let answer = match self.client() {
            Ok(client) => question(&client).await.map_err(AccessError::Api),
            Err(error) => Err(error),
        };
        answer.unwrap_or_else(|error| {
            note(format_args!("postrider: {error}"));
            ExitCode::FAILURE
        })
    }

    /// The gateway's API. Arguments win over the environment, and both over the file.
    pub(super) fn client(&self) -> Result<ApiClient, AccessError> {
        let (file_url, file_key) = match &self.config {
            Some(path) => {
                let checked = Config::load(path)?;
                let listen = checked.config.http.listen.ok_or(AccessError::NoApi)?;
                (
                    Some(format!("http://{}", reachable(listen))),
                    checked.plain_keys.into_iter().next(),
                )
            }
            None => (None, None),
        };
        let from_environment = std::env::var("POSTRIDER_KEY").ok().filter(|key| !key.is_empty());
        let given = self.key.clone().or(from_environment).map(Secret::new);
        let key = given.or(file_key).ok_or(AccessError::NoKey)?;
        let url = self.url.clone().or(file_url);
        Ok(ApiClient::new(url.as_deref().unwrap_or(URL), key)?)
    }
}

/// Where a listener on all addresses can be reached from this machine.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let address = match listen.ip() {
        IpAddr::V4(address) if address.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(address) if address.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        address => address,
    };
    SocketAddr::new(address, listen.port())
}
