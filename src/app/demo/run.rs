//! A demo from its start to its end.

use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::watch;
use tokio::task::LocalSet;

use super::guide::Guide;
use super::place::Place;
use super::shop::REGULAR;
use super::traffic::{Counts, keep_sending};
use super::world::{self, VISITOR};
use crate::app::api::{self, HttpApi};
use crate::app::gateway::{Gateway, StartError};
use crate::app::news::News;
use crate::app::signals::Signals;
use crate::peer::otlp::config::OtlpConfig;
use crate::peer::webhook::callbacks::CallbackConfig;
use crate::pipeline::operate::Nobody;
use crate::pipeline::port::{Submission, Submit as _};
use crate::telemetry::log::{self, LogConfig};
use crate::telemetry::reload::ReloadMetrics;

/// What a demo may be told.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where it keeps its data; `None` is a directory that goes with it.
    pub data_dir: Option<PathBuf>,
    /// How long it lasts; `None` is until it is told to stop.
    pub lasts: Option<Duration>,
    /// Whether it tells the addresses only.
    pub quiet: bool,
}

/// How long the traffic may take to leave.
const UNBIND_WAIT: Duration = Duration::from_secs(6);

/// Runs a demo until it ends or is told to stop.
pub fn run(options: &Options) -> ExitCode {
    let level = if options.quiet { "error" } else { "warn" };
    let outcome = log::init(&LogConfig { level: level.into(), ..LogConfig::default() })
        .map_err(|error| StartError::Io(io::Error::other(error)))
        .and_then(|_log| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            LocalSet::new().block_on(&runtime, demo(options))
        });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tell(format_args!("postrider demo: {error}"));
            ExitCode::FAILURE
        }
    }
}

async fn demo(options: &Options) -> Result<(), StartError> {
    let place = Place::new(options.data_dir.clone())?;
    let carriers = world::start_carriers()?;
    let gateway = Gateway::start(&world::settings(place.directory().to_owned(), &carriers), false)?;
    let upkeep = api::keep_up(&gateway, &gateway.registry());
    let (http, nobody) = (world::http(), Arc::new(Nobody));
    // A demo has no file to read anew; its page shows what a gateway's does.
    ReloadMetrics::new(&gateway.registry()).succeeded(started_at());
    let (callbacks, traces) = (CallbackConfig::default(), OtlpConfig::default());
    let parts = (&http, &[][..], &callbacks, &traces);
    let news = News::start(parts, &gateway, gateway.registry(), nobody)?;
    let http = HttpApi::start(&http, Arc::clone(news.api())).await?;
    let first = send_first(&gateway).await?;
    let counts = Rc::new(Counts::default());
    let (stop, stopping) = watch::channel(false);
    let smpp = gateway.smpp_address();
    let traffic =
        smpp.map(|to| tokio::task::spawn_local(keep_sending(to, Rc::clone(&counts), stopping)));
    let addresses = smpp.zip(http.as_ref().and_then(HttpApi::address));
    show(options, &place, addresses, &first)?;

    ended(options.lasts).await?;
    stop.send_replace(true);
    if let Some(traffic) = traffic {
        let _ = tokio::time::timeout(UNBIND_WAIT, traffic).await;
    }
    if let Some(http) = http {
        http.stop().await;
    }
    news.stop();
    upkeep.abort();
    gateway.stop();
    drop(carriers);
    if !options.quiet {
        let (accepted, receipts) = (counts.accepted.get(), counts.receipts.get());
        tell(format_args!("The shop sent {accepted} messages and got {receipts} receipts."));
    }
    Ok(())
}

fn started_at() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}

/// A message to look at before anybody has sent one; its public id.
async fn send_first(gateway: &Gateway) -> io::Result<String> {
    let submission = Submission {
        account: VISITOR.to_owned(),
        source: b"DEMO".to_vec(),
        destination: REGULAR.into(),
        body: b"Welcome to the demo.".to_vec(),
        ..Submission::default()
    };
    let submitted = gateway.submitter().submit(submission).await;
    let taken = submitted.map_err(|refusal| io::Error::other(refusal.name()))?;
    Ok(format!("msg_{}", gateway.ledger().id_cipher().seal(taken.ord)))
}

fn show(
    options: &Options,
    place: &Place,
    addresses: Option<(SocketAddr, SocketAddr)>,
    first: &str,
) -> io::Result<()> {
    let Some((smpp, http)) = addresses else { return Ok(()) };
    let guide = Guide { program: Guide::program_of_process(), smpp, http, place, first };
    let mut stdout = io::stdout().lock();
    guide.write_addresses(&mut stdout)?;
    if !options.quiet {
        guide.write_suggestions(&mut stdout)?;
    }
    stdout.flush()
}

/// Waits until time is up or somebody wants the end.
async fn ended(lasts: Option<Duration>) -> io::Result<()> {
    let time_is_up = async {
        match lasts {
            Some(lasts) => tokio::time::sleep(lasts).await,
            None => std::future::pending().await,
        }
    };
    let mut signals = Signals::listen()?;
    tokio::select! {
        () = time_is_up => {}
        () = signals.told_to_stop() => {}
    }
    Ok(())
}

fn tell(text: std::fmt::Arguments<'_>) {
    let _ = writeln!(io::stderr(), "{text}");
}
