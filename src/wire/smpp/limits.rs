//! How long a field may be, and which faults of the field are forgiven.
//!
//! Its place: an argument of [`super::pdu::Pdu::decode`]. **Invariants**: a maximum counts the
//! closing NUL, as the standard does (SMPP v3.4 §5.2); an over-long field is refused with its own
//! status, never cut.
//! **Not here**: limits on a whole PDU (see [`super::frame`]).

use crate::wire::smpp::decode_error::Field;

/// Maxima of the string fields, in octets with the NUL, and two leniences.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// `system_id`: 16 in the standard.
    pub system_id_max: u16,
    /// `password`: 9 in the standard; longer ones are common.
    pub password_max: u16,
    /// `system_type`: 13 in the standard.
    pub system_type_max: u16,
    /// `service_type`: 6 in the standard.
    pub service_type_max: u16,
    /// `address_range`: 41 in the standard.
    pub address_range_max: u16,
    /// Source and destination addresses: 21 in the standard.
    pub address_max: u16,
    /// `source_addr`, `destination_addr` of data_sm and `esme_addr`: 65 in the standard.
    pub long_address_max: u16,
    /// `message_id`: 65 in the standard.
    pub message_id_max: u16,
    /// `dl_name`: 21 in the standard.
    pub dl_name_max: u16,
    /// Times: 17 in the standard, or one for none (§7.1.1).
    pub time_max: u16,
    /// Whether a broken end of the optional parameters is dropped and the rest of the PDU kept,
    /// rather than refused with ESME_RINVOPTPARSTREAM.
    pub drop_bad_tlvs: bool,
    /// Whether one stray NUL after the mandatory fields is overlooked.
    pub stray_nul: bool,
}

impl Limits {
    /// The standard's own maxima; a stray NUL is overlooked, since providers send it.
    pub const STANDARD: Self = Self {
        system_id_max: 16,
        password_max: 9,
        system_type_max: 13,
        service_type_max: 6,
        address_range_max: 41,
        address_max: 21,
        long_address_max: 65,
        message_id_max: 65,
        dl_name_max: 21,
        time_max: 17,
        drop_bad_tlvs: false,
        stray_nul: true,
    };

    /// For peers that bend the standard: longer strings, and a broken tail of TLVs is dropped.
    pub const LENIENT: Self = Self {
        system_id_max: 256,
        password_max: 256,
        system_type_max: 256,
        service_type_max: 256,
        address_range_max: 256,
        address_max: 256,
        long_address_max: 256,
        message_id_max: 256,
        dl_name_max: 256,
        time_max: 256,
        drop_bad_tlvs: true,
        stray_nul: true,
    };

    /// The most octets `field` may take, its NUL included.
    #[inline]
    pub(crate) const fn octets_max(&self, field: Field) -> usize {
        let max = match field {
            Field::SystemId => self.system_id_max,
            Field::Password => self.password_max,
            Field::SystemType => self.system_type_max,
            Field::ServiceType => self.service_type_max,
            Field::AddressRange => self.address_range_max,
            Field::SourceAddr | Field::DestinationAddr => self.address_max,
            // §4.7.1 and §4.12.1 allow 65 where others have 21.
            Field::EsmeAddr | Field::DataSourceAddr | Field::DataDestinationAddr => {
                self.long_address_max
            }
            Field::MessageId => self.message_id_max,
            Field::DlName => self.dl_name_max,
            Field::ScheduleDeliveryTime | Field::ValidityPeriod | Field::FinalDate => self.time_max,
            Field::Octet | Field::ShortMessage | Field::Header => u16::MAX,
        };
        max as usize
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::STANDARD
    }
}
