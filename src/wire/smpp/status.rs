//! The outcomes of SMPP by number (SMPP v3.4 §5.1.3; v5.0 §4.7.6), with the standard's names.
//!
//! Its place: third field of every response's header. **Invariants**: any 32 bits are a
//! `CommandStatus`; reserved and vendor values parse like any other. Where the versions name one
//! number differently (0xC0 to 0xC4), the name is that of v3.4.
//! **Not here**: what an outcome means for a message (retry, back-off): that is the peer's verdict.

use std::fmt;

/// The outcome of an operation.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct CommandStatus(pub u32);

macro_rules! statuses {
    ($($constant:ident = $number:literal $meaning:literal;)*) => {
        impl CommandStatus {
            $(#[doc = concat!($meaning, ".")] pub const $constant: Self = Self($number);)*

            /// Every outcome of v3.4 and v5.0.
            pub const ALL: &[Self] = &[$(Self::$constant),*];

            /// The standard's name; `None` for a reserved or vendor's number.
            pub const fn name(self) -> Option<&'static str> {
                match self.0 {
                    $($number => Some(stringify!($constant)),)*
                    _ => None,
                }
            }

            /// One line on what it says; `None` for a reserved or vendor's number.
            pub const fn meaning(self) -> Option<&'static str> {
                match self.0 {
                    $($number => Some($meaning),)*
                    _ => None,
                }
            }
        }
    };
}

