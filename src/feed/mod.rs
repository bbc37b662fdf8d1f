//! The news of messages, told to whoever is owed them: webhooks, streams, files.
//!
//! A `Follower` reads what is durable in the log, on a thread of its own behind the ledger's
//! indexes, and [`judge`] says what a record tells. Each [`Consumer`](consumer::Consumer) has a bounded
//! [`Window`](window::Window) in memory and a durable [`Cursor`](cursor::Cursor); one that is dead or slow
//! stays where it is in the log, and costs nobody anything. What a consumer has been told is settled one by
//! one, so that after a crash it is told again only what may not have reached it, under the same ids.
//! Callbacks that belong to one message have a [`Lane`](lane::Lane) for each server that they lead to.
//! Not here: how something is told (see `peer`).

pub mod consumer;

pub mod cursor;

#[expect(clippy::module_inception, reason = "the feed is what the module is about")]
pub mod feed;

mod follower;

pub mod judge;

pub mod kind;

pub mod lane;

pub mod lanes;

pub mod notice;

#[cfg(test)]
mod tests;

pub mod window;
