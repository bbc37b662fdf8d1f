//! The two ceilings of this machine, measured with the same parameters in the same run.
//!
//! The bare responder, the relay and a simulated SMSC behind it run as child processes of this very
//! program. **Invariants**: no child outlives this process: each ends when its standard input does.

use std::io::{self, BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use crate::load::config::Config;
use crate::load::run::{Run, run, usages};

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

/// Runs the flows against the target, the bare responder without receipts, and the forwarder.
///
/// Target and forwarder take turns, `rounds` of each, so that what else the machine does falls on
/// both; each has its share of the messages or of the time in a round.
pub fn measure(
    target: &str,
    flows: &[Config],
    watched: &[u32],
    sink: &[String],
    rounds: u32,
) -> io::Result<Vec<Run>> {
    let responder = Listening::start(&["responder"])?;
    let bare: Vec<Config> =
        at(flows, responder.addr).map(|flow| Config { receipts: false, ..flow }).collect();
    let bare = run("responder", &bare, &[responder.child.id()])?;
    drop(responder);
    let mut arguments = vec!["smsc", "--open", "--quiet"];
    arguments.extend(sink.iter().map(String::as_str));
    let sink = Listening::start(&arguments)?;
    let relay = Listening::start(&["relay", "--to", &sink.addr.to_string()])?;
    let rounds = rounds.max(1);
    let to_target: Vec<Config> = flows.iter().map(|flow| share(flow.clone(), rounds)).collect();
    let through: Vec<Config> = at(flows, relay.addr).map(|flow| share(flow, rounds)).collect();
    let round = || -> io::Result<(Run, Run)> {
        let through = run("forwarder", &through, &[relay.child.id()])?;
        Ok((run(target, &to_target, watched)?, through))
    };
    let before = usages(watched)?;
    let (mut target, mut through) = round()?;
    for _ in 1..rounds {
        let (more, more_through) = round()?;
        target.merge(more);
        through.merge(more_through);
    }
    // What the target puts off until its round is over is its own all the same.
    let after = usages(watched)?;
    for (process, (before, after)) in
        target.processes.iter_mut().skip(1).zip(before.iter().zip(&after))
    {
        process.cpu = after.cpu_since(before);
    }
    Ok(vec![target, bare, through])
}

/// What falls on one of so many rounds.
fn share(flow: Config, rounds: u32) -> Config {
    let messages = flow.messages.map(|messages| messages.div_ceil(u64::from(rounds)));
    Config { messages, duration: flow.duration.map(|duration| duration / rounds), ..flow }
}

/// The same flows, to another address and without a record of their own.
fn at(flows: &[Config], to: SocketAddr) -> impl Iterator<Item = Config> {
    flows.iter().map(move |flow| Config { to, record: None, ..flow.clone() })
}
