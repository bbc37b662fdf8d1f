//! Where and with what a run was made, for whoever reads its figures later.

use serde_json::{Value, json};

/// The machine and the command.
#[derive(Clone, Debug)]
pub struct Host {
    /// Processors this process may use.
    pub cores: usize,
    /// The kernel's name and release.
    pub kernel: String,
    /// Version of this program.
    pub version: &'static str,
    /// How it was called.
    pub command: String,
}

impl Host {
    /// Reads it. Arguments that follow `--password` or `--side-password` are left out.
    pub fn read() -> Self {
        let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        let mut arguments: Vec<String> = std::env::args().collect();
        if let Some(program) = arguments.first_mut() {
            // The name alone: a path says more about the machine than about the run.
            *program = program.rsplit('/').next().unwrap_or_default().to_owned();
        }
        Self {
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            kernel: format!("Linux {}", release.trim()),
            version: env!("CARGO_PKG_VERSION"),
            command: without_secrets(&arguments).join(" "),
        }
    }

    /// The same as JSON.
    pub fn to_json(&self) -> Value {
        json!({
            "cores": self.cores,
            "kernel": self.kernel,
            "version": self.version,
            "command": self.command,
        })
    }
}

fn without_secrets(arguments: &[String]) -> Vec<String> {
    let mut secret = false;
    let mut kept = Vec::new();
    for argument in arguments {
        let (name, value) = argument.split_once('=').map_or((argument.as_str(), ""), |pair| pair);
        let names_secret = name.ends_with("-password") && name.starts_with("--");
        kept.push(match (secret, names_secret && !value.is_empty()) {
            (true, _) => "…".to_owned(),
            (_, true) => format!("{name}=…"),
            _ => argument.clone(),
        });
        secret = names_secret && value.is_empty();
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_left_out() {
        let arguments = ["load", "--password", "a", "--side-password=b", "--binds", "2"];
        let kept = without_secrets(&arguments.map(str::to_owned));
        assert_eq!(kept.join(" "), "load --password … --side-password=… --binds 2");
    }
}
