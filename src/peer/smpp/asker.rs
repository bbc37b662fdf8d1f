//! The thread that asks the ledger on behalf of the shards, since the ledger may have to wait for the
//! disk and the indexer.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use super::shard::{Letter, Post};
use crate::ledger::store::Ledger;
use crate::pipeline::ask::{Ask, answer};
use crate::pipeline::mail::Mail;

/// Questions that may wait.
pub(super) const ASKS_MAX: usize = 4_096;

const INDEXED_WITHIN: Duration = Duration::from_secs(30);

/// Answers until nobody can ask any more.
pub(super) fn run(ledger: &Arc<Ledger>, post: &Post, mut asks: mpsc::Receiver<(usize, Ask)>) {
    while let Some((shard, ask)) = asks.blocking_recv() {
        let reply = loop {
            if ledger.wait_indexed(ask.after(), INDEXED_WITHIN) {
                match answer(ledger, &ask) {
                    Ok(reply) => break reply,
                    Err(error) => tracing::error!(%error, "cannot read the ledger: tried again"),
                }
            } else {
                tracing::error!("the indexer is far behind: a question waits");
            }
            if post.shards.iter().all(mpsc::Sender::is_closed) {
                return;
            }
            std::thread::sleep(Duration::from_millis(200));
        };
        if let Some(mailbox) = post.shards.get(shard) {
            // The shard has gone only when the gateway stops.
            let _stopping = mailbox.blocking_send(Letter::Mail(Mail::Answer(reply)));
        }
    }
}