statuses! {
    ESME_ROK = 0x00 "no error";
    ESME_RINVMSGLEN = 0x01 "message length is invalid";
    ESME_RINVCMDLEN = 0x02 "command length is invalid";
    ESME_RINVCMDID = 0x03 "command id is unknown";
    ESME_RINVBNDSTS = 0x04 "the bind does not allow this operation";
    ESME_RALYBND = 0x05 "already bound";
    ESME_RINVPRTFLG = 0x06 "priority flag is invalid";
    ESME_RINVREGDLVFLG = 0x07 "registered delivery flag is invalid";
    ESME_RSYSERR = 0x08 "system error";
    ESME_RINVSRCADR = 0x0A "source address is invalid";
    ESME_RINVDSTADR = 0x0B "destination address is invalid";
    ESME_RINVMSGID = 0x0C "message id is invalid";
    ESME_RBINDFAIL = 0x0D "bind failed";
    ESME_RINVPASWD = 0x0E "password is invalid";
    ESME_RINVSYSID = 0x0F "system id is invalid";
    ESME_RCANCELFAIL = 0x11 "cancel failed";
    ESME_RREPLACEFAIL = 0x13 "replace failed";
    ESME_RMSGQFUL = 0x14 "message queue is full";
    ESME_RINVSERTYP = 0x15 "service type is invalid";
    ESME_RINVNUMDESTS = 0x33 "number of destinations is invalid";
    ESME_RINVDLNAME = 0x34 "distribution list name is invalid";
    ESME_RINVDESTFLAG = 0x40 "destination flag is invalid";
    ESME_RINVSUBREP = 0x42 "submit with replace is not possible";
    ESME_RINVESMCLASS = 0x43 "esm_class is invalid";
    ESME_RCNTSUBDL = 0x44 "cannot submit to the distribution list";
    ESME_RSUBMITFAIL = 0x45 "submit failed";
    ESME_RINVSRCTON = 0x48 "source address TON is invalid";
    ESME_RINVSRCNPI = 0x49 "source address NPI is invalid";
    ESME_RINVDSTTON = 0x50 "destination address TON is invalid";
    ESME_RINVDSTNPI = 0x51 "destination address NPI is invalid";
    ESME_RINVSYSTYP = 0x53 "system type is invalid";
    ESME_RINVREPFLAG = 0x54 "replace_if_present flag is invalid";
    ESME_RINVNUMMSGS = 0x55 "number of messages is invalid";
    ESME_RTHROTTLED = 0x58 "throttled: more messages than allowed";
    ESME_RINVSCHED = 0x61 "scheduled delivery time is invalid";
    ESME_RINVEXPIRY = 0x62 "validity period is invalid";
    ESME_RINVDFTMSGID = 0x63 "predefined message is unknown";
    ESME_RX_T_APPN = 0x64 "receiver has a temporary error";
    ESME_RX_P_APPN = 0x65 "receiver has a permanent error";
    ESME_RX_R_APPN = 0x66 "receiver rejects the message";
    ESME_RQUERYFAIL = 0x67 "query failed";
    ESME_RINVOPTPARSTREAM = 0xC0 "optional part of the PDU is malformed";
    ESME_ROPTPARNOTALLWD = 0xC1 "optional parameter is not allowed";
    ESME_RINVPARLEN = 0xC2 "optional parameter's length is invalid";
    ESME_RMISSINGOPTPARAM = 0xC3 "expected optional parameter is missing";
    ESME_RINVOPTPARAMVAL = 0xC4 "optional parameter's value is invalid";
    ESME_RDELIVERYFAILURE = 0xFE "delivery failed";
    ESME_RUNKNOWNERR = 0xFF "unknown error";
    ESME_RSERTYPUNAUTH = 0x100 "not authorised to use the service type";
    ESME_RPROHIBITED = 0x101 "prohibited from using the operation";
    ESME_RSERTYPUNAVAIL = 0x102 "service type is unavailable";
    ESME_RSERTYPDENIED = 0x103 "service type is denied";
    ESME_RINVDCS = 0x104 "data coding is invalid";
    ESME_RINVSRCADDRSUBUNIT = 0x105 "source address subunit is invalid";
    ESME_RINVDSTADDRSUBUNIT = 0x106 "destination address subunit is invalid";
    ESME_RINVBCASTFREQINT = 0x107 "broadcast frequency interval is invalid";
    ESME_RINVBCASTALIAS_NAME = 0x108 "broadcast alias name is invalid";
    ESME_RINVBCASTAREAFMT = 0x109 "broadcast area format is invalid";
    ESME_RINVNUMBCAST_AREAS = 0x10A "number of broadcast areas is invalid";
    ESME_RINVBCASTCNTTYPE = 0x10B "broadcast content type is invalid";
    ESME_RINVBCASTMSGCLASS = 0x10C "broadcast message class is invalid";
    ESME_RBCASTFAIL = 0x10D "broadcast failed";
    ESME_RBCASTQUERYFAIL = 0x10E "broadcast query failed";
    ESME_RBCASTCANCELFAIL = 0x10F "broadcast cancel failed";
    ESME_RINVBCAST_REP = 0x110 "number of repeated broadcasts is invalid";
    ESME_RINVBCASTSRVGRP = 0x111 "broadcast service group is invalid";
    ESME_RINVBCASTCHANIND = 0x112 "broadcast channel indicator is invalid";
}

impl CommandStatus {
    /// Whether the operation succeeded.
    pub const fn is_ok(self) -> bool {
        self.0 == 0
    }

    /// Whether the number is one of those left to each SMSC's vendor (§5.1.3: 0x400 to 0x4FF).
    pub const fn is_vendor(self) -> bool {
        0x400 <= self.0 && self.0 <= 0x4FF
    }
}

impl fmt::Display for CommandStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "{:#010x}", self.0),
        }
    }
}

impl fmt::Debug for CommandStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_shows_its_name_or_its_number() {
        assert_eq!(CommandStatus(0x58).to_string(), "ESME_RTHROTTLED");
        assert_eq!(CommandStatus(0x22).to_string(), "0x00000022");
        assert!(CommandStatus(0x401).is_vendor());
    }

    #[test]
    fn every_status_is_listed_once_in_ascending_order() {
        assert!(CommandStatus::ALL.is_sorted_by(|a, b| a < b));
    }
}
