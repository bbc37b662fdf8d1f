//! The common lists of errors: MAP user errors, the handset's failure causes, TP-Status, RP-Cause.
//!
//! 0 is in none of them: it says that the state alone decides.

use super::verdict::Verdict;
use crate::message::disposition::Disposition;
use crate::message::reason::Reason;
use crate::message::ruling::Ruling;

/// As the reason says.
const fn just(reason: Reason) -> Verdict {
    Verdict::of(reason)
}

/// Trying again cannot help, though the reason alone would not say so.
const fn permanent(reason: Reason) -> Verdict {
    let ruling = Ruling { disposition: None, permanent: Some(true), handset: false };
    Verdict { reason, ruling }
}

/// Somebody's rule, whatever the state's word for it.
const fn blocked(reason: Reason) -> Verdict {
    let disposition = Some(Disposition::Blocked);
    Verdict { reason, ruling: Ruling { disposition, permanent: Some(true), handset: false } }
}

/// Of this bucket, whatever the state's word for it.
const fn as_bucket(reason: Reason, disposition: Disposition) -> Verdict {
    let disposition = Some(disposition);
    Verdict { reason, ruling: Ruling { disposition, permanent: None, handset: false } }
}

/// A bounce that trying again cannot help, whatever the reason alone would say.
const fn bounced_for_good(reason: Reason) -> Verdict {
    let disposition = Some(Disposition::Bounced);
    Verdict { reason, ruling: Ruling { disposition, permanent: Some(true), handset: false } }
}

/// The list most SMSCs use in `err`: MAP user errors (3GPP TS 29.002), with the diagnostics of an
/// absent subscriber from 60 on.
pub(super) const GSM_ERRORS: &[(u32, Verdict)] = &[
    // unknown subscriber
    (1, just(Reason::UnknownSubscriber)),
    // unknown subscriber
    (2, just(Reason::UnknownSubscriber)),
    // unidentified subscriber
    (5, just(Reason::AbsentSubscriber)),
    // absent subscriber SM
    (6, just(Reason::AbsentSubscriber)),
    // illegal subscriber
    (9, permanent(Reason::CallBarred)),
    // bearer service not provisioned
    (10, just(Reason::LandlineOrUnsupported)),
    // teleservice not provisioned
    (11, just(Reason::LandlineOrUnsupported)),
    // illegal equipment
    (12, permanent(Reason::CallBarred)),
    // call barred
    (13, blocked(Reason::CallBarred)),
    // CUG reject
    (15, blocked(Reason::CallBarred)),
    // memory full, at some SMSCs
    (20, just(Reason::MemoryFull)),
    // facility not supported
    (21, just(Reason::LandlineOrUnsupported)),
    // facility not supported in MSC
    (22, just(Reason::LandlineOrUnsupported)),
    // absent subscriber
    (27, just(Reason::AbsentSubscriber)),
    // subscriber busy for MT SMS
    (31, just(Reason::HandsetRefused)),
    // SM delivery failure
    (32, just(Reason::HandsetRefused)),
    // message waiting list full
    (33, just(Reason::MemoryFull)),
    // system failure
    (34, just(Reason::NetworkError)),
    // data missing
    (35, just(Reason::NetworkError)),
    // unexpected data value
    (36, just(Reason::NetworkError)),
    // memory capacity exceeded
    (40, just(Reason::MemoryFull)),
    // equipment protocol error
    (41, permanent(Reason::HandsetRefused)),
    // equipment not SM-equipped
    (42, just(Reason::LandlineOrUnsupported)),
    // short message type 0 not supported
    (43, permanent(Reason::HandsetRefused)),
    // cannot replace message
    (44, permanent(Reason::HandsetRefused)),
    // unspecified PID error
    (45, permanent(Reason::HandsetRefused)),
    // message class not supported
    (46, permanent(Reason::HandsetRefused)),
    // unspecified DCS error
    (47, permanent(Reason::HandsetRefused)),
    // TPDU not supported
    (48, permanent(Reason::HandsetRefused)),
    // SIM full
    (49, just(Reason::MemoryFull)),
    // SIM cannot store
    (50, just(Reason::MemoryFull)),
    // error in MS
    (51, just(Reason::HandsetRefused)),
    // memory capacity exceeded
    (52, just(Reason::MemoryFull)),
    // SIM toolkit busy
    (53, just(Reason::HandsetRefused)),
    // SIM data download error
    (54, permanent(Reason::HandsetRefused)),
    // unspecified handset error
    (55, just(Reason::HandsetRefused)),
    // absent subscriber
    (60, just(Reason::AbsentSubscriber)),
    // absent: detached
    (61, just(Reason::AbsentSubscriber)),
    // absent: no paging response
    (62, just(Reason::AbsentSubscriber)),
    // absent: roaming not allowed
    (63, permanent(Reason::CallBarred)),
    // absent: deregistered in HLR
    (64, just(Reason::AbsentSubscriber)),
    // absent: purged
    (65, just(Reason::AbsentSubscriber)),
];

