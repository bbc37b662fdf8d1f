//! Which side may send which operation in which state (SMPP v3.4 §2.3; v5.0 §2.4), as a table.
//!
//! Its place: asked by [`super::session`] of every request, from either side. **Invariants**:
//! responses are not in the table, for they are matched by number and never refused.
//! Differences: v5.0 allows enquire_link in every state; we answer it so and never send it unbound.

use crate::wire::smpp::command::CommandId;

/// Where a session stands (§2.2).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum State {
    /// Connected, not bound.
    Open,
    /// The SMSC connected and sent outbind.
    Outbound,
    /// Bound as transmitter.
    BoundTx,
    /// Bound as receiver.
    BoundRx,
    /// Bound as transceiver.
    BoundTrx,
    /// Unbound, still connected.
    Unbound,
    /// Over; the connection should be closed.
    Closed,
}

impl State {
    /// Whether messages may pass, one way at least.
    pub const fn is_bound(self) -> bool {
        matches!(self, Self::BoundTx | Self::BoundRx | Self::BoundTrx)
    }
}

/// Which of the two ends of a session.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Side {
    /// The network's side: ESMEs bind to it.
    Smsc,
    /// The application's side: it binds to an SMSC.
    Esme,
}

impl Side {
    /// The other end.
    pub const fn other(self) -> Self {
        match self {
            Self::Smsc => Self::Esme,
            Self::Esme => Self::Smsc,
        }
    }
}

/// States as bits, for the table.
const OPEN: u8 = 1;
const OUTBOUND: u8 = 2;
const TX: u8 = 4;
const RX: u8 = 8;
const TRX: u8 = 16;
const NEVER: u8 = 0;
const BOUND: u8 = TX | RX | TRX;
const ALL: u8 = OPEN | OUTBOUND | BOUND;

/// Whether `sender` may send the request `command` while the session is in `state`.
pub const fn allowed(command: CommandId, sender: Side, state: State) -> bool {
    let (esme, smsc) = senders(command);
    let states = match sender {
        Side::Esme => esme,
        Side::Smsc => smsc,
    };
    states & bit(state) != 0
}

/// The states in which an ESME, and in which an SMSC, may send a request.
const fn senders(command: CommandId) -> (u8, u8) {
    match command {
        CommandId::SUBMIT_SM => (TX | TRX, NEVER),
        CommandId::DELIVER_SM => (NEVER, RX | TRX),
        CommandId::DATA_SM => (TX | TRX, RX | TRX),
        CommandId::ENQUIRE_LINK => (ALL, ALL),
        CommandId::UNBIND => (BOUND, BOUND),
        CommandId::BIND_TRANSMITTER | CommandId::BIND_TRANSCEIVER => (OPEN, NEVER),
        CommandId::BIND_RECEIVER => (OPEN | OUTBOUND, NEVER),
        CommandId::OUTBIND => (NEVER, OPEN),
        CommandId::SUBMIT_MULTI
        | CommandId::QUERY_SM
        | CommandId::CANCEL_SM
        | CommandId::REPLACE_SM
        | CommandId::BROADCAST_SM
        | CommandId::QUERY_BROADCAST_SM
        | CommandId::CANCEL_BROADCAST_SM => (TX | TRX, NEVER),
        CommandId::ALERT_NOTIFICATION => (NEVER, RX | TRX),
        _ => (NEVER, NEVER),
    }
}

const fn bit(state: State) -> u8 {
    match state {
        State::Open => OPEN,
        State::Outbound => OUTBOUND,
        State::BoundTx => TX,
        State::BoundRx => RX,
        State::BoundTrx => TRX,
        State::Unbound | State::Closed => NEVER,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_goes_only_where_the_bind_lets_it() {
        let submit = |state| allowed(CommandId::SUBMIT_SM, Side::Esme, state);
        assert!(submit(State::BoundTx) && submit(State::BoundTrx));
        assert!(!submit(State::Open) && !submit(State::BoundRx) && !submit(State::Unbound));
        assert!(!allowed(CommandId::SUBMIT_SM, Side::Smsc, State::BoundTrx));
        assert!(!allowed(CommandId::DELIVER_SM, Side::Smsc, State::BoundTx));
        assert!(allowed(CommandId::DELIVER_SM, Side::Smsc, State::BoundRx));
    }

    #[test]
    fn data_sm_goes_both_ways() {
        assert!(allowed(CommandId::DATA_SM, Side::Esme, State::BoundTx));
        assert!(allowed(CommandId::DATA_SM, Side::Smsc, State::BoundRx));
        assert!(!allowed(CommandId::DATA_SM, Side::Esme, State::BoundRx));
    }

    #[test]
    fn after_outbind_only_a_receiver_may_bind() {
        assert!(allowed(CommandId::BIND_RECEIVER, Side::Esme, State::Outbound));
        assert!(!allowed(CommandId::BIND_TRANSCEIVER, Side::Esme, State::Outbound));
    }
}
