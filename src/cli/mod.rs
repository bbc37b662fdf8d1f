//! The command line: data to standard output, the rest to standard error.
//!
//! One file for each subcommand, with its arguments and what it prints. Exit codes: 0 done, 1 it did
//! not work, 2 it worked with a reservation that the subcommand states, 64 wrong usage.
//! **Invariant**: nothing here decides anything about a message. Nothing is coloured or animated.

mod access;

mod api_client;

pub mod arguments;

mod audit;

mod carriers;

mod check;

mod completions;

mod conversation;

mod demo;

mod erase;

mod export;

mod govern;

mod ledger;

mod ledger_stat;

mod man;

mod message_table;

mod mo_route;

mod operator;

mod opt_outs;

mod print;

mod queue;

mod reason;

mod route;

mod search;

mod send;

mod serve;

mod sim_ledger;

mod sim_queries;

mod stats;

mod tail;

mod timeline;

mod top;

mod trace;

mod users;
