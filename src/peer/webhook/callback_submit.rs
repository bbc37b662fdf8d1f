//! The way in for messages with callbacks: their account is looked for in the feed before they are taken.

use std::sync::Arc;

use crate::feed::feed::Feed;
use crate::pipeline::port::{Refusal, Submission, Submit, Submitted};

/// Submits, and has callbacks called. A message without one goes straight through.
pub struct CallbackSubmit {
    inner: Arc<dyn Submit>,
    feed: Feed,
}

impl CallbackSubmit {
    /// In front of another way in.
    pub fn new(inner: Arc<dyn Submit>, feed: Feed) -> Self {
        Self { inner, feed }
    }
}

impl Submit for CallbackSubmit {
    fn submit(&self, submission: Submission) -> Submitted {
        if submission.callback.is_none() {
            return self.inner.submit(submission);
        }
        let (inner, feed) = (Arc::clone(&self.inner), self.feed.clone());
        Box::pin(async move {
            let account = feed.ledger().names().find_account(&submission.account);
            let account = account.ok_or(Refusal::UnknownAccount)?;
            if !feed.lanes().knows(account) {
                let admitted = tokio::task::spawn_blocking(move || feed.admit_callbacks(account));
                if let Ok(Err(error)) | Err(error) = admitted.await.map_err(std::io::Error::other) {
                    tracing::error!(%error, "a message's callback could not be seen to: it is refused");
                    return Err(Refusal::DiskFailed);
                }
            }
            inner.submit(submission).await
        })
    }
}

impl std::fmt::Debug for CallbackSubmit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CallbackSubmit").field("feed", &self.feed).finish_non_exhaustive()
    }
}
