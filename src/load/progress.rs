//! How far a run is: a bar on a terminal, else a line now and then; on standard error only.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::sim::stats::Count;

/// Time between two lines where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(5);

/// Counts of a flow while it runs.
#[derive(Debug, Default)]
pub struct Progress {
    /// submit_sm sent.
    pub submitted: Count,
    /// submit_sm accepted.
    pub acknowledged: Count,
    /// Receipts matched.
    pub matched: Count,
    /// 1 once no new message will be submitted.
    pub over: Count,
}

/// Shows a [`Progress`].
#[derive(Debug)]
pub struct Display {
    bar: Option<ProgressBar>,
    title: String,
    started: Instant,
    last_line: Instant,
}

impl Display {
    /// Shows a run called `title` of so many messages, if that is known.
    pub fn new(title: &str, messages: Option<u64>) -> Self {
        let bar = io::stderr().is_terminal().then(|| {
            let bar =
                ProgressBar::with_draw_target(messages, ProgressDrawTarget::stderr_with_hz(5));
            let template = match messages {
                Some(_) => "{prefix} {elapsed} {wide_bar} {percent}% {msg}",
                None => "{prefix} {elapsed} {spinner} {msg}",
            };
            bar.set_style(
                ProgressStyle::with_template(template)
                    .unwrap_or_else(|_| ProgressStyle::default_bar()),
            );
            bar.with_prefix(title.to_owned())
        });
        let started = Instant::now();
        Self { bar, title: title.to_owned(), started, last_line: started }
    }

    /// Shows the present counts.
    pub fn show(&mut self, progress: &Progress) {
        let counts = || {
            format!(
                "submitted {}, acknowledged {}, receipts {}",
                progress.submitted.get(),
                progress.acknowledged.get(),
                progress.matched.get()
            )
        };
        if let Some(bar) = &self.bar {
            bar.set_position(progress.acknowledged.get());
            bar.set_message(counts());
        } else if self.last_line.elapsed() >= LINE_EVERY {
            self.last_line = Instant::now();
            let seconds = self.started.elapsed().as_secs();
            // Nobody reads it: then nobody misses it.
            let _ = writeln!(io::stderr(), "{} {seconds} s: {}", self.title, counts());
        }
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
