//! The axes of what happened: lifecycle status, disposition, evidence.
//!
//! The numbers are part of the durable format; names are the API's.

/// Gives an enum of one octet its number, its name and the way back from both.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$item_doc:meta])* $item:ident = $number:literal $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[repr(u8)]
        pub enum $name { $($(#[$item_doc])* $item = $number,)* }

        impl $name {
            /// Every value, in the order of their numbers.
            pub const ALL: &'static [Self] = &[$(Self::$item,)*];

            /// The word people and the API read.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$item => $text,)* }
            }

            /// The value a stored octet stands for.
            pub const fn from_u8(number: u8) -> Option<Self> {
                match number { $($number => Some(Self::$item),)* _ => None }
            }

            /// The value of a word.
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($text => Some(Self::$item),)* _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.name())
            }
        }
    };
}
pub(crate) use words;

words! {
    /// Where a message is in its life. Closed: machines switch on it.
    Status {
        /// Waiting for its time.
        Scheduled = 0 "scheduled",
        /// On disk, no route chosen yet.
        Accepted = 1 "accepted",
        /// Waiting for its carrier.
        Queued = 2 "queued",
        /// Its submit is about to leave or has left, unanswered.
        Sending = 3 "sending",
        /// The carrier took it.
        Sent = 4 "sent",
        /// Final: a receipt says it arrived.
        Delivered = 5 "delivered",
        /// Final: the carrier or the network gave up on it.
        Undelivered = 6 "undelivered",
        /// Final: its time ran out.
        Expired = 7 "expired",
        /// Final: refused, by us or by the carrier.
        Rejected = 8 "rejected",
        /// Final: withdrawn.
        Cancelled = 9 "cancelled",
        /// Final for now: nobody knows (in doubt, or no receipt ever came).
        Unknown = 10 "unknown",
        /// Inbound: on disk, not yet taken by its account.
        Received = 11 "received",
        /// Inbound, final: its account took it.
        Forwarded = 12 "forwarded",
        /// Inbound, final: nobody to give it to.
        UndeliverableInbound = 13 "undeliverable_inbound",
    }
}

words! {
    /// The seven buckets a support rep reads.
    Disposition {
        /// Not final yet.
        InProgress = 0 "in_progress",
        /// It arrived, as far as the evidence goes.
        Delivered = 1 "delivered",
        /// The handset or the number could not take it.
        Bounced = 2 "bounced",
        /// Somebody's rule stopped it.
        Blocked = 3 "blocked",
        /// Its time ran out.
        Expired = 4 "expired",
        /// It went to another subscriber or network than meant.
        Misdirected = 5 "misdirected",
        /// Nobody can tell.
        Unknown = 6 "unknown",
    }
}

impl Disposition {
    /// Whether this is the worse news: of the parts of one message the worst speaks for the whole,
    /// which is delivered only if all are.
    pub const fn worse_than(self, other: Self) -> bool {
        self.badness() > other.badness()
    }

    const fn badness(self) -> u8 {
        match self {
            Self::Delivered => 0,
            Self::InProgress => 1,
            Self::Unknown => 2,
            Self::Expired => 3,
            Self::Blocked => 4,
            Self::Bounced => 5,
            Self::Misdirected => 6,
        }
    }
}

words! {
    /// Who says so, weakest first.
    Evidence {
        /// Concluded from silence.
        Inferred = 0 "inferred",
        /// Our own record.
        Gateway = 1 "gateway",
        /// The carrier's answer to the submit.
        Submitted = 2 "submitted",
        /// A receipt from the network.
        Network = 3 "network",
        /// A receipt that vouches for the handset.
        Handset = 4 "handset",
        /// A read report.
        Read = 5 "read",
    }
}

impl Status {
    /// Whether nothing more is expected to change it.
    pub const fn is_final(self) -> bool {
        matches!(
            self,
            Self::Delivered
                | Self::Undelivered
                | Self::Expired
                | Self::Rejected
                | Self::Cancelled
                | Self::Unknown
                | Self::Forwarded
                | Self::UndeliverableInbound
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back_from_its_number_and_its_name() {
        for &status in Status::ALL {
            assert_eq!(Status::from_u8(status as u8), Some(status));
            assert_eq!(Status::from_name(status.name()), Some(status));
        }
        for &disposition in Disposition::ALL {
            assert_eq!(Disposition::from_name(disposition.name()), Some(disposition));
        }
        assert_eq!(Evidence::from_u8(200), None);
    }
}
