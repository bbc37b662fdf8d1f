//! The SMSC that the tests' scripts make of somebody else's library, as a process.

use std::net::SocketAddr;
use std::process::Command;

use serde_json::Value;

use super::node::node;
use super::patience::until;
use super::process::Process;
use super::site::listener;
use super::tools::{client, installed, is_there};

/// An SMSC that does what the texts it is given say; its script says which.
#[derive(Debug)]
pub struct SmscOfOthers {
    process: Process,
    address: SocketAddr,
}

impl SmscOfOthers {
    /// The npm package `smpp`.
    pub fn node() -> Self {
        Self::start("smsc.js", node().arg(client("node/smsc.js")))
    }

    /// The PyPI package `smpp34`; see [`is_there`].
    pub fn python() -> Option<Self> {
        let python = installed("python/bin/python");
        let package = "the PyPI package smpp34";
        is_there(package, Command::new(&python).args(["-c", "import smpp34"])).then(|| {
            let port = listener().local_addr().unwrap().port().to_string();
            let script = client("python/smsc.py");
            Self::start("smsc.py", Command::new(&python).arg(script).arg(port))
        })
    }

    fn start(name: &str, command: &mut Command) -> Self {
        let mut process = Process::start(name, command);
        let address =
            process.line("where it listens", |line| line.strip_prefix("listening ")?.parse().ok());
        Self { process, address }
    }

    /// Where it takes binds.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// How many lines begin with this word.
    pub fn said(&self, word: &str) -> usize {
        self.process.written().lines().filter(|line| line.split(' ').next() == Some(word)).count()
    }

    /// Waits until so many lines begin with this word.
    pub fn says(&self, word: &str, times: usize) {
        until(&format!("{word} is said {times} times"), || {
            (self.said(word) >= times).then_some(())
        });
    }

    /// The messages that it told of with this word: `took` or `said`.
    pub fn messages(&self, word: &str) -> Vec<Value> {
        messages(self.process.written().lines(), word)
    }
}

/// The messages among these lines that begin with this word.
pub fn messages<'a>(lines: impl Iterator<Item = &'a str>, word: &str) -> Vec<Value> {
    lines
        .filter_map(|line| line.strip_prefix(word)?.strip_prefix(' '))
        .map(|message| serde_json::from_str(message).unwrap())
        .collect()
}
