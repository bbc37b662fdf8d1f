//! `postrider sim smsc`: options in, exit code out.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use crate::sim::config::{Config, Span, duration};
use crate::sim::hostile;
use crate::sim::hostile::profile::Profile;
use crate::sim::hostile::profiles::all;
use crate::sim::ids::IdStyle;
use crate::sim::outcome::Outcomes;
use crate::sim::smsc::Smsc;
use crate::sim::stats::Stats;

/// Options that a profile decides on.
const ORDINARY: [&str; 11] = [
    "ids",
    "receipt_ids",
    "delay",
    "window",
    "outcomes",
    "fate_prefix",
    "rate",
    "response_delay",
    "receipt_before_response",
    "mobile_originated",
    "record",
];

/// Run a simulated SMSC: it takes any number of binds, answers submits and sends receipts.
///
/// Destinations 447700900xxx (set aside for fiction) end by their last three digits: 401 unknown
/// subscriber, 403 barred, 404 memory full, 408 expired, 409 no receipt, 410 two receipts, 411
/// receipt before the response, 429 throttled, 500 system error, 501 invalid destination, 503 queue
/// full, 504 never answered.
///
/// With --profile it is a hostile one instead, which misbehaves as real SMSCs do and keeps the truth
/// of every message.
#[derive(Clone, Debug, clap::Args)]
pub struct SimSmscArgs {
    /// Where to listen; port 0 picks a free one.
    #[arg(long, default_value = "127.0.0.1:2776")]
    listen: SocketAddr,
    /// Who may bind.
    #[arg(long, default_value = "sink")]
    system_id: String,
    /// The password of that system id.
    #[arg(long, default_value = "sink")]
    password: String,
    /// Let everybody bind, whatever the system id and password.
    #[arg(long)]
    open: bool,
    /// Form of the message ids in submit_sm_resp.
    #[arg(long, value_enum, default_value = "hex")]
    ids: IdStyle,
    /// Form of the message ids in receipts, if another one.
    #[arg(long, value_enum)]
    receipt_ids: Option<IdStyle>,
    /// Time from a submit to its receipt: one time or a range.
    #[arg(long, default_value = "10ms..50ms")]
    delay: Span,
    /// deliver_sm in flight on one bind. Real SMSCs allow 1 to 100; the default does not hold up the
    /// receipts of a load test.
    #[arg(long, default_value_t = 10_000)]
    window: usize,
    /// Shares of delivered, undeliverable, expired, rejected and silent (no receipt).
    #[arg(long, default_value = "delivered=100")]
    outcomes: Outcomes,
    /// Destinations of this prefix and three digits have a fate of their own.
    #[arg(long, default_value = "447700900")]
    fate_prefix: String,
    /// Submits a second above which ESME_RTHROTTLED is answered.
    #[arg(long)]
    rate: Option<u32>,
    /// How long a submit_sm_resp is held back.
    #[arg(long, default_value = "0s", value_parser = duration)]
    response_delay: Duration,
    /// Percentage of receipts that are sent before their submit_sm_resp.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u8).range(..=100))]
    receipt_before_response: u8,
    /// Mobile-originated messages a second.
    #[arg(long = "mo", default_value_t = 0)]
    mobile_originated: u32,
    /// Where mobile-originated messages are addressed to.
    #[arg(long = "mo-to", default_value = "12345")]
    mobile_originated_to: String,
    /// Be the hostile SMSC of this profile (see --list-profiles).
    #[arg(long, value_parser = all::find, conflicts_with_all = ORDINARY)]
    profile: Option<&'static Profile>,
    /// Print the hostile profiles, and what each does.
    #[arg(long)]
    list_profiles: bool,
    /// With --profile: write the truth of every message to this file at the end, as lines of JSON.
    #[arg(long, requires = "profile")]
    truth: Option<PathBuf>,
    /// With --profile: the response timer of the ESME, which what is late goes beyond.
    #[arg(long, requires = "profile", default_value = "30s", value_parser = duration)]
    response_timer: Duration,
    /// Make chance and message ids the same in every run.
    #[arg(long)]
    seed: Option<u64>,
    /// Append every submit taken to this file: time, id, source, destination, text.
    #[arg(long)]
    record: Option<PathBuf>,
    /// Do not print counts at the end.
    #[arg(long)]
    quiet: bool,
    /// End as well when standard input is closed, as when the parent process has ended.
    #[arg(long, hide = true)]
    with_parent: bool,
}

impl SimSmscArgs {
    fn config(self) -> Config {
        Config {
            listen: self.listen,
            credentials: (!self.open).then_some((self.system_id, self.password)),
            ids: self.ids,
            receipt_ids: self.receipt_ids.unwrap_or(self.ids),
            delay: self.delay,
            window: self.window,
            outcomes: self.outcomes,
            fate_prefix: self.fate_prefix,
            rate: self.rate,
            response_delay: self.response_delay,
            receipt_before_response: self.receipt_before_response,
            mobile_originated: self.mobile_originated,
            mobile_originated_to: self.mobile_originated_to,
            seed: self.seed,
            record: self.record,
        }
    }

    fn hostile(self, profile: &'static Profile) -> hostile::run::Run {
        hostile::run::Run {
            config: hostile::config::Config {
                listen: self.listen,
                credentials: (!self.open).then_some((self.system_id, self.password)),
                profile,
                seed: self.seed.unwrap_or_else(|| fastrand::u64(..)),
                response_timer: self.response_timer,
                inbound_to: self.mobile_originated_to,
                ..hostile::config::Config::default()
            },
            truth: self.truth,
            quiet: self.quiet,
            with_parent: self.with_parent,
        }
    }
}

/// Runs the SMSC until SIGTERM or SIGINT. The first line of stdout says where it listens.
pub fn run(args: SimSmscArgs) -> ExitCode {
    if args.list_profiles {
        return hostile::run::list_profiles();
    }
    if let Some(profile) = args.profile {
        return hostile::run::run(args.hostile(profile));
    }
    let (quiet, with_parent) = (args.quiet, args.with_parent);
    match until_told(args.config(), with_parent) {
        Ok(stats) => {
            if !quiet {
                let _ = print_counts(&stats);
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            let _ = writeln!(io::stderr(), "postrider sim smsc: {error}");
            ExitCode::FAILURE
        }
    }
}

fn until_told(config: Config, with_parent: bool) -> io::Result<std::sync::Arc<Stats>> {
    let smsc = Smsc::start(config)?;
    announce(smsc.addr())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(told_to_end(with_parent))?;
    Ok(smsc.stop())
}

/// Says where a peer listens, in the form that whoever started it reads.
pub(crate) fn announce(addr: SocketAddr) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "listening {addr}")?;
    stdout.flush()
}

/// Waits for SIGTERM or SIGINT or, if so asked, for the end of standard input.
pub(crate) async fn told_to_end(with_parent: bool) -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut term = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = term.recv() => {}
        _ = interrupt.recv() => {}
        () = end_of_input(), if with_parent => {}
    }
    Ok(())
}

/// Waits until standard input is closed, in a thread since reading it may block for ever.
async fn end_of_input() {
    let ended = std::sync::Arc::new(tokio::sync::Notify::new());
    let seen = std::sync::Arc::clone(&ended);
    std::thread::spawn(move || {
        let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
        ended.notify_one();
    });
    seen.notified().await;
}

fn print_counts(stats: &Stats) -> io::Result<()> {
    let mut stderr = io::stderr().lock();
    for (name, count) in stats.list() {
        writeln!(stderr, "{name:<20}{count:>14}")?;
    }
    Ok(())
}
