//! `postrider completions`: what a shell needs to complete our commands.

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::Command;
use clap_complete::Shell;

/// Print what a shell needs to complete the commands and options of postrider
#[derive(Debug, clap::Args)]
#[command(after_help = "Bash, for one user:\n  \
    postrider completions bash > ~/.local/share/bash-completion/completions/postrider")]
pub(super) struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

pub(super) fn run(arguments: &CompletionsArgs, mut program: Command) -> ExitCode {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut program, "postrider", &mut script);
    // A closed pipe leaves nobody to tell.
    match io::stdout().write_all(&script) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum as _;

    use super::*;

    #[test]
    fn every_shell_completes_every_subcommand() {
        for shell in Shell::value_variants() {
            let mut program = crate::cli::arguments::program();
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut program, "postrider", &mut script);
            let script = String::from_utf8(script).expect("text");
            for subcommand in program.get_subcommands().filter(|it| !it.is_hide_set()) {
                let name = subcommand.get_name();
                assert!(script.contains(name), "{shell}: nothing of {name}");
            }
        }
    }
}
