//! A child process whose lines are kept, and which never outlives its test.

use std::io::{BufRead as _, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use rustix::process::{Pid, Signal, kill_process};

use super::patience::until;

/// Lines of a child, standard output and standard error together.
type Lines = Arc<Mutex<Vec<String>>>;

/// A child process. Dropping it kills it, and shows what it wrote if the test is failing.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
    lines: Lines,
    collectors: Vec<JoinHandle<()>>,
}

impl Process {
    /// Starts `command`.
    pub fn start(name: &str, command: &mut Command) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{name}: {error}"));
        let lines = Lines::default();
        let collectors = vec![
            collect(child.stdout.take().unwrap(), lines.clone()),
            collect(child.stderr.take().unwrap(), lines.clone()),
        ];
        Self { name: name.to_owned(), child, lines, collectors }
    }

    /// Starts our own program.
    pub fn postrider(arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_postrider"));
        Self::start(arguments[0], command.args(arguments))
    }

    /// Waits for a line and takes something from it.
    pub fn line<T>(&mut self, what: &str, mut take: impl FnMut(&str) -> Option<T>) -> T {
        let mut seen = 0;
        let what = format!("{} says {what}", self.name);
        until(&what, || {
            let ended = self.child.try_wait().unwrap();
            let lines = self.lines.lock().unwrap();
            let found = lines[seen..].iter().find_map(|line| take(line));
            seen = lines.len();
            assert!(found.is_some() || ended.is_none(), "{what}: ended with {ended:?}: {lines:#?}");
            found
        })
    }

    /// Everything written so far.
    pub fn written(&self) -> String {
        self.lines.lock().unwrap().join("\n")
    }

    /// Everything it wrote until its end.
    pub fn complete(&mut self) -> String {
        self.end();
        for collector in self.collectors.drain(..) {
            collector.join().unwrap();
        }
        self.written()
    }

    /// Whether it has not ended.
    pub fn runs(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Memory that it has, in KiB.
    pub fn resident_kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("0");
        line.trim().trim_end_matches(" kB").parse().unwrap_or(0)
    }

    /// Waits for its end.
    pub fn end(&mut self) -> ExitStatus {
        until(&format!("{} ends", self.name), || self.child.try_wait().unwrap())
    }

    /// SIGKILL, and the end.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).unwrap();
    }

    /// SIGTERM, and the end in good order.
    pub fn terminate(&mut self) {
        self.signal(Signal::TERM);
        self.ends_well();
    }

    /// Waits for its end, in good order.
    pub fn ends_well(&mut self) {
        let status = self.end();
        assert!(status.success(), "{} ended with {status}: {}", self.name, self.written());
    }

    fn pid(&self) -> Pid {
        Pid::from_raw(self.child.id().try_into().unwrap()).unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ended_already = self.child.kill();
        let _reaped = self.child.wait();
        if std::thread::panicking() {
            let lines = self.lines.lock().unwrap();
            let last = lines.len().saturating_sub(40);
            println!("--- {} wrote:\n{}", self.name, lines[last..].join("\n"));
        }
    }
}

fn collect(from: impl Read + Send + 'static, lines: Lines) -> JoinHandle<()> {
    std::thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            lines.lock().unwrap().push(line);
        }
    })
}
