//! `postrider man`: the manual pages, made of the same text as `--help`.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Command;

use super::print::note;

/// Write the manual pages: postrider(1), and one for each subcommand
#[derive(Debug, clap::Args)]
pub(super) struct ManArgs {
    /// The directory they are written to; it is made if it is not there
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

pub(super) fn run(arguments: &ManArgs, program: Command) -> ExitCode {
    match write_pages(&arguments.out, program) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            note(format_args!("postrider man: {}: {error}", arguments.out.display()));
            ExitCode::FAILURE
        }
    }
}

/// Writes `postrider.1`, `postrider-check.1`, `postrider-sim-smsc.1` and so on.
fn write_pages(out: &Path, program: Command) -> io::Result<()> {
    std::fs::create_dir_all(out)?;
    // clap's own `help` says what the pages say.
    let mut program = program.disable_help_subcommand(true);
    // Gives each subcommand its whole name, by which its page is called.
    program.build();
    write_page(out, &program)
}

fn write_page(out: &Path, command: &Command) -> io::Result<()> {
    for subcommand in command.get_subcommands().filter(|it| !it.is_hide_set()) {
        write_page(out, subcommand)?;
    }
    let name = command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned();
    let source = concat!("postrider ", env!("CARGO_PKG_VERSION"));
    let page = clap_mangen::Man::new(command.clone()).title(name.to_uppercase()).source(source);
    let mut text = Vec::new();
    page.render(&mut text)?;
    std::fs::write(out.join(format!("{name}.1")), text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_subcommand_has_a_page_that_says_what_it_does() {
        let directory = tempfile::tempdir().expect("a directory");
        write_pages(directory.path(), crate::cli::arguments::program()).expect("room");
        let page =
            |name: &str| std::fs::read_to_string(directory.path().join(name)).expect("a page");
        assert!(page("postrider.1").contains("postrider\\-trace(1)"), "{}", page("postrider.1"));
        assert!(page("postrider-check.1").contains("Exit codes: 0 it can be used"));
        assert!(
            page("postrider-sim-smsc.1").starts_with(".ie"),
            "{}",
            page("postrider-sim-smsc.1")
        );
        assert!(!page("postrider.1").contains("help(1)"));
        assert!(!directory.path().join("postrider-help.1").exists());
    }
}
