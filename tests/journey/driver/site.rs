//! A gateway's configuration and data directory, and the gateway that runs on them.

use std::fmt::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::process::Process;

/// The bearer key of every site.
pub const KEY: &str = "journey-key";

/// A place to run gateways on, one after the other: the addresses stay the same.
#[derive(Debug)]
pub struct Site {
    directory: TempDir,
    smpp: SocketAddr,
    http: SocketAddr,
    top_keys: String,
    smpp_keys: String,
    spool_keys: String,
    sections: String,
}

impl Site {
    /// An empty data directory, without accounts and carriers.
    pub fn new() -> Self {
        let (smpp, http) = free_addresses();
        Self {
            directory: tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap(),
            smpp,
            http,
            top_keys: String::new(),
            smpp_keys: String::new(),
            spool_keys: String::new(),
            sections: String::new(),
        }
    }

    /// One account `app` with the password `secret`, and one carrier `sink` at `address` that takes
    /// everything; `keys` are further lines of the carrier's section.
    pub fn with_sink(address: SocketAddr, keys: &str) -> Self {
        Self::new().account("app", "").carrier("sink", address, keys).route("", "sink")
    }

    /// Adds an account, with the password `secret`.
    pub fn account(mut self, name: &str, keys: &str) -> Self {
        let _infallible = write!(
            self.sections,
            "[[account]]\nname = \"{name}\"\npassword = \"secret\"\n{keys}\n"
        );
        self
    }

    /// Adds a carrier. Lost binds are tried again at once.
    pub fn carrier(mut self, name: &str, address: SocketAddr, keys: &str) -> Self {
        let _infallible = write!(
            self.sections,
            "[[carrier]]\nname = \"{name}\"\naddress = \"{address}\"\nsystem_id = \"sink\"\n\
             password = \"sink\"\nrebind_min_ms = 100\nrebind_max_ms = 200\n{keys}\n"
        );
        self
    }

    /// Adds a route.
    pub fn route(mut self, prefix: &str, carrier: &str) -> Self {
        let _infallible =
            write!(self.sections, "[[route]]\nprefix = \"{prefix}\"\ncarrier = \"{carrier}\"\n");
        self
    }

    /// Adds sections as they are.
    pub fn sections(mut self, text: &str) -> Self {
        let _infallible = writeln!(self.sections, "{text}");
        self
    }

    /// Adds keys before any section.
    pub fn top_keys(mut self, keys: &str) -> Self {
        let _infallible = writeln!(self.top_keys, "{keys}");
        self
    }

    /// Adds keys of `[smpp]`.
    pub fn smpp_keys(mut self, keys: &str) -> Self {
        let _infallible = writeln!(self.smpp_keys, "{keys}");
        self
    }

    /// Adds keys of `[spool]`.
    pub fn spool_keys(mut self, keys: &str) -> Self {
        let _infallible = writeln!(self.spool_keys, "{keys}");
        self
    }

    /// Where its gateways take binds.
    pub const fn smpp(&self) -> SocketAddr {
        self.smpp
    }

    /// Where its gateways speak HTTP.
    pub const fn http(&self) -> SocketAddr {
        self.http
    }

    /// Where its gateways keep everything.
    pub fn data(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    /// A file beside the data directory.
    pub fn file(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Writes the configuration.
    pub fn configuration(&self) -> PathBuf {
        let path = self.file("postrider.toml");
        let Self { smpp, http, top_keys, smpp_keys, spool_keys, sections, .. } = self;
        let text = format!(
            "data_dir = {data:?}\n{top_keys}\n[smpp]\nlisten = \"{smpp}\"\n{smpp_keys}\n\
             [spool]\n{spool_keys}\n[http]\nlisten = \"{http}\"\n\
             [[http.key]]\nkey = \"{KEY}\"\nscopes = [\"*\"]\n{sections}",
            data = self.data(),
        );
        std::fs::write(&path, text).unwrap();
        path
    }

    /// Starts a gateway and waits until it is ready.
    pub fn start(&self) -> Process {
        self.start_with(&[])
    }

    /// Starts a gateway with further arguments and waits until it is ready.
    pub fn start_with(&self, arguments: &[&str]) -> Process {
        let mut gateway = self.launch(arguments);
        gateway.line("that it is ready", |line| {
            let line: serde_json::Value = serde_json::from_str(line).ok()?;
            (line["msg"] == "ready").then_some(())
        });
        gateway
    }

    /// Starts a gateway on the configuration that is there.
    pub fn launch_as_it_is(&self) -> Process {
        Process::postrider(&["serve", "--config", text(&self.file("postrider.toml"))])
    }

    /// Starts a gateway that may refuse to.
    pub fn launch(&self, arguments: &[&str]) -> Process {
        let configuration = self.configuration();
        let mut all = vec!["serve", "--config", text(&configuration)];
        all.extend(arguments);
        Process::postrider(&all)
    }
}

/// A path as an argument.
pub fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Two addresses nobody listens on.
fn free_addresses() -> (SocketAddr, SocketAddr) {
    let (one, other) = (listener(), listener());
    (one.local_addr().unwrap(), other.local_addr().unwrap())
}

/// A listener on a port of the loopback that no connection is given: what is killed and comes again
/// finds its port free.
pub fn listener() -> TcpListener {
    let bind = |_| TcpListener::bind(("127.0.0.1", fastrand::u16(12_000..32_000))).ok();
    (0..1_000).find_map(bind).expect("a free port")
}
