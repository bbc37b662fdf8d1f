//! The reason dictionary: one name for each way a message can wait or end, with what a person reads.
//!
//! The numbers are part of the durable format: add at the end, never renumber.

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

    /// One sentence for a support rep.
    pub const fn title(self) -> &'static str {
        match self {
            Self::None => "Nothing to explain",
            Self::AbsentSubscriber => "Phone off or out of coverage",
            Self::MemoryFull => "Phone memory full",
            Self::UnknownSubscriber => "The network does not know this number",
            Self::LandlineOrUnsupported => "This line cannot get texts",
            Self::CallBarred => "The subscriber's plan or roaming blocks texts",
            Self::OptedOut => "Recipient has opted out",
            Self::CarrierFiltered => "The carrier's filter rejected it",
            Self::SenderNotAllowed => "The carrier does not accept this sender",
            Self::InvalidDestination => "The destination address is not valid",
            Self::InvalidRequest => "The carrier rejected a field of the message",
            Self::ValidityOver => "Its validity period ran out before it could be delivered",
            Self::ThrottledExpired => "It waited for a rate limit longer than its validity",
            Self::CarrierDown => "The carrier's connection is down",
            Self::Throttled => "The carrier asks to slow down",
            Self::QueueFull => "The carrier's queue is full",
            Self::CarrierError => "The carrier had a temporary error",
            Self::InDoubt => "The link broke before the carrier answered",
            Self::NoReceipt => "The carrier never sent a receipt",
            Self::OperatorCancelled => "Deleted at the carrier",
            Self::NoRoute => "No route takes this message",
            Self::OverRate => "The account is over its rate",
            Self::AttemptsUsedUp => "All attempts were used up",
            Self::NetworkError => "The network could not deliver it",
            Self::VendorOther => "The carrier gave a code of its own",
            Self::AwaitingReceipt => "Handed to the carrier, no receipt yet",
            Self::Window => "Waiting for room in the carrier's window",
            Self::HandsetRefused => "The phone refused it",
            Self::NobodyBound => "Nobody is bound to take it",
            Self::Enroute => "On its way in the network",
            Self::RateLimited => "Waiting for the rate configured for this carrier",
            Self::Unreadable => "The gateway could not read it back from its log",
            Self::CarrierSuspended => "The operator has suspended this carrier",
            Self::CarrierRemoved => {
                "Its carrier is no longer in the configuration, and no route takes it"
            }
            Self::EndedByOperator => "The operator ended it before it was sent",
            Self::Cancelled => "Cancelled by its sender before it was sent",
            Self::PartOf => "It is a part, and went on in the message named in its history",
            Self::Duplicate => "The same part came before: it is not given twice",
        }
    }

    /// What a support rep does next.
    pub const fn advice(self) -> &'static str {
        match self {
            Self::None | Self::Cancelled | Self::Duplicate => "Nothing to do.",
            Self::PartOf => "Look at the message named in its history.",
            Self::AbsentSubscriber => "Ask the customer to switch on or move; then send again.",
            Self::MemoryFull => "Ask the customer to delete messages; then send again.",
            Self::UnknownSubscriber | Self::InvalidDestination => {
                "Check the digits with the customer; do not send to this number again."
            }
            Self::LandlineOrUnsupported => "Offer a call or an e-mail, and mark the number.",
            Self::CallBarred | Self::HandsetRefused => {
                "The customer should contact their own carrier."
            }
            Self::OptedOut => "The customer has to opt in again first.",
            Self::CarrierFiltered => {
                "Check the sender's registration; raise it with the carrier by its message id."
            }
            Self::SenderNotAllowed => "Use a sender registered with this carrier.",
            Self::InvalidRequest => {
                "Have the sender correct the field named in the carrier's status."
            }
            Self::ValidityOver | Self::ThrottledExpired => {
                "Send again, with a longer validity period."
            }
            Self::CarrierDown => "None; it goes by itself when the carrier is back.",
            Self::Throttled
            | Self::QueueFull
            | Self::CarrierError
            | Self::Window
            | Self::RateLimited
            | Self::OverRate => "None; it is tried again by itself.",
            Self::CarrierSuspended => "None; it goes when the operator resumes the carrier.",
            Self::CarrierRemoved => "Tell the operator: it needs a route, or has to be ended.",
            Self::EndedByOperator => "Ask the operator why; send again if it is still wanted.",
            Self::InDoubt => "Ask the customer whether it arrived; sending again may double it.",
            Self::NoReceipt => "Ask the customer; send again if it did not arrive.",
            Self::OperatorCancelled => "Ask the carrier why it was deleted.",
            Self::NoRoute => "Tell the operator: no route covers this destination.",
            Self::AttemptsUsedUp => "Check the carrier's state; then send again.",
            Self::NetworkError | Self::VendorOther => {
                "Send again once; then raise it with the carrier by its message id."
            }
            Self::AwaitingReceipt | Self::Enroute => "Wait; sending again now may double it.",
            Self::Unreadable => "Tell the operator: the log is damaged; then send again.",
            Self::NobodyBound => "The application has to bind as receiver or transceiver.",
        }
    }
}
