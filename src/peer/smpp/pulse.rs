//! Whether the shards make turns: each is written to, and answers when its turn is made.
//!
//! Counting turns would not do: a shard that has nothing to do makes none, and hangs for nobody.

use tokio::sync::{mpsc, oneshot};

use super::shard::Letter;

/// Feels the pulse of all shards of a gateway.
pub struct Pulse {
    shards: Vec<mpsc::Sender<Letter>>,
}

impl std::fmt::Debug for Pulse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pulse")
    }
}

/// The thread of the shard with this number has ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("shard {0} has ended")]
pub struct ShardEnded(pub usize);

impl Pulse {
    pub(super) const fn new(shards: Vec<mpsc::Sender<Letter>>) -> Self {
        Self { shards }
    }

    /// Waits until every shard has made a turn from now on. Where one hangs that is for ever: give it
    /// a time.
    ///
    /// # Errors
    /// A shard has ended, as all do when the gateway stops.
    pub async fn felt(&self) -> Result<(), ShardEnded> {
        for (index, mailbox) in self.shards.iter().enumerate() {
            let (told, turned) = oneshot::channel();
            mailbox.send(Letter::Turn(told)).await.map_err(|_| ShardEnded(index))?;
            turned.await.map_err(|_| ShardEnded(index))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    /// Long enough for everything here that happens at all.
    const MOMENT: Duration = Duration::from_millis(50);

    /// A shard that answers as often as this, and then reads nothing more.
    async fn shard(mut letters: mpsc::Receiver<Letter>, answers: usize) {
        for _ in 0..answers {
            if let Some(Letter::Turn(told)) = letters.recv().await {
                let _gone = told.send(());
            }
        }
        std::future::pending().await
    }

    fn block_on(test: impl Future<Output = ()>) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        runtime.expect("a runtime").block_on(test);
    }

    #[test]
    fn the_pulse_is_felt_while_every_shard_turns_and_not_when_one_hangs() {
        block_on(async {
            let ((one, its), (other, others)) = (mpsc::channel(1), mpsc::channel(1));
            let pulse = Pulse::new(vec![one, other]);
            let turning = async { tokio::join!(shard(its, 2), shard(others, 1)) };
            let felt = async {
                assert_eq!(timeout(MOMENT, pulse.felt()).await, Ok(Ok(())));
                assert!(timeout(MOMENT, pulse.felt()).await.is_err(), "the other one hangs");
            };
            tokio::select! { _ = turning => {}, () = felt => {} }
        });
    }

    #[test]
    fn a_shard_that_has_ended_is_named() {
        block_on(async {
            let ((one, its), (other, others)) = (mpsc::channel(1), mpsc::channel(1));
            drop(others);
            let pulse = Pulse::new(vec![one, other]);
            tokio::select! {
                () = shard(its, 1) => {}
                felt = pulse.felt() => assert_eq!(felt, Err(ShardEnded(1))),
            }
        });
    }
}
