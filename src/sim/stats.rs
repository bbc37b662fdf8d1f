//! What a simulated peer has done so far, readable from any thread.

use std::sync::atomic::{AtomicU64, Ordering};

/// A count with one writer: no locked instruction on the way of a message.
#[derive(Debug, Default)]
pub struct Count(AtomicU64);

impl Count {
    /// The count at present.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// Adds to it; only the peer's own thread may.
    #[inline]
    pub(crate) fn add(&self, more: u64) {
        self.0.store(self.get() + more, Ordering::Relaxed);
    }

    /// Replaces it; only the peer's own thread may.
    pub(crate) fn set(&self, value: u64) {
        self.0.store(value, Ordering::Relaxed);
    }
}

macro_rules! stats {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// Counts of a simulated SMSC.
        #[derive(Debug, Default)]
        pub struct Stats {
            $($(#[$doc])* pub $name: Count,)*
        }

        impl Stats {
            /// Every count with its name.
            pub fn list(&self) -> Vec<(&'static str, u64)> {
                vec![$((stringify!($name), self.$name.get()),)*]
            }
        }
    };
}

stats! {
    /// Binds accepted.
    binds,
    /// Binds open now.
    bound,
    /// submit_sm that came.
    submits,
    /// Of these accepted.
    accepted,
    /// Of these refused with ESME_RTHROTTLED or ESME_RMSGQFUL.
    throttled,
    /// Of these refused for another reason.
    refused,
    /// Of these left without an answer, by fate.
    unanswered,
    /// Receipts sent, repeats included.
    receipts,
    /// Mobile-originated messages sent.
    mobile_originated,
    /// deliver_sm the ESME confirmed.
    confirmed,
    /// deliver_sm to be sent again, since the ESME refused it or its connection broke.
    redelivered,
    /// Receipts thrown away, since too many waited for an ESME.
    dropped,
}
