//! The store-less forwarder: the protocol work of a gateway, and nothing else.
//!
//! What it does: it keeps an SMPP session on every connection; decodes each submit_sm, looks up its
//! route and encodes it anew under a window towards the SMSC; decodes the answer and gives it back
//! with the SMSC's id; decodes each deliver_sm, reads its receipt, finds by the id whose message it
//! speaks of, and encodes it anew under a window towards a bind of that account; answers the SMSC
//! once the ESME has answered.
//!
//! What it does not do: store, queue, retry, limit rates, check passwords, bring ids of different
//! forms together, count, or explain. What a gateway does of these is its price over this one,
//! which is therefore the ceiling of a gateway with receipts on the same machine.
//!
//! **Invariants**: a request is answered only after the far side has answered it, or cannot any
//! more; what waits is bounded by the windows, and the ids by `ids`; one thread, no allocation
//! for a message but in the map of ids.

mod args;
#[cfg(test)]
pub(crate) use args::Settings;
pub use args::{RelayArgs, run};

mod hub;
#[cfg(test)]
pub(crate) use hub::{Hub, attend};

mod leg;

mod routes;

mod esme;

mod smsc;

mod ids;
