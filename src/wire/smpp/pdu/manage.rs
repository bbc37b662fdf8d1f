//! query_sm, cancel_sm, replace_sm, and alert_notification (SMPP v3.4 §4.8 to §4.10, §4.12).

use crate::wire::smpp::command::CommandId;
use crate::wire::smpp::decode_error::Field;
use crate::wire::smpp::pdu::Body;
use crate::wire::smpp::pdu::table::{body, field_type, read_field, size_field, write_field};
use crate::wire::smpp::read::{Read, Reader};
use crate::wire::smpp::tlv::Tlvs;
use crate::wire::smpp::write;

body! {
    /// `query_sm` (§4.8.1): what became of a message.
    QuerySm = QUERY_SM {
        /// The message's name at the SMSC.
        message_id: MessageId,
        /// Type of number of `source_addr`.
        source_addr_ton: u8,
        /// Numbering plan of `source_addr`.
        source_addr_npi: u8,
        /// Who sent the message.
        source_addr: SourceAddr,
    }
}

/// `query_sm_resp` (§4.8.2).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct QuerySmResp<'a> {
    /// The message's name at the SMSC; `None` if the response has no body.
    pub message_id: Option<&'a [u8]>,
    /// When the message came to its end; empty while it has not.
    pub final_date: &'a [u8],
    /// The state, as a number (§5.2.28).
    pub message_state: u8,
    /// The network's error for the message, where it failed.
    pub error_code: u8,
    /// Optional parameters.
    pub tlvs: Tlvs<'a>,
}

impl<'a> QuerySmResp<'a> {
    pub(crate) fn read(reader: &mut Reader<'a, '_>) -> Read<Self> {
        if reader.rest().is_empty() {
            return Ok(Self::default());
        }
        let message_id = Some(reader.c_string(Field::MessageId)?);
        let final_date = reader.c_string(Field::FinalDate)?;
        let [message_state, error_code] = reader.octets()?;
        Ok(Self { message_id, final_date, message_state, error_code, tlvs: reader.tlvs()? })
    }
}

impl Body for QuerySmResp<'_> {
    fn command(&self) -> CommandId {
        CommandId::QUERY_SM_RESP
    }

    fn octets_max(&self) -> usize {
        let strings = self.message_id.map_or(0, <[u8]>::len) + self.final_date.len();
        strings + 4 + self.tlvs.as_octets().len()
    }

    fn write(&self, out: &mut Vec<u8>) {
        if let Some(message_id) = self.message_id {
            write::c_string(out, message_id);
            write::c_string(out, self.final_date);
            out.extend_from_slice(&[self.message_state, self.error_code]);
            out.extend_from_slice(self.tlvs.as_octets());
        }
    }
}

body! {
    /// `cancel_sm` (§4.9.1): a message shall not be delivered. With an empty `message_id`, all
    /// from this source to this destination of this service type.
    CancelSm = CANCEL_SM {
        /// The SMS application service.
        service_type: ServiceType,
        /// The message's name at the SMSC, or empty.
        message_id: MessageId,
        /// Type of number of `source_addr`.
        source_addr_ton: u8,
        /// Numbering plan of `source_addr`.
        source_addr_npi: u8,
        /// Who sent the message.
        source_addr: SourceAddr,
        /// Type of number of `destination_addr`.
        dest_addr_ton: u8,
        /// Numbering plan of `destination_addr`.
        dest_addr_npi: u8,
        /// Who should have received it; may be empty if `message_id` is not.
        destination_addr: DestinationAddr,
    }
}

/// `replace_sm` (§4.10.1): a message not delivered yet gets another text.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ReplaceSm<'a> {
    /// The message's name at the SMSC.
    pub message_id: &'a [u8],
    /// Type of number of `source_addr`.
    pub source_addr_ton: u8,
    /// Numbering plan of `source_addr`.
    pub source_addr_npi: u8,
    /// Who sent the message.
    pub source_addr: &'a [u8],
    /// When to deliver; empty for no change (§7.1.1).
    pub schedule_delivery_time: &'a [u8],
    /// Until when to try; empty for no change (§7.1.1).
    pub validity_period: &'a [u8],
    /// Which receipts are asked for (§5.2.17).
    pub registered_delivery: u8,
    /// A predefined message instead of text.
    pub sm_default_msg_id: u8,
    /// The new text.
    pub short_message: &'a [u8],
    /// Optional parameters; v5.0 has `message_payload` here.
    pub tlvs: Tlvs<'a>,
}

impl<'a> ReplaceSm<'a> {
    pub(crate) fn read(reader: &mut Reader<'a, '_>) -> Read<Self> {
        let message_id = reader.c_string(Field::MessageId)?;
        let [source_addr_ton, source_addr_npi] = reader.octets()?;
        let source_addr = reader.c_string(Field::SourceAddr)?;
        let schedule_delivery_time = reader.c_string(Field::ScheduleDeliveryTime)?;
        let validity_period = reader.c_string(Field::ValidityPeriod)?;
        let [registered_delivery, sm_default_msg_id] = reader.octets()?;
        let short_message = reader.short_message()?;
        Ok(Self {
            message_id,
            source_addr_ton,
            source_addr_npi,
            source_addr,
            schedule_delivery_time,
            validity_period,
            registered_delivery,
            sm_default_msg_id,
            short_message,
            tlvs: reader.tlvs()?,
        })
    }
}

impl Body for ReplaceSm<'_> {
    fn command(&self) -> CommandId {
        CommandId::REPLACE_SM
    }

    fn octets_max(&self) -> usize {
        let strings = self.message_id.len() + self.source_addr.len() + self.short_message.len();
        let times = self.schedule_delivery_time.len() + self.validity_period.len();
        strings + times + 13 + self.tlvs.as_octets().len()
    }

    fn write(&self, out: &mut Vec<u8>) {
        write::c_string(out, self.message_id);
        out.extend_from_slice(&[self.source_addr_ton, self.source_addr_npi]);
        write::c_string(out, self.source_addr);
        write::c_string(out, self.schedule_delivery_time);
        write::c_string(out, self.validity_period);
        out.extend_from_slice(&[self.registered_delivery, self.sm_default_msg_id]);
        write::short_message(out, self.short_message);
        write::long_message(out, self.short_message);
        out.extend_from_slice(self.tlvs.as_octets());
    }
}

body! {
    /// `alert_notification` (§4.12.1): a subscriber who was away is there again. No response.
    AlertNotification = ALERT_NOTIFICATION {
        /// Type of number of `source_addr`.
        source_addr_ton: u8,
        /// Numbering plan of `source_addr`.
        source_addr_npi: u8,
        /// The subscriber.
        source_addr: DataSourceAddr,
        /// Type of number of `esme_addr`.
        esme_addr_ton: u8,
        /// Numbering plan of `esme_addr`.
        esme_addr_npi: u8,
        /// The ESME that asked to be told.
        esme_addr: EsmeAddr,
    }
}
