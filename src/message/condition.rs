//! What is told of a carrier as a whole.
//!
//! The numbers are part of the durable format: add at the end, never renumber.

use super::disposition::words;

words! {
    /// A change of a carrier's condition.
    Condition {
        /// Its first bind was made: it can be reached.
        Up = 0 "up",
        /// Its last bind was lost, or none was made since the gateway began.
        Down = 1 "down",
        /// An operator has it sent nothing.
        Suspended = 2 "suspended",
        /// It is sent messages again: an operator said so, or the time is over.
        Resumed = 3 "resumed",
    }
}
