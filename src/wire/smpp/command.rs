//! The operations of SMPP by number (SMPP v3.4 §5.1.2.1; v5.0 §4.7.5).
//!
//! Its place: second field of every header. **Invariants**: any 32 bits are a `CommandId`; a
//! response is its request with the top bit set. **Not here**: when an operation is allowed
//! (see [`super::states_table`]).

use std::fmt;

/// The number of an operation.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct CommandId(pub u32);

/// The bit that makes a response of a request.
const RESPONSE: u32 = 0x8000_0000;

macro_rules! commands {
    ($($constant:ident = $number:literal $name:literal;)*) => {
        impl CommandId {
            $(#[doc = concat!("`", $name, "`.")] pub const $constant: Self = Self($number);)*

            /// Every operation of v3.4 and v5.0.
            pub const ALL: &[Self] = &[$(Self::$constant),*];

            /// The standard's name; `None` for a number it does not know.
            pub const fn name(self) -> Option<&'static str> {
                match self.0 {
                    $($number => Some($name),)*
                    _ => None,
                }
            }
        }
    };
}

commands! {
    GENERIC_NACK = 0x8000_0000 "generic_nack";
    BIND_RECEIVER = 0x0000_0001 "bind_receiver";
    BIND_RECEIVER_RESP = 0x8000_0001 "bind_receiver_resp";
    BIND_TRANSMITTER = 0x0000_0002 "bind_transmitter";
    BIND_TRANSMITTER_RESP = 0x8000_0002 "bind_transmitter_resp";
    QUERY_SM = 0x0000_0003 "query_sm";
    QUERY_SM_RESP = 0x8000_0003 "query_sm_resp";
    SUBMIT_SM = 0x0000_0004 "submit_sm";
    SUBMIT_SM_RESP = 0x8000_0004 "submit_sm_resp";
    DELIVER_SM = 0x0000_0005 "deliver_sm";
    DELIVER_SM_RESP = 0x8000_0005 "deliver_sm_resp";
    UNBIND = 0x0000_0006 "unbind";
    UNBIND_RESP = 0x8000_0006 "unbind_resp";
    REPLACE_SM = 0x0000_0007 "replace_sm";
    REPLACE_SM_RESP = 0x8000_0007 "replace_sm_resp";
    CANCEL_SM = 0x0000_0008 "cancel_sm";
    CANCEL_SM_RESP = 0x8000_0008 "cancel_sm_resp";
    BIND_TRANSCEIVER = 0x0000_0009 "bind_transceiver";
    BIND_TRANSCEIVER_RESP = 0x8000_0009 "bind_transceiver_resp";
    OUTBIND = 0x0000_000B "outbind";
    ENQUIRE_LINK = 0x0000_0015 "enquire_link";
    ENQUIRE_LINK_RESP = 0x8000_0015 "enquire_link_resp";
    SUBMIT_MULTI = 0x0000_0021 "submit_multi";
    SUBMIT_MULTI_RESP = 0x8000_0021 "submit_multi_resp";
    ALERT_NOTIFICATION = 0x0000_0102 "alert_notification";
    DATA_SM = 0x0000_0103 "data_sm";
    DATA_SM_RESP = 0x8000_0103 "data_sm_resp";
    BROADCAST_SM = 0x0000_0111 "broadcast_sm";
    BROADCAST_SM_RESP = 0x8000_0111 "broadcast_sm_resp";
    QUERY_BROADCAST_SM = 0x0000_0112 "query_broadcast_sm";
    QUERY_BROADCAST_SM_RESP = 0x8000_0112 "query_broadcast_sm_resp";
    CANCEL_BROADCAST_SM = 0x0000_0113 "cancel_broadcast_sm";
    CANCEL_BROADCAST_SM_RESP = 0x8000_0113 "cancel_broadcast_sm_resp";
}

impl CommandId {
    /// Whether the top bit is set: a response, or generic_nack.
    #[inline]
    pub const fn is_response(self) -> bool {
        self.0 & RESPONSE != 0
    }

    /// The response that answers this request; generic_nack for an operation that is unknown, a
    /// response already, or has none of its own (outbind §4.1.7, alert_notification §4.12).
    #[inline]
    pub const fn response(self) -> Self {
        if self.has_response() { Self(self.0 | RESPONSE) } else { Self::GENERIC_NACK }
    }

    /// Whether this is a known request that wants a response of its own.
    pub const fn has_response(self) -> bool {
        !self.is_response()
            && self.name().is_some()
            && self.0 != Self::OUTBIND.0
            && self.0 != Self::ALERT_NOTIFICATION.0
    }
}

impl fmt::Display for CommandId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "{:#010x}", self.0),
        }
    }
}

impl fmt::Debug for CommandId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_request_but_two_has_a_named_response() {
        for &command in CommandId::ALL.iter().filter(|command| !command.is_response()) {
            let answered =
                command != CommandId::OUTBIND && command != CommandId::ALERT_NOTIFICATION;
            assert_eq!(command.has_response(), answered, "{command}");
            if answered {
                assert_eq!(
                    command.response().name().map(str::to_owned),
                    command.name().map(|name| format!("{name}_resp"))
                );
            }
        }
    }

    #[test]
    fn an_unknown_operation_is_shown_by_its_number_and_answered_by_generic_nack() {
        assert_eq!(CommandId(0x77).to_string(), "0x00000077");
        assert_eq!(CommandId(0x77).response(), CommandId::GENERIC_NACK);
    }
}
