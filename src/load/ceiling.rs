//! The two ceilings of this machine, measured with the same parameters in the same run.
//!
//! The bare responder, the relay and a simulated SMSC behind it run as child processes of this very
//! program. **Invariants**: no child outlives this process: each ends when its standard input does.

use std::io::{self, BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use crate::load::config::Config;
use crate::load::run::{Run, run};

/// A child process that listens.
#[derive(Debug)]
struct Listening {
    child: Child,
    addr: SocketAddr,
}

impl Listening {
    /// Starts `postrider sim …` and waits until it says where it listens.
    fn start(arguments: &[&str]) -> io::Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(["sim"])
            .args(arguments)
            .args(["--listen", "127.0.0.1:0", "--with-parent"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).read_line(&mut line)?;
        }
        let addr = line.trim().strip_prefix("listening ").and_then(|addr| addr.parse().ok());
        match addr {
            Some(addr) => Ok(Self { child, addr }),
            None => {
                let _ = child.kill();
                let _ = child.wait();
                Err(io::Error::other(format!("`sim {}` did not start", arguments.join(" "))))
            }
        }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        // It holds nothing that would have to be kept.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs the flows against the bare responder, without receipts, and against the relay.
pub fn measure(flows: &[Config], sink: &[String]) -> io::Result<Vec<Run>> {
    let responder = Listening::start(&["responder"])?;
    let bare: Vec<Config> =
        at(flows, responder.addr).map(|flow| Config { receipts: false, ..flow }).collect();
    let bare = run("responder", &bare, &[responder.child.id()])?;
    drop(responder);
    let mut arguments = vec!["smsc", "--open", "--quiet"];
    arguments.extend(sink.iter().map(String::as_str));
    let sink = Listening::start(&arguments)?;
    let relay = Listening::start(&["relay", "--to", &sink.addr.to_string()])?;
    let through: Vec<Config> = at(flows, relay.addr).collect();
    let through = run("forwarder", &through, &[relay.child.id()])?;
    Ok(vec![bare, through])
}

/// The same flows, to another address and without a record of their own.
fn at(flows: &[Config], to: SocketAddr) -> impl Iterator<Item = Config> {
    flows.iter().map(move |flow| Config { to, record: None, ..flow.clone() })
}
