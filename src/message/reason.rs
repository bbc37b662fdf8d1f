//! One name for each way a message can wait or end. What a person reads is in the
//! [`dictionary`](super::dictionary).
//!
//! The numbers are part of the durable format: add at the end, never renumber.

use super::dictionary::Entry;
use super::disposition::words;

words! {
    /// Why a message ended, or waits.
    Reason {
        /// Nothing to explain.
        None = 0 "none",
        /// Switched off or out of coverage.
        AbsentSubscriber = 1 "absent_subscriber",
        /// The handset's store is full.
        MemoryFull = 2 "memory_full",
        /// The network does not know the number.
        UnknownSubscriber = 3 "unknown_subscriber",
        /// The line cannot take texts.
        LandlineOrUnsupported = 4 "landline_or_unsupported",
        /// The subscriber's plan bars texts.
        CallBarred = 5 "call_barred",
        /// The subscriber opted out.
        OptedOut = 6 "opted_out",
        /// The carrier's filter stopped it.
        CarrierFiltered = 7 "carrier_filtered",
        /// The carrier does not take this sender.
        SenderNotAllowed = 8 "sender_not_allowed",
        /// The destination address is not one.
        InvalidDestination = 9 "invalid_destination",
        /// The carrier says that a field is wrong.
        InvalidRequest = 10 "invalid_request",
        /// The validity period ran out.
        ValidityOver = 11 "validity_over",
        /// Its life ended while a rate limit held it.
        ThrottledExpired = 12 "throttled_expired",
        /// The carrier's link is down.
        CarrierDown = 13 "carrier_down",
        /// The carrier asks to slow down.
        Throttled = 14 "throttled",
        /// The carrier's queue is full.
        QueueFull = 15 "queue_full",
        /// The carrier failed for the moment.
        CarrierError = 16 "carrier_error",
        /// The link broke between submit and answer.
        InDoubt = 17 "in_doubt",
        /// The carrier never sent a receipt.
        NoReceipt = 18 "no_receipt",
        /// Deleted at the carrier.
        OperatorCancelled = 19 "operator_cancelled",
        /// No route takes it.
        NoRoute = 20 "no_route",
        /// The account is over its rate.
        OverRate = 21 "over_rate",
        /// All attempts allowed were used up.
        AttemptsUsedUp = 22 "attempts_used_up",
        /// The network gave up without a known cause.
        NetworkError = 23 "network_error",
        /// A vendor's own code without an entry in the tables.
        VendorOther = 24 "vendor_other",
        /// The carrier took it; no receipt yet.
        AwaitingReceipt = 25 "awaiting_receipt",
        /// Waiting for room in the carrier's window.
        Window = 26 "window",
        /// The network says that the handset refused it.
        HandsetRefused = 27 "handset_refused",
        /// Nobody is bound to take it.
        NobodyBound = 28 "nobody_bound",
        /// It is still on its way in the network.
        Enroute = 29 "enroute",
        /// Waiting for the rate that is configured for the carrier.
        RateLimited = 30 "rate_limited",
        /// Its record in the log cannot be read.
        Unreadable = 31 "unreadable",
        /// Taken back before it left.
        Cancelled = 32 "cancelled",
        /// An operator has suspended the carrier.
        CarrierSuspended = 33 "carrier_suspended",
        /// The carrier was taken out of the configuration.
        CarrierRemoved = 34 "carrier_removed",
        /// An operator ended it before it was sent.
        EndedByOperator = 35 "ended_by_operator",
        /// From a handset: it went on as a part of a longer message, or by itself as another one.
        PartOf = 40 "part_of",
        /// From a handset: the same part came before.
        Duplicate = 41 "duplicate",
    }
}

impl Reason {
    /// Who the cause lies with.
    pub const fn group(self) -> &'static str {
        match self {
            Self::AbsentSubscriber | Self::MemoryFull | Self::CallBarred | Self::HandsetRefused => {
                "handset"
            }
            Self::UnknownSubscriber | Self::LandlineOrUnsupported | Self::InvalidDestination => {
                "number"
            }
            Self::OptedOut => "policy",
            Self::SenderNotAllowed | Self::InvalidRequest | Self::OverRate | Self::Cancelled => {
                "sender"
            }
            Self::RateLimited => "gateway",
            Self::NoRoute => "routing",
            Self::ThrottledExpired
            | Self::AttemptsUsedUp
            | Self::Window
            | Self::NobodyBound
            | Self::Unreadable
            | Self::CarrierSuspended
            | Self::CarrierRemoved
            | Self::EndedByOperator
            | Self::PartOf
            | Self::Duplicate => "gateway",
            Self::None => "ok",
            _ => "carrier",
        }
    }

    /// Whether the trouble is the carrier's own, so that another carrier may well take the message:
    /// nothing is wrong with it, its sender or its number.
    pub const fn of_carrier(self) -> bool {
        matches!(
            self,
            Self::CarrierDown
                | Self::CarrierError
                | Self::Throttled
                | Self::QueueFull
                | Self::NetworkError
        )
    }

    /// Whether trying the same message again cannot help.
    pub const fn permanent(self) -> bool {
        matches!(
            self,
            Self::UnknownSubscriber
                | Self::LandlineOrUnsupported
                | Self::OptedOut
                | Self::SenderNotAllowed
                | Self::InvalidDestination
                | Self::InvalidRequest
                | Self::NoRoute
        )
    }

    /// What it is, in a few words.
    pub fn title(self) -> &'static str {
        Entry::of(self).map_or(self.name(), |entry| &entry.title)
    }

    /// What a support rep does next, in one sentence.
    pub fn advice(self) -> &'static str {
        Entry::of(self).map_or("", |entry| &entry.advice)
    }
}
