//! `postrider users`: what the configuration has of a user's password.

use std::io::Read as _;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::print::{note, out};
use crate::peer::http::console::password::{PASSWORD_OCTETS_MAX, hash};

/// Subcommands of `postrider users`.
#[derive(Debug, Subcommand)]
pub(super) enum UsersCommand {
    /// Print the hash of a password
    ///
    /// Reads the password from standard input, without its line end, so that no list of processes shows it. What is
    /// printed goes into `password_hash` of a `[[user]]`.
    Hash(HashArgs),
}

/// Arguments of `hash`: none.
#[derive(Debug, Args)]
pub(super) struct HashArgs {}

pub(super) fn run(UsersCommand::Hash(HashArgs {}): &UsersCommand) -> ExitCode {
    let mut password = Vec::new();
    let most = PASSWORD_OCTETS_MAX as u64 + 3;
    if let Err(error) = std::io::stdin().lock().take(most).read_to_end(&mut password) {
        note(format_args!("postrider: the password cannot be read: {error}"));
        return ExitCode::FAILURE;
    }
    while password.last().is_some_and(|octet| b"\r\n".contains(octet)) {
        password.pop();
    }
    match hash(&password) {
        Ok(phc) => {
            out(phc);
            ExitCode::SUCCESS
        }
        Err(error) => {
            note(format_args!("postrider: {error}"));
            ExitCode::FAILURE
        }
    }
}
