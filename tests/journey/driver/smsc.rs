//! The simulated SMSC as a process of its own.

use std::collections::HashMap;
use std::net::SocketAddr;

use super::process::Process;

/// `postrider sim smsc`, ended with its test.
#[derive(Debug)]
pub struct Smsc {
    process: Process,
    address: SocketAddr,
}

impl Smsc {
    /// Starts one that delivers everything within 20 ms.
    pub fn start() -> Self {
        Self::with(&["--delay", "5ms..20ms"])
    }

    /// Starts one with these options, on a free port.
    pub fn with(options: &[&str]) -> Self {
        Self::at("127.0.0.1:0", options)
    }

    /// Starts one on this address.
    pub fn at(listen: &str, options: &[&str]) -> Self {
        let mut arguments = vec!["sim", "smsc", "--with-parent", "--listen", listen];
        arguments.extend(options);
        let mut process = Process::postrider(&arguments);
        let address =
            process.line("where it listens", |line| line.strip_prefix("listening ")?.parse().ok());
        Self { process, address }
    }

    /// Where it takes binds.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends it: its counts, by name.
    pub fn counts(&mut self) -> HashMap<String, u64> {
        self.process.terminate();
        let counts = self.process.complete();
        let count = |line: &str| {
            let (name, count) = line.split_once(' ')?;
            Some((name.to_owned(), count.trim().parse().ok()?))
        };
        counts.lines().filter_map(count).collect()
    }

    /// Ends it, so that all it recorded is in the file.
    pub fn stop(mut self) {
        self.process.terminate();
    }
}
