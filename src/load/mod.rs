//! `postrider load`: an ESME that submits as fast as it may, or on time, and matches every receipt.
//!
//! A flow is one account's traffic over some binds in one thread: [`pace`] says when messages are
//! due, `template` writes them, [`client`] and `bind` move them, [`track`] matches what comes back and
//! [`tally`] counts it. [`run`] puts flows side by side, [`cpu`] watches the process under test,
//! [`report`] prints. Beside the gateway stand the two ceilings it is compared with: [`responder`]
//! answers submits and does nothing else, [`relay`] forwards without storing; [`ceiling`] runs both.
//!
//! **Invariants**: latency counts from the time a message was due, not from when this process came
//! round to it; nothing is allocated per message. **Not here**: what the gateway does.

pub mod args;

pub mod run;

pub mod config;

mod flow;

pub mod client;

mod bind;

pub mod pace;

mod ticker;

mod template;

pub mod track;

pub mod tally;

pub mod progress;

pub mod cpu;

pub mod host;

pub mod report;

pub mod responder;

pub mod relay;

pub mod listen;

pub mod ceiling;

#[cfg(test)]
mod tests;
