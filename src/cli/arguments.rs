//! The subcommands, and the way from arguments to one of them.

use std::ffi::OsString;
use std::future::Future;
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};

use super::print::note;
use super::{
    audit, carriers, check, completions, conversation, demo, erase, export, govern, ledger, man,
    opt_outs, queue, reason, route, search, send, serve, sim_ledger, sim_queries, stats, tail, top,
    trace, users,
};

/// A carrier-grade SMS gateway that can tell anyone what happened to any message.
///
/// Data goes to standard output, everything else to standard error. Exit codes: 0 done, 1 it did not
/// work, 2 it worked with a reservation (see the subcommand), 64 wrong usage.
#[derive(Debug, Parser)]
#[command(name = "postrider", version, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run a gateway with simulated carriers and traffic, and say what to try
    Demo(demo::DemoArgs),
    /// Run the gateway
    Serve(serve::ServeArgs),
    /// Say whether a configuration can be used, and what is wrong with it
    Check(check::CheckArgs),
    /// Say where a message would go by a configuration, and why
    Route(route::RouteArgs),
    /// Send one message through a gateway's API
    Send(send::SendArgs),
    /// Show what happened to a message
    Trace(trace::TraceArgs),
    /// Find messages by anything that is known of them
    Search(search::SearchArgs),
    /// List everything to and from a number, both ways, the newest last
    Conversation(conversation::ConversationArgs),
    /// Count messages hour by hour or day by day
    Stats(stats::StatsArgs),
    /// Write what a query finds to a file: CSV, JSON Lines, Parquet
    Export(export::ExportArgs),
    /// See, suspend, resume, rebind or limit a running gateway's carriers
    #[command(subcommand)]
    Carriers(carriers::CarriersCommand),
    /// See, retry or end what waits for a running gateway's carriers
    #[command(subcommand)]
    Queue(queue::QueueCommand),
    /// See which numbers take nothing from whom, record that, or lift it
    #[command(subcommand)]
    OptOuts(opt_outs::OptOutsCommand),
    /// Erase what is personal of a message, or of all messages of a number, for good
    Erase(erase::EraseArgs),
    /// Make what the configuration has of a user's password
    #[command(subcommand)]
    Users(users::UsersCommand),
    /// Say whether the audit of a data directory is as it was written
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// Say what a reason or a problem means, and what to do
    Reason(reason::ReasonArgs),
    /// Follow what happens at a running gateway, a line for each event
    Tail(tail::TailArgs),
    /// Watch a running gateway: its messages, its carriers, its queues
    Top(top::TopArgs),
    /// Have a running gateway take nothing new, finish what is under way, and end
    Drain(govern::DrainArgs),
    /// Have a running gateway read its configuration anew
    Reload(govern::ReloadArgs),
    /// Change what a running gateway logs
    LogLevel(govern::LogLevelArgs),
    /// Look at a data directory that no gateway works on
    #[command(subcommand)]
    Ledger(ledger::LedgerCommand),
    /// Load a gateway or an SMSC over SMPP and match every receipt to its message
    Load(Box<crate::load::args::LoadArgs>),
    /// Print what a shell needs to complete commands
    Completions(completions::CompletionsArgs),
    /// Write the manual pages
    Man(man::ManArgs),
    /// Peers to test against
    #[command(subcommand)]
    Sim(Sim),
}

#[derive(Debug, Subcommand)]
enum Sim {
    /// An SMSC that takes submits and sends receipts
    Smsc(crate::sim::args::SimSmscArgs),
    /// An SMSC that answers submits and does nothing else
    Responder(crate::load::responder::ResponderArgs),
    /// A data directory full of traffic that never was
    Ledger(sim_ledger::SimLedgerArgs),
    /// Questions of every kind to such a directory, and what answers cost
    Queries(sim_queries::SimQueriesArgs),
    /// A forwarder without a store
    Relay(crate::load::relay::RelayArgs),
}

/// Runs what the arguments say.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // A closed standard error leaves nobody to tell.
            let _ = error.print();
            return if error.use_stderr() { ExitCode::from(USAGE) } else { ExitCode::SUCCESS };
        }
    };
    match arguments.command {
        Command::Load(arguments) => crate::load::args::run(*arguments),
        Command::Sim(Sim::Smsc(arguments)) => crate::sim::args::run(arguments),
        Command::Sim(Sim::Responder(arguments)) => crate::load::responder::run(arguments),
        Command::Sim(Sim::Ledger(arguments)) => sim_ledger::run(&arguments),
        Command::Sim(Sim::Queries(arguments)) => sim_queries::run(&arguments),
        Command::Sim(Sim::Relay(arguments)) => crate::load::relay::run(arguments),
        Command::Ledger(command) => ledger::run(&command),
        Command::Completions(arguments) => completions::run(&arguments, program()),
        Command::Man(arguments) => man::run(&arguments, program()),
        Command::Demo(arguments) => demo::run(arguments),
        Command::Serve(arguments) => serve::run(arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::Route(arguments) => route::run(&arguments),
        Command::Carriers(command) => wait_for(carriers::run(&command)),
        Command::Queue(command) => wait_for(queue::run(&command)),
        Command::OptOuts(command) => wait_for(opt_outs::run(&command)),
        Command::Users(command) => users::run(&command),
        Command::Audit(command) => audit::run(&command),
        Command::Reason(arguments) => reason::run(&arguments),
        Command::Erase(arguments) => wait_for(erase::run(&arguments)),
        Command::Tail(arguments) => wait_for(tail::run(&arguments)),
        Command::Top(arguments) => wait_for(top::run(&arguments)),
        Command::Drain(arguments) => wait_for(govern::drain(&arguments)),
        Command::Reload(arguments) => wait_for(govern::reload(&arguments)),
        Command::LogLevel(arguments) => wait_for(govern::log_level(&arguments)),
        Command::Send(arguments) => wait_for(send::run(&arguments)),
        Command::Trace(arguments) => wait_for(trace::run(&arguments)),
        Command::Search(arguments) => wait_for(search::run(&arguments)),
        Command::Conversation(arguments) => wait_for(conversation::run(&arguments)),
        Command::Stats(arguments) => wait_for(stats::run(&arguments)),
        Command::Export(arguments) => wait_for(export::run(&arguments)),
    }
}

/// All that can be said on the command line.
pub(super) fn program() -> clap::Command {
    Arguments::command()
}

/// Runs a subcommand that talks to a gateway.
fn wait_for(subcommand: impl Future<Output = ExitCode>) -> ExitCode {
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(subcommand),
        Err(error) => {
            note(format_args!("postrider: the runtime cannot start: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// `EX_USAGE` of sysexits.h; clap's own 2 means something else here.
const USAGE: u8 = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_do_not_contradict_each_other() {
        program().debug_assert();
    }
}
