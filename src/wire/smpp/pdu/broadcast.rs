//! Cell broadcast: broadcast_sm, query_broadcast_sm, cancel_broadcast_sm (SMPP v5.0 §4.4, §4.6).
//!
//! What is broadcast, where and how often is in the optional parameters.

use crate::wire::smpp::pdu::table::{
    body, field_type, id_resp, read_field, size_field, write_field,
};

body! {
    /// `broadcast_sm` (v5.0 §4.4.1.1).
    BroadcastSm = BROADCAST_SM {
        /// The broadcast service.
        service_type: ServiceType,
        /// Type of number of `source_addr`.
        source_addr_ton: u8,
        /// Numbering plan of `source_addr`.
        source_addr_npi: u8,
        /// Who sends.
        source_addr: SourceAddr,
        /// The broadcast to replace, or empty.
        message_id: MessageId,
        /// 0 normal to 3 highest; 4 is reserved.
        priority_flag: u8,
        /// When to begin; empty for at once.
        schedule_delivery_time: ScheduleDeliveryTime,
        /// Until when; empty if the frequency says it.
        validity_period: ValidityPeriod,
        /// Whether a broadcast is replaced.
        replace_if_present_flag: u8,
        /// The text's alphabet.
        data_coding: u8,
        /// A predefined message instead of text.
        sm_default_msg_id: u8,
    }
}

id_resp! {
    /// `broadcast_sm_resp` (v5.0 §4.4.1.2).
    BroadcastSmResp = BROADCAST_SM_RESP
}

body! {
    /// `query_broadcast_sm` (v5.0 §4.6.1.1).
    QueryBroadcastSm = QUERY_BROADCAST_SM {
        /// The broadcast's name at the SMSC.
        message_id: MessageId,
        /// Type of number of `source_addr`.
        source_addr_ton: u8,
        /// Numbering plan of `source_addr`.
        source_addr_npi: u8,
        /// Who sent it.
        source_addr: SourceAddr,
    }
}

id_resp! {
    /// `query_broadcast_sm_resp` (v5.0 §4.6.1.3); the state and areas are optional parameters.
    QueryBroadcastSmResp = QUERY_BROADCAST_SM_RESP
}

body! {
    /// `cancel_broadcast_sm` (v5.0 §4.6.2.1).
    CancelBroadcastSm = CANCEL_BROADCAST_SM {
        /// The broadcast service.
        service_type: ServiceType,
        /// The broadcast's name at the SMSC, or empty.
        message_id: MessageId,
        /// Type of number of `source_addr`.
        source_addr_ton: u8,
        /// Numbering plan of `source_addr`.
        source_addr_npi: u8,
        /// Who sent it.
        source_addr: SourceAddr,
    }
}
