//! Which gateway an operator means: the one of a configuration on this machine, by its socket, or one
//! elsewhere, by its API and a key.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use serde_json::Value;

use super::api_client::{ApiClient, ApiError};
use super::print::{json, note};
use crate::base::secret::Secret;
use crate::config::file::Config;
use crate::peer::http::operator_socket::SocketPlace;
use crate::pipeline::settings::Settings;

/// Arguments of every subcommand for operators.
#[derive(Debug, Args)]
pub(super) struct OperatorArgs {
    /// The gateway's configuration, which says where its socket is
    #[arg(long, value_name = "FILE", default_value = "/etc/postrider/postrider.toml")]
    config: PathBuf,
    /// The gateway's socket, in place of the configuration's
    #[arg(long, value_name = "PATH")]
    socket: Option<PathBuf>,
    /// Ask this API instead, with the key of $POSTRIDER_KEY
    #[arg(long, value_name = "URL", conflicts_with = "socket")]
    url: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl OperatorArgs {
    /// The gateway; what is wrong with the arguments has been told otherwise.
    pub(super) fn client(&self) -> Option<ApiClient> {
        match self.find() {
            Ok(client) => Some(client),
            Err(error) => {
                note(format_args!("postrider: {error}"));
                None
            }
        }
    }

    fn find(&self) -> Result<ApiClient, String> {
        if let Some(url) = &self.url {
            let key = std::env::var("POSTRIDER_KEY").unwrap_or_default();
            if key.is_empty() {
                return Err("no key: set POSTRIDER_KEY".to_owned());
            }
            return ApiClient::new(url, Secret::new(key)).map_err(|error| error.to_string());
        }
        let path = match &self.socket {
            Some(path) => path.clone(),
            None => socket_of(&self.config)?,
        };
        Ok(ApiClient::at_socket(path))
    }

    /// Whether a program reads the answer.
    pub(super) const fn wants_json(&self) -> bool {
        self.json
    }

    /// Prints an answer: as JSON, or as `show` makes it.
    pub(super) fn print(&self, answer: &Value, show: impl FnOnce(&Value)) {
        if self.json { json(answer) } else { show(answer) }
    }

    /// Asks, prints, and says how it went.
    pub(super) fn told(
        &self,
        answer: Result<Value, ApiError>,
        show: impl FnOnce(&Value),
    ) -> ExitCode {
        match answer {
            Ok(answer) => {
                self.print(&answer, show);
                ExitCode::SUCCESS
            }
            Err(error) => {
                note(format_args!("postrider: {error}"));
                ExitCode::FAILURE
            }
        }
    }
}

/// The socket that a configuration names; one that cannot be used otherwise may still say that.
fn socket_of(config: &Path) -> Result<PathBuf, String> {
    let (place, data_dir) = match Config::load(config) {
        Ok(checked) => (checked.config.operator_socket, checked.config.settings.data_dir),
        Err(error) => named(config).ok_or_else(|| error.to_string())?,
    };
    let path = place.path(&data_dir);
    path.ok_or_else(|| "the configuration has no operator_socket".to_owned())
}

/// The socket's place and the data directory, as the file has them.
fn named(config: &Path) -> Option<(SocketPlace, PathBuf)> {
    let text = std::fs::read_to_string(config).ok()?;
    let table: toml::Table = toml::from_str(&text).ok()?;
    let path = |key: &str| table.get(key).and_then(toml::Value::as_str).map(PathBuf::from);
    let place = match path("operator_socket") {
        None => SocketPlace::DataDirectory,
        Some(off) if off.as_os_str() == "off" => SocketPlace::Off,
        Some(at) => SocketPlace::At(at),
    };
    Some((place, path("data_dir").unwrap_or_else(|| Settings::default().data_dir)))
}

/// A time such as `30s`, `10m`, `2h` or `1d`, in seconds.
pub(super) fn seconds(text: &str) -> Result<u64, String> {
    let wrong = || format!("`{text}` is no time such as 30s, 10m, 2h or 1d");
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let number: u64 = digits.parse().map_err(|_| wrong())?;
    let unit = match &text[digits.len()..] {
        "s" | "" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return Err(wrong()),
    };
    number.checked_mul(unit).filter(|&seconds| seconds > 0).ok_or_else(wrong)
}

/// How long a gateway that drains may take, as the command line sees it.
pub(super) const DRAIN_WAIT: Duration = Duration::from_secs(600);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_with_their_unit() {
        assert_eq!(seconds("90"), Ok(90));
        assert_eq!(seconds("10m"), Ok(600));
        assert_eq!(seconds("2h"), Ok(7_200));
        assert_eq!(seconds("1d"), Ok(86_400));
        for wrong in ["", "m", "0s", "1w", "-1s", "1.5h", "99999999999999999d"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }
}
