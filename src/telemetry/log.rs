//! Logs: how they are written, and how much of them.
//!
//! They go to standard error, one line an event: for people on a terminal, as JSON (`line`) else.
//! **Invariant**: no number in full unless `pii` is on, and never a message's text; events carry
//! numbers through `message::address::Masked` only.

use std::fmt;
use std::io::IsTerminal as _;
use std::sync::atomic::{AtomicBool, Ordering};

use tracing::Subscriber;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;
use tracing_subscriber::util::SubscriberInitExt as _;

use super::line::JsonLine;

/// How log lines look.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum LogFormat {
    /// For people on a terminal, JSON otherwise.
    #[default]
    Auto,
    /// One JSON object a line.
    Json,
    /// For people.
    Text,
}

/// What is logged.
#[derive(Clone, Debug)]
pub struct LogConfig {
    /// How lines look.
    pub format: LogFormat,
    /// A level, or directives such as `info,postrider::peer=debug`.
    pub level: String,
    /// Whether numbers are written in full.
    pub pii: bool,
}

impl Default for LogConfig {
    fn default() -> Self {
        Self { format: LogFormat::Auto, level: "info".into(), pii: false }
    }
}

/// Why logging cannot begin.
#[derive(Debug, thiserror::Error)]
#[error("logging cannot begin: {0}")]
pub struct LogError(String);

/// Changes what is logged while the process runs.
pub struct LogControl {
    set: Box<dyn Fn(EnvFilter) -> Result<(), LogError> + Send + Sync>,
    configured: String,
}

impl fmt::Debug for LogControl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogControl").field("configured", &self.configured).finish_non_exhaustive()
    }
}

impl LogControl {
    /// Logs by these directives from now on.
    pub fn set(&self, directives: &str) -> Result<(), LogError> {
        (self.set)(EnvFilter::try_new(directives).map_err(|error| LogError(error.to_string()))?)
    }

    /// Logs as configured again.
    pub fn reset(&self) -> Result<(), LogError> {
        self.set(&self.configured)
    }
}

/// Whether this can be a filter. A bare word would be taken for the name of a module, so that
/// `verbose` would silence everything.
pub fn is_filter(text: &str) -> bool {
    let known = |word: &str| {
        ["off", "error", "warn", "info", "debug", "trace"].contains(&word.to_lowercase().as_str())
    };
    let each = |directive: &str| directive.contains('=') || known(directive.trim());
    text.split(',').all(each) && EnvFilter::try_new(text).is_ok()
}

/// Begins to log to standard error, for the whole process. Called once.
pub fn init(config: &LogConfig) -> Result<LogControl, LogError> {
    let terminal = std::io::stderr().is_terminal();
    let color = terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let text = match config.format {
        LogFormat::Auto => terminal,
        LogFormat::Json => false,
        LogFormat::Text => true,
    };
    PII.store(config.pii, Ordering::Relaxed);
    let failed = |error: &dyn fmt::Display| LogError(error.to_string());
    let builder = tracing_subscriber::fmt().with_env_filter(filter(config)?);
    let builder = builder.with_writer(std::io::stderr as fn() -> std::io::Stderr);
    let configured = config.level.clone();
    if text {
        let builder = builder.with_timer(Utc).with_ansi(color).with_filter_reloading();
        let handle = builder.reload_handle();
        builder.finish().try_init().map_err(|error| failed(&error))?;
        let set = move |filter| handle.reload(filter).map_err(|error| failed(&error));
        return Ok(LogControl { set: Box::new(set), configured });
    }
    let builder = builder.event_format(JsonLine).with_filter_reloading();
    let handle = builder.reload_handle();
    builder.finish().try_init().map_err(|error| failed(&error))?;
    let set = move |filter| handle.reload(filter).map_err(|error| failed(&error));
    Ok(LogControl { set: Box::new(set), configured })
}

/// Whether the operator wants numbers in full in the log.
pub fn shows_numbers() -> bool {
    PII.load(Ordering::Relaxed)
}

/// Written once, by [`init`]; a mask is made in places that no configuration reaches.
static PII: AtomicBool = AtomicBool::new(false);

/// What writes JSON lines.
pub fn json_subscriber<W>(
    config: &LogConfig,
    writer: W,
) -> Result<impl Subscriber + Send + Sync + 'static, LogError>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    Ok(tracing_subscriber::fmt()
        .event_format(JsonLine)
        .with_env_filter(filter(config)?)
        .with_writer(writer)
        .finish())
}

fn filter(config: &LogConfig) -> Result<EnvFilter, LogError> {
    EnvFilter::try_new(&config.level).map_err(|error| LogError(error.to_string()))
}

/// The time of a line: RFC 3339 in UTC with milliseconds.
pub(super) struct Utc;

impl FormatTime for Utc {
    fn format_time(&self, writer: &mut Writer<'_>) -> fmt::Result {
        write!(writer, "{:.3}", jiff::Timestamp::now())
    }
}
