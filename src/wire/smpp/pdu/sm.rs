//! submit_sm and deliver_sm, which share one layout, and their responses (SMPP v3.4 §4.4, §4.6).
//!
//! Its place: nearly all traffic; read without the notation of the other files, so that octets are
//! taken in runs. **Invariants**: a `short_message` beyond 254 octets is written as a
//! `message_payload`, never cut.

use std::ops::Deref;

use crate::wire::smpp::command::CommandId;
use crate::wire::smpp::decode_error::Field;
use crate::wire::smpp::pdu::Body;
use crate::wire::smpp::pdu::table::id_resp;
use crate::wire::smpp::read::{Read, Reader};
use crate::wire::smpp::tlv::Tlvs;
use crate::wire::smpp::write;

/// The bit of `esm_class` that says the text begins with a user data header (§5.2.12).
pub const ESM_CLASS_UDHI: u8 = 0x40;

/// The body of submit_sm (§4.4.1) and deliver_sm (§4.6.1).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Sm<'a> {
    /// The SMS application service, mostly empty.
    pub service_type: &'a [u8],
    /// Type of number of `source_addr`.
    pub source_addr_ton: u8,
    /// Numbering plan of `source_addr`.
    pub source_addr_npi: u8,
    /// Who sends.
    pub source_addr: &'a [u8],
    /// Type of number of `destination_addr`.
    pub dest_addr_ton: u8,
    /// Numbering plan of `destination_addr`.
    pub dest_addr_npi: u8,
    /// Who receives.
    pub destination_addr: &'a [u8],
    /// Mode, type and GSM features; test by mask, never by equality (§5.2.12).
    pub esm_class: u8,
    /// The network's protocol identifier.
    pub protocol_id: u8,
    /// 0 lowest to 3 highest.
    pub priority_flag: u8,
    /// When to deliver; empty for at once (§7.1.1).
    pub schedule_delivery_time: &'a [u8],
    /// Until when to try; empty for the SMSC's default (§7.1.1).
    pub validity_period: &'a [u8],
    /// Which receipts and acknowledgements are asked for (§5.2.17).
    pub registered_delivery: u8,
    /// Whether a message of the same source, destination and service type is replaced.
    pub replace_if_present_flag: u8,
    /// The text's alphabet and class (§5.2.19).
    pub data_coding: u8,
    /// A predefined message instead of text.
    pub sm_default_msg_id: u8,
    /// The text, `sm_length` octets; empty if it is in `message_payload`.
    pub short_message: &'a [u8],
    /// Optional parameters.
    pub tlvs: Tlvs<'a>,
}

impl<'a> Sm<'a> {
    #[inline]
    pub(crate) fn read(reader: &mut Reader<'a, '_>) -> Read<Self> {
        let service_type = reader.c_string(Field::ServiceType)?;
        let [source_addr_ton, source_addr_npi] = reader.octets()?;
        let source_addr = reader.c_string(Field::SourceAddr)?;
        let [dest_addr_ton, dest_addr_npi] = reader.octets()?;
        let destination_addr = reader.c_string(Field::DestinationAddr)?;
        let [esm_class, protocol_id, priority_flag] = reader.octets()?;
        let schedule_delivery_time = reader.c_string(Field::ScheduleDeliveryTime)?;
        let validity_period = reader.c_string(Field::ValidityPeriod)?;
        let [registered_delivery, replace_if_present_flag, data_coding, sm_default_msg_id] =
            reader.octets()?;
        let short_message = reader.short_message()?;
        Ok(Self {
            service_type,
            source_addr_ton,
            source_addr_npi,
            source_addr,
            dest_addr_ton,
            dest_addr_npi,
            destination_addr,
            esm_class,
            protocol_id,
            priority_flag,
            schedule_delivery_time,
            validity_period,
            registered_delivery,
            replace_if_present_flag,
            data_coding,
            sm_default_msg_id,
            short_message,
            tlvs: reader.tlvs()?,
        })
    }

    /// The user data, wherever it is: `short_message`, or `message_payload` where that is empty.
    /// Where a peer fills both against §5.3.2.32, `short_message` counts.
    pub fn user_data(&self) -> &'a [u8] {
        if self.short_message.is_empty() {
            self.tlvs.message_payload().unwrap_or_default()
        } else {
            self.short_message
        }
    }

    /// Whether both `short_message` and `message_payload` are filled, against §5.3.2.32.
    pub fn has_two_texts(&self) -> bool {
        !self.short_message.is_empty()
            && self.tlvs.message_payload().is_some_and(|payload| !payload.is_empty())
    }

    /// The user data parted into header and text. The header keeps its length octet; it is empty
    /// if `esm_class` announces none or its length runs past the user data.
    pub fn header_and_text(&self) -> (&'a [u8], &'a [u8]) {
        let octets = self.user_data();
        if self.esm_class & ESM_CLASS_UDHI == 0 {
            return (&[], octets);
        }
        let header = octets.first().map_or(0, |&length| usize::from(length) + 1);
        octets.split_at_checked(header).unwrap_or((&[], octets))
    }

    fn octets_max(&self) -> usize {
        let strings =
            self.service_type.len() + self.source_addr.len() + self.destination_addr.len();
        let times = self.schedule_delivery_time.len() + self.validity_period.len();
        // Seventeen octets of numbers and NULs, and four of a message_payload's header.
        strings + times + self.short_message.len() + self.tlvs.as_octets().len() + 21
    }

    #[inline]
    fn write(&self, out: &mut Vec<u8>) {
        write::c_string(out, self.service_type);
        out.extend_from_slice(&[self.source_addr_ton, self.source_addr_npi]);
        write::c_string(out, self.source_addr);
        out.extend_from_slice(&[self.dest_addr_ton, self.dest_addr_npi]);
        write::c_string(out, self.destination_addr);
        out.extend_from_slice(&[self.esm_class, self.protocol_id, self.priority_flag]);
        write::c_string(out, self.schedule_delivery_time);
        write::c_string(out, self.validity_period);
        out.extend_from_slice(&[
            self.registered_delivery,
            self.replace_if_present_flag,
            self.data_coding,
            self.sm_default_msg_id,
        ]);
        write::short_message(out, self.short_message);
        write::long_message(out, self.short_message);
        out.extend_from_slice(self.tlvs.as_octets());
    }
}

macro_rules! sm {
    ($($(#[$doc:meta])* $name:ident = $command:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
        pub struct $name<'a>(pub Sm<'a>);

        impl<'a> Deref for $name<'a> {
            type Target = Sm<'a>;

            fn deref(&self) -> &Sm<'a> {
                &self.0
            }
        }

        impl Body for $name<'_> {
            fn command(&self) -> CommandId {
                CommandId::$command
            }

            #[inline]
            fn octets_max(&self) -> usize {
                self.0.octets_max()
            }

            #[inline]
            fn write(&self, out: &mut Vec<u8>) {
                self.0.write(out);
            }
        }
    )*};
}

sm! {
    /// `submit_sm` (§4.4.1): an ESME hands a message to an SMSC.
    SubmitSm = SUBMIT_SM;
    /// `deliver_sm` (§4.6.1): an SMSC hands a message or a receipt to an ESME.
    DeliverSm = DELIVER_SM;
}

id_resp! {
    /// `submit_sm_resp` (§4.4.2).
    SubmitSmResp = SUBMIT_SM_RESP
}

id_resp! {
    /// `deliver_sm_resp` (§4.6.2). The standard leaves `message_id` unused: write an empty one.
    DeliverSmResp = DELIVER_SM_RESP
}
