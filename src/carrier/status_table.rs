//! The meanings of the standard's statuses (SMPP v3.4 §5.1.3, v5.0 §4.7.6), for a submit.
//!
//! What names the trouble of the carrier (its state, its bind, its queue) is tried again; what names a
//! field of the message is not.

use super::status::{Refusal, Retry};
use super::verdict::Verdict;
use crate::message::reason::Reason;

const fn to(retry: Retry, reason: Reason) -> Refusal {
    Refusal { retry, verdict: Verdict::of(reason) }
}

const fn never(reason: Reason) -> Refusal {
    to(Retry::Never, reason)
}

const fn later(reason: Reason) -> Refusal {
    to(Retry::Later, reason)
}

/// Sorted by number.
pub(super) const STATUSES: &[(u32, Refusal)] = &[
    // ESME_RINVMSGLEN
    (0x01, never(Reason::InvalidRequest)),
    // ESME_RINVCMDLEN
    (0x02, never(Reason::InvalidRequest)),
    // ESME_RINVCMDID
    (0x03, never(Reason::InvalidRequest)),
    // ESME_RINVBNDSTS
    (0x04, later(Reason::CarrierError)),
    // ESME_RALYBND
    (0x05, later(Reason::CarrierError)),
    // ESME_RINVPRTFLG
    (0x06, never(Reason::InvalidRequest)),
    // ESME_RINVREGDLVFLG
    (0x07, never(Reason::InvalidRequest)),
    // ESME_RSYSERR
    (0x08, later(Reason::CarrierError)),
    // ESME_RINVSRCADR
    (0x0A, never(Reason::SenderNotAllowed)),
    // ESME_RINVDSTADR
    (0x0B, never(Reason::InvalidDestination)),
    // ESME_RINVMSGID
    (0x0C, never(Reason::InvalidRequest)),
    // ESME_RBINDFAIL
    (0x0D, later(Reason::CarrierError)),
    // ESME_RINVPASWD
    (0x0E, never(Reason::InvalidRequest)),
    // ESME_RINVSYSID
    (0x0F, never(Reason::InvalidRequest)),
    // ESME_RCANCELFAIL
    (0x11, never(Reason::InvalidRequest)),
    // ESME_RREPLACEFAIL
    (0x13, never(Reason::InvalidRequest)),
    // ESME_RMSGQFUL
    (0x14, later(Reason::QueueFull)),
    // ESME_RINVSERTYP
    (0x15, never(Reason::InvalidRequest)),
    // ESME_RINVNUMDESTS
    (0x33, never(Reason::InvalidRequest)),
    // ESME_RINVDLNAME
    (0x34, never(Reason::InvalidRequest)),
    // ESME_RINVDESTFLAG
    (0x40, never(Reason::InvalidRequest)),
    // ESME_RINVSUBREP
    (0x42, never(Reason::InvalidRequest)),
    // ESME_RINVESMCLASS
    (0x43, never(Reason::InvalidRequest)),
    // ESME_RCNTSUBDL
    (0x44, never(Reason::InvalidRequest)),
    // ESME_RSUBMITFAIL
    (0x45, later(Reason::CarrierError)),
    // ESME_RINVSRCTON
    (0x48, never(Reason::SenderNotAllowed)),
    // ESME_RINVSRCNPI
    (0x49, never(Reason::SenderNotAllowed)),
    // ESME_RINVDSTTON
    (0x50, never(Reason::InvalidRequest)),
    // ESME_RINVDSTNPI
    (0x51, never(Reason::InvalidRequest)),
    // ESME_RINVSYSTYP
    (0x53, never(Reason::InvalidRequest)),
    // ESME_RINVREPFLAG
    (0x54, never(Reason::InvalidRequest)),
    // ESME_RINVNUMMSGS
    (0x55, never(Reason::InvalidRequest)),
    // ESME_RTHROTTLED
    (0x58, to(Retry::Slower, Reason::Throttled)),
    // ESME_RINVSCHED
    (0x61, never(Reason::InvalidRequest)),
    // ESME_RINVEXPIRY
    (0x62, never(Reason::InvalidRequest)),
    // ESME_RINVDFTMSGID
    (0x63, never(Reason::InvalidRequest)),
    // ESME_RX_T_APPN
    (0x64, to(Retry::Busy, Reason::CarrierError)),
    // ESME_RX_P_APPN
    (0x65, never(Reason::NetworkError)),
    // ESME_RX_R_APPN
    (0x66, never(Reason::CarrierFiltered)),
    // ESME_RQUERYFAIL
    (0x67, never(Reason::InvalidRequest)),
    // ESME_RINVOPTPARSTREAM
    (0xC0, never(Reason::InvalidRequest)),
    // ESME_ROPTPARNOTALLWD
    (0xC1, never(Reason::InvalidRequest)),
    // ESME_RINVPARLEN
    (0xC2, never(Reason::InvalidRequest)),
    // ESME_RMISSINGOPTPARAM
    (0xC3, never(Reason::InvalidRequest)),
    // ESME_RINVOPTPARAMVAL
    (0xC4, never(Reason::InvalidRequest)),
    // ESME_RDELIVERYFAILURE
    (0xFE, never(Reason::NetworkError)),
    // ESME_RUNKNOWNERR
    (0xFF, later(Reason::CarrierError)),
    // ESME_RSERTYPUNAUTH
    (0x100, never(Reason::CarrierFiltered)),
    // ESME_RPROHIBITED
    (0x101, never(Reason::CarrierFiltered)),
    // ESME_RSERTYPUNAVAIL
    (0x102, later(Reason::CarrierError)),
    // ESME_RSERTYPDENIED
    (0x103, never(Reason::CarrierFiltered)),
    // ESME_RINVDCS
    (0x104, never(Reason::InvalidRequest)),
    // ESME_RINVSRCADDRSUBUNIT
    (0x105, never(Reason::InvalidRequest)),
    // ESME_RINVDSTADDRSUBUNIT
    (0x106, never(Reason::InvalidRequest)),
    // ESME_RINVBCASTFREQINT
    (0x107, never(Reason::InvalidRequest)),
    // ESME_RINVBCASTALIAS_NAME
    (0x108, never(Reason::InvalidRequest)),
    // ESME_RINVBCASTAREAFMT
    (0x109, never(Reason::InvalidRequest)),
    // ESME_RINVNUMBCAST_AREAS
    (0x10A, never(Reason::InvalidRequest)),
    // ESME_RINVBCASTCNTTYPE
    (0x10B, never(Reason::InvalidRequest)),
    // ESME_RINVBCASTMSGCLASS
    (0x10C, never(Reason::InvalidRequest)),
    // ESME_RBCASTFAIL
    (0x10D, never(Reason::NetworkError)),
    // ESME_RBCASTQUERYFAIL
    (0x10E, never(Reason::InvalidRequest)),
    // ESME_RBCASTCANCELFAIL
    (0x10F, never(Reason::InvalidRequest)),
    // ESME_RINVBCAST_REP
    (0x110, never(Reason::InvalidRequest)),
    // ESME_RINVBCASTSRVGRP
    (0x111, never(Reason::InvalidRequest)),
    // ESME_RINVBCASTCHANIND
    (0x112, never(Reason::InvalidRequest)),
];
