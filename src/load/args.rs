//! `postrider load`: options in, exit code out.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use crate::load::ceiling;
use crate::load::config::Config;
use crate::load::host::Host;
use crate::load::pace::Pace;
use crate::load::report::Report;
use crate::load::run::run as run_flows;
use crate::load::template::{TEXT_MAX, TEXT_MIN};
use crate::sim::config::duration;

/// Load a gateway or an SMSC over SMPP and match every receipt to its message.
///
/// Without --rate the loop is closed: a submit goes out as soon as a window has room. With it the
/// loop is open: latency counts from the moment a message was due. Exit code 1 if a receipt was lost,
/// doubled or unknown, a connection broke (but for --reconnect), or the run could not be made.
#[derive(Clone, Debug, clap::Args)]
pub struct LoadArgs {
    /// Where to bind.
    #[arg(long, default_value = "127.0.0.1:2775")]
    to: SocketAddr,
    /// Allow an address that is not of this machine.
    #[arg(long)]
    allow_target: bool,
    /// Who binds.
    #[arg(long, default_value = "load")]
    system_id: String,
    /// The password of that system id.
    #[arg(long, default_value = "load")]
    password: String,
    /// Transceiver binds.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=1024))]
    binds: u16,
    /// Unanswered submits on each bind.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    window: u32,
    /// Submits a second over all binds: an open loop.
    #[arg(long)]
    rate: Option<u64>,
    /// Time between two bursts of an open loop.
    #[arg(long, default_value = "500us", value_parser = duration)]
    tick: Duration,
    /// Messages to submit.
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=9_999_999_999))]
    messages: Option<u64>,
    /// Time to submit for; 10s if --messages is not given either.
    #[arg(long, value_parser = duration)]
    duration: Option<Duration>,
    /// Ask for receipts and wait for them; this is the default.
    #[arg(long, overrides_with = "no_receipts")]
    receipts: bool,
    /// Ask for no receipts.
    #[arg(long)]
    no_receipts: bool,
    /// Where messages come from.
    #[arg(long, default_value = "LOADTEST", value_parser = address)]
    source: String,
    /// The lowest destination number.
    #[arg(long, default_value_t = 447_400_000_000, value_parser = clap::value_parser!(u64).range(..=899_999_999_999))]
    first_destination: u64,
    /// How many numbers from there are sent to in turn.
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(1..=100_000_000_000))]
    destinations: u64,
    /// Characters of a text.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u16).range(TEXT_MIN as i64..=TEXT_MAX as i64))]
    text_len: u16,
    /// How long without a sign of life until what is missing counts as lost.
    #[arg(long, default_value = "30s", value_parser = duration)]
    grace: Duration,
    /// Pause before sending again what was throttled, in a closed loop.
    #[arg(long, default_value = "100ms", value_parser = duration)]
    retry_pause: Duration,
    /// Do not send again what was throttled.
    #[arg(long)]
    no_retry: bool,
    /// Bind again when a connection breaks.
    #[arg(long)]
    reconnect: bool,
    /// Measure processor time and memory of this process; may be repeated.
    #[arg(long = "pid")]
    pids: Vec<u32>,
    /// A second, small account beside the flood, at so many submits a second.
    #[arg(long)]
    side_rate: Option<u64>,
    /// Who binds for the small account.
    #[arg(long, default_value = "side")]
    side_system_id: String,
    /// The password of the small account.
    #[arg(long, default_value = "side")]
    side_password: String,
    /// Measure the bare responder and the store-less forwarder too, in the same run.
    #[arg(long)]
    ceiling: bool,
    /// With --ceiling: in how many rounds the target and the forwarder take turns.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=100))]
    rounds: u32,
    /// How long the simulated SMSC behind the forwarder delays receipts.
    #[arg(long, default_value = "10ms..50ms")]
    ceiling_delay: String,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    /// Append the id and the text of every acknowledged message to this file.
    #[arg(long)]
    record: Option<PathBuf>,
}

/// A source address: at most eleven characters.
fn address(text: &str) -> Result<String, String> {
    let fits = (1..=11).contains(&text.len()) && text.bytes().all(|octet| octet.is_ascii_graphic());
    if fits {
        Ok(text.to_owned())
    } else {
        Err("1 to 11 printable characters are wanted".to_owned())
    }
}

impl LoadArgs {
    /// The flood, and the small account if there is one.
    fn flows(&self) -> Vec<Config> {
        let unbounded = self.messages.is_none() && self.duration.is_none();
        let flood = Config {
            name: "flood".to_owned(),
            to: self.to,
            system_id: self.system_id.clone(),
            password: self.password.clone(),
            binds: usize::from(self.binds),
            window: self.window as usize,
            pace: self.rate.map(|rate| Pace::new(rate, self.tick)),
            messages: self.messages,
            duration: if unbounded { Some(Duration::from_secs(10)) } else { self.duration },
            receipts: !self.no_receipts,
            source: self.source.clone(),
            first_destination: self.first_destination,
            destinations: self.destinations,
            text_len: usize::from(self.text_len),
            grace: self.grace,
            retry_pause: (!self.no_retry).then_some(self.retry_pause),
            reconnect: self.reconnect,
            record: self.record.clone(),
            follows: None,
        };
        let side = self.side_rate.map(|rate| Config {
            name: "side".to_owned(),
            system_id: self.side_system_id.clone(),
            password: self.side_password.clone(),
            binds: 1,
            pace: Some(Pace::new(rate, self.tick)),
            // It lasts as long as the flood, however long that is.
            messages: None,
            record: None,
            ..flood.clone()
        });
        std::iter::once(flood).chain(side).collect()
    }
}

/// Runs the load and reports. Exit code 1 if anything was lost or doubled.
pub fn run(args: LoadArgs) -> ExitCode {
    match try_run(&args) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            let _ = writeln!(io::stderr(), "postrider load: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether the run against the target was clean.
fn try_run(args: &LoadArgs) -> io::Result<bool> {
    if !args.to.ip().is_loopback() && !args.allow_target {
        return Err(io::Error::other(format!(
            "{} is not of this machine; say --allow-target if it may be loaded",
            args.to
        )));
    }
    let flows = args.flows();
    let target = args.to.to_string();
    let runs = if args.ceiling {
        let sink = ["--delay".to_owned(), args.ceiling_delay.clone()];
        ceiling::measure(&target, &flows, &args.pids, &sink, args.rounds)?
    } else {
        vec![run_flows(&target, &flows, &args.pids)?]
    };
    let clean = runs.first().is_some_and(|run| {
        let broken = run.flows.iter().any(|(_, tally)| tally.disconnects > 0);
        run.is_clean() && (args.reconnect || !broken)
    });
    let report = Report { host: Host::read(), runs };
    let mut stdout = io::stdout().lock();
    if args.json {
        serde_json::to_writer_pretty(&mut stdout, &report.to_json())?;
        writeln!(stdout)?;
    } else {
        report.write_table(&mut stdout)?;
    }
    stdout.flush()?;
    Ok(clean)
}
