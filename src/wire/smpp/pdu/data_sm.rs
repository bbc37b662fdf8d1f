//! data_sm, which carries its text and much else in optional parameters (SMPP v3.4 §4.7).
//!
//! It goes both ways, and may carry a receipt as deliver_sm does.

use crate::wire::smpp::pdu::table::{
    body, field_type, id_resp, read_field, size_field, write_field,
};

body! {
    /// `data_sm` (§4.7.1); the text is in `message_payload`.
    DataSm = DATA_SM {
        /// The SMS application service.
        service_type: ServiceType,
        /// Type of number of `source_addr`.
        source_addr_ton: u8,
        /// Numbering plan of `source_addr`.
        source_addr_npi: u8,
        /// Who sends; up to 65 octets here.
        source_addr: DataSourceAddr,
        /// Type of number of `destination_addr`.
        dest_addr_ton: u8,
        /// Numbering plan of `destination_addr`.
        dest_addr_npi: u8,
        /// Who receives; up to 65 octets here.
        destination_addr: DataDestinationAddr,
        /// Mode, type and GSM features (§5.2.12).
        esm_class: u8,
        /// Which receipts and acknowledgements are asked for (§5.2.17).
        registered_delivery: u8,
        /// The text's alphabet and class (§5.2.19).
        data_coding: u8,
    }
}

id_resp! {
    /// `data_sm_resp` (§4.7.2).
    DataSmResp = DATA_SM_RESP
}