/// TP-Failure-Cause (3GPP TS 23.040 §9.2.3.22), which some SMSCs pass on as it is.
pub(super) const GSM_FAILURE_CAUSES: &[(u32, Verdict)] = &[
    // telematic interworking not supported
    (0x80, as_bucket(Reason::InvalidRequest, Disposition::Blocked)),
    // short message type 0 not supported
    (0x81, permanent(Reason::HandsetRefused)),
    // cannot replace short message
    (0x82, permanent(Reason::HandsetRefused)),
    // unspecified TP-PID error
    (0x8F, permanent(Reason::HandsetRefused)),
    // data coding scheme not supported
    (0x90, as_bucket(Reason::InvalidRequest, Disposition::Blocked)),
    // message class not supported
    (0x91, permanent(Reason::HandsetRefused)),
    // unspecified TP-DCS error
    (0x9F, permanent(Reason::HandsetRefused)),
    // command cannot be actioned
    (0xA0, permanent(Reason::NetworkError)),
    // command unsupported
    (0xA1, permanent(Reason::NetworkError)),
    // unspecified TP-command error
    (0xAF, permanent(Reason::NetworkError)),
    // TPDU not supported
    (0xB0, as_bucket(Reason::InvalidRequest, Disposition::Blocked)),
    // SC busy
    (0xC0, just(Reason::NetworkError)),
    // no SC subscription
    (0xC1, blocked(Reason::CallBarred)),
    // SC system failure
    (0xC2, just(Reason::NetworkError)),
    // invalid SME address
    (0xC3, just(Reason::InvalidDestination)),
    // destination SME barred
    (0xC4, blocked(Reason::CallBarred)),
    // SM rejected, duplicate
    (0xC5, as_bucket(Reason::InvalidRequest, Disposition::Blocked)),
    // TP-VPF not supported
    (0xC6, as_bucket(Reason::InvalidRequest, Disposition::Blocked)),
    // TP-VP not supported
    (0xC7, as_bucket(Reason::InvalidRequest, Disposition::Blocked)),
    // SIM storage full
    (0xD0, just(Reason::MemoryFull)),
    // no SMS storage capability in SIM
    (0xD1, just(Reason::LandlineOrUnsupported)),
    // error in MS
    (0xD2, just(Reason::HandsetRefused)),
    // memory capacity exceeded
    (0xD3, just(Reason::MemoryFull)),
    // SIM application toolkit busy
    (0xD4, just(Reason::HandsetRefused)),
    // SIM data download error
    (0xD5, permanent(Reason::HandsetRefused)),
    // unspecified error cause
    (0xFF, just(Reason::HandsetRefused)),
];

/// TP-Status (3GPP TS 23.040 §9.2.3.15), for carriers that put it into `err`; 0 is delivered.
pub(super) const TP_STATUS: &[(u32, Verdict)] = &[
    // forwarded, delivery unconfirmed
    (0x01, as_bucket(Reason::Enroute, Disposition::InProgress)),
    // replaced by SC
    (0x02, permanent(Reason::NetworkError)),
    // congestion, SC still trying
    (0x20, as_bucket(Reason::Enroute, Disposition::InProgress)),
    // SME busy, SC still trying
    (0x21, as_bucket(Reason::Enroute, Disposition::InProgress)),
    // no response from SME, still trying
    (0x22, as_bucket(Reason::Enroute, Disposition::InProgress)),
    // service rejected, still trying
    (0x23, as_bucket(Reason::Enroute, Disposition::InProgress)),
    // quality of service not available, still trying
    (0x24, as_bucket(Reason::Enroute, Disposition::InProgress)),
    // error in SME, still trying
    (0x25, as_bucket(Reason::Enroute, Disposition::InProgress)),
    // remote procedure error
    (0x40, permanent(Reason::NetworkError)),
    // incompatible destination
    (0x41, just(Reason::LandlineOrUnsupported)),
    // connection rejected by SME
    (0x42, blocked(Reason::HandsetRefused)),
    // not obtainable
    (0x43, just(Reason::UnknownSubscriber)),
    // quality of service not available
    (0x44, permanent(Reason::NetworkError)),
    // no interworking available
    (0x45, just(Reason::LandlineOrUnsupported)),
    // validity period expired
    (0x46, as_bucket(Reason::ValidityOver, Disposition::Expired)),
    // deleted by originating SME
    (0x47, bounced_for_good(Reason::OperatorCancelled)),
    // deleted by SC administration
    (0x48, bounced_for_good(Reason::OperatorCancelled)),
    // message does not exist
    (0x49, permanent(Reason::NetworkError)),
    // congestion, SC stopped
    (0x60, just(Reason::NetworkError)),
    // SME busy, SC stopped
    (0x61, just(Reason::HandsetRefused)),
    // no response from SME, SC stopped
    (0x62, just(Reason::AbsentSubscriber)),
    // service rejected, SC stopped
    (0x63, just(Reason::NetworkError)),
    // quality of service, SC stopped
    (0x64, just(Reason::NetworkError)),
    // error in SME, SC stopped
    (0x65, just(Reason::HandsetRefused)),
];

/// RP-Cause (3GPP TS 24.011 §8.2.5.4), for carriers that put it into `err`.
pub(super) const RP_CAUSES: &[(u32, Verdict)] = &[
    // unassigned number
    (1, just(Reason::UnknownSubscriber)),
    // operator determined barring
    (8, blocked(Reason::CallBarred)),
    // call barred
    (10, blocked(Reason::CallBarred)),
    // short message transfer rejected
    (21, blocked(Reason::HandsetRefused)),
    // memory capacity exceeded
    (22, just(Reason::MemoryFull)),
    // destination out of order
    (27, just(Reason::AbsentSubscriber)),
    // unidentified subscriber
    (28, just(Reason::UnknownSubscriber)),
    // facility rejected
    (29, blocked(Reason::CallBarred)),
    // unknown subscriber
    (30, just(Reason::UnknownSubscriber)),
    // network out of order
    (38, just(Reason::NetworkError)),
    // temporary failure
    (41, just(Reason::NetworkError)),
    // congestion
    (42, just(Reason::NetworkError)),
    // resources unavailable
    (47, just(Reason::NetworkError)),
    // facility not subscribed
    (50, blocked(Reason::CallBarred)),
    // facility not implemented
    (69, just(Reason::LandlineOrUnsupported)),
    // invalid transaction identifier
    (81, as_bucket(Reason::InvalidRequest, Disposition::Blocked)),
    // semantically incorrect message
    (95, as_bucket(Reason::InvalidRequest, Disposition::Blocked)),
    // invalid mandatory information
    (96, as_bucket(Reason::InvalidRequest, Disposition::Blocked)),
    // message type non-existent
    (97, as_bucket(Reason::InvalidRequest, Disposition::Blocked)),
    // message not compatible with state
    (98, as_bucket(Reason::InvalidRequest, Disposition::Blocked)),
    // information element non-existent
    (99, as_bucket(Reason::InvalidRequest, Disposition::Blocked)),
    // protocol error
    (111, as_bucket(Reason::InvalidRequest, Disposition::Blocked)),
    // interworking
    (127, just(Reason::NetworkError)),
];

/// `delivery_failure_reason` (SMPP v3.4 §5.3.2.33), as the word we make of it.
pub(super) const FAILURE_REASONS: &[(&[u8], Verdict)] = &[
    // destination unavailable
    (b"dfr0", just(Reason::AbsentSubscriber)),
    // destination address invalid: suspended, or no SMS capability
    (b"dfr1", just(Reason::LandlineOrUnsupported)),
    // permanent network error
    (b"dfr2", permanent(Reason::NetworkError)),
    // temporary network error
    (b"dfr3", just(Reason::NetworkError)),
];
