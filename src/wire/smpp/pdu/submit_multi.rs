//! submit_multi and its response: one message to many (SMPP v3.4 §4.5).
//!
//! **Invariants**: lists stay in the frame and are walked there; each was walked once when it was
//! read, so walking it again cannot fail.

use crate::wire::smpp::command::CommandId;
use crate::wire::smpp::decode_error::{DecodeErrorKind, Field};
use crate::wire::smpp::pdu::Body;
use crate::wire::smpp::read::{Read, Reader};
use crate::wire::smpp::status::CommandStatus;
use crate::wire::smpp::tlv::Tlvs;
use crate::wire::smpp::write;

/// Octets of the fields after the destinations, when all strings are empty.
const FIELDS_AFTER: usize = 10;

/// `submit_multi` (§4.5.1).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct SubmitMulti<'a> {
    /// The SMS application service.
    pub service_type: &'a [u8],
    /// Type of number of `source_addr`.
    pub source_addr_ton: u8,
    /// Numbering plan of `source_addr`.
    pub source_addr_npi: u8,
    /// Who sends.
    pub source_addr: &'a [u8],
    /// Who receives: `number_of_dests` and the addresses.
    pub dest_address: DestAddresses<'a>,
    /// Mode, type and GSM features (§5.2.12).
    pub esm_class: u8,
    /// The network's protocol identifier.
    pub protocol_id: u8,
    /// 0 lowest to 3 highest.
    pub priority_flag: u8,
    /// When to deliver; empty for at once (§7.1.1).
    pub schedule_delivery_time: &'a [u8],
    /// Until when to try; empty for the SMSC's default (§7.1.1).
    pub validity_period: &'a [u8],
    /// Which receipts are asked for (§5.2.17).
    pub registered_delivery: u8,
    /// Reserved here; zero.
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

/// One destination of a submit_multi (§4.5.1.1).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DestAddress<'a> {
    /// `dest_flag` 1: an SME address.
    Sme {
        /// Type of number.
        dest_addr_ton: u8,
        /// Numbering plan.
        dest_addr_npi: u8,
        /// The address.
        destination_addr: &'a [u8],
    },
    /// `dest_flag` 2: the name of a distribution list.
    DistributionList {
        /// Its name.
        dl_name: &'a [u8],
    },
}

/// The destinations of a submit_multi, as they stand in its frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct DestAddresses<'a> {
    number_of_dests: u8,
    octets: &'a [u8],
}

impl<'a> DestAddresses<'a> {
    /// Writes a list into `room`; `None` beyond 255 destinations.
    pub fn write_to(room: &'a mut Vec<u8>, addresses: &[DestAddress<'_>]) -> Option<Self> {
        let number_of_dests = u8::try_from(addresses.len()).ok()?;
        room.clear();
        for address in addresses {
            match *address {
                DestAddress::Sme { dest_addr_ton, dest_addr_npi, destination_addr } => {
                    room.extend_from_slice(&[1, dest_addr_ton, dest_addr_npi]);
                    write::c_string(room, destination_addr);
                }
                DestAddress::DistributionList { dl_name } => {
                    room.push(2);
                    write::c_string(room, dl_name);
                }
            }
        }
        Some(Self { number_of_dests, octets: room })
    }

    /// `number_of_dests`.
    pub fn len(&self) -> usize {
        usize::from(self.number_of_dests)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.number_of_dests == 0
    }

    /// Every destination in order.
    pub fn iter(&self) -> DestAddressIter<'a> {
        DestAddressIter { left: self.number_of_dests, rest: self.octets }
    }

    fn read(reader: &mut Reader<'a, '_>) -> Read<Self> {
        let number_of_dests = reader.u8()?;
        let list = reader.rest();
        // Each destination takes a flag and a NUL at least.
        if list.len() < usize::from(number_of_dests) * 2 + FIELDS_AFTER {
            return Err(DecodeErrorKind::NumberOfDests(number_of_dests));
        }
        for position in 0..number_of_dests {
            match reader.u8()? {
                1 => {
                    let _ton_npi = reader.octets::<2>()?;
                    reader.c_string(Field::DestinationAddr)?;
                }
                2 => {
                    reader.c_string(Field::DlName)?;
                }
                // What follows the list, most often an empty esm_class, was taken for a flag.
                0 if position > 0 => return Err(DecodeErrorKind::NumberOfDests(number_of_dests)),
                flag => return Err(DecodeErrorKind::DestFlag(flag)),
            }
        }
        let length = list.len() - reader.rest().len();
        Ok(Self { number_of_dests, octets: list.get(..length).unwrap_or_default() })
    }
}

/// A walk over destinations.
#[derive(Clone, Debug)]
pub struct DestAddressIter<'a> {
    left: u8,
    rest: &'a [u8],
}

impl<'a> Iterator for DestAddressIter<'a> {
    type Item = DestAddress<'a>;

    fn next(&mut self) -> Option<DestAddress<'a>> {
        self.left = self.left.checked_sub(1)?;
        let (flag, rest) = self.rest.split_first()?;
        if *flag == 2 {
            let (dl_name, rest) = cut_string(rest)?;
            self.rest = rest;
            return Some(DestAddress::DistributionList { dl_name });
        }
        let (&[dest_addr_ton, dest_addr_npi], rest) = rest.split_first_chunk::<2>()?;
        let (destination_addr, rest) = cut_string(rest)?;
        self.rest = rest;
        Some(DestAddress::Sme { dest_addr_ton, dest_addr_npi, destination_addr })
    }
}

fn cut_string(octets: &[u8]) -> Option<(&[u8], &[u8])> {
    let (string, rest) = octets.split_at_checked(memchr::memchr(0, octets)?)?;
    Some((string, rest.get(1..)?))
}

impl<'a> SubmitMulti<'a> {
    pub(crate) fn read(reader: &mut Reader<'a, '_>) -> Read<Self> {
        let service_type = reader.c_string(Field::ServiceType)?;
        let [source_addr_ton, source_addr_npi] = reader.octets()?;
        let source_addr = reader.c_string(Field::SourceAddr)?;
        let dest_address = DestAddresses::read(reader)?;
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
            dest_address,
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
}

impl Body for SubmitMulti<'_> {
    fn command(&self) -> CommandId {
        CommandId::SUBMIT_MULTI
    }

    fn octets_max(&self) -> usize {
        let strings = self.service_type.len() + self.source_addr.len() + self.short_message.len();
        let times = self.schedule_delivery_time.len() + self.validity_period.len();
        strings + times + self.dest_address.octets.len() + 19 + self.tlvs.as_octets().len()
    }

    fn write(&self, out: &mut Vec<u8>) {
        write::c_string(out, self.service_type);
        out.extend_from_slice(&[self.source_addr_ton, self.source_addr_npi]);
        write::c_string(out, self.source_addr);
        out.push(self.dest_address.number_of_dests);
        out.extend_from_slice(self.dest_address.octets);
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

/// `submit_multi_resp` (§4.5.2): one name for all, and those that failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct SubmitMultiResp<'a> {
    /// The message's name at the SMSC; `None` if the response has no body.
    pub message_id: Option<&'a [u8]>,
    /// Those not submitted to: `no_unsuccess` and the addresses.
    pub unsuccess_sme: UnsuccessSmes<'a>,
    /// Optional parameters.
    pub tlvs: Tlvs<'a>,
}

/// One destination that was not submitted to (§4.5.2.1).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UnsuccessSme<'a> {
    /// Type of number.
    pub dest_addr_ton: u8,
    /// Numbering plan.
    pub dest_addr_npi: u8,
    /// The address.
    pub destination_addr: &'a [u8],
    /// Why.
    pub error_status_code: CommandStatus,
}

/// The failed destinations of a submit_multi_resp, as they stand in its frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct UnsuccessSmes<'a> {
    no_unsuccess: u8,
    octets: &'a [u8],
}

impl<'a> UnsuccessSmes<'a> {
    /// Writes a list into `room`; `None` beyond 255 destinations.
    pub fn write_to(room: &'a mut Vec<u8>, failed: &[UnsuccessSme<'_>]) -> Option<Self> {
        let no_unsuccess = u8::try_from(failed.len()).ok()?;
        room.clear();
        for sme in failed {
            room.extend_from_slice(&[sme.dest_addr_ton, sme.dest_addr_npi]);
            write::c_string(room, sme.destination_addr);
            room.extend_from_slice(&sme.error_status_code.0.to_be_bytes());
        }
        Some(Self { no_unsuccess, octets: room })
    }

    /// `no_unsuccess`.
    pub fn len(&self) -> usize {
        usize::from(self.no_unsuccess)
    }

    /// Whether all were submitted to.
    pub fn is_empty(&self) -> bool {
        self.no_unsuccess == 0
    }

    /// Every failed destination in order.
    pub fn iter(&self) -> UnsuccessSmeIter<'a> {
        UnsuccessSmeIter { left: self.no_unsuccess, rest: self.octets }
    }

    fn read(reader: &mut Reader<'a, '_>) -> Read<Self> {
        let no_unsuccess = reader.u8()?;
        let list = reader.rest();
        for _ in 0..no_unsuccess {
            let _ton_npi = reader.octets::<2>()?;
            reader.c_string(Field::DestinationAddr)?;
            let _status = reader.octets::<4>()?;
        }
        let length = list.len() - reader.rest().len();
        Ok(Self { no_unsuccess, octets: list.get(..length).unwrap_or_default() })
    }
}

/// A walk over failed destinations.
#[derive(Clone, Debug)]
pub struct UnsuccessSmeIter<'a> {
    left: u8,
    rest: &'a [u8],
}

impl<'a> Iterator for UnsuccessSmeIter<'a> {
    type Item = UnsuccessSme<'a>;

    fn next(&mut self) -> Option<UnsuccessSme<'a>> {
        self.left = self.left.checked_sub(1)?;
        let (&[dest_addr_ton, dest_addr_npi], rest) = self.rest.split_first_chunk::<2>()?;
        let (destination_addr, rest) = cut_string(rest)?;
        let (status, rest) = rest.split_first_chunk::<4>()?;
        self.rest = rest;
        let error_status_code = CommandStatus(u32::from_be_bytes(*status));
        Some(UnsuccessSme { dest_addr_ton, dest_addr_npi, destination_addr, error_status_code })
    }
}

impl<'a> SubmitMultiResp<'a> {
    pub(crate) fn read(reader: &mut Reader<'a, '_>) -> Read<Self> {
        if reader.rest().is_empty() {
            return Ok(Self::default());
        }
        let message_id = Some(reader.c_string(Field::MessageId)?);
        // A peer that submitted to all may leave the count away.
        if reader.rest().is_empty() {
            return Ok(Self { message_id, ..Self::default() });
        }
        let unsuccess_sme = UnsuccessSmes::read(reader)?;
        Ok(Self { message_id, unsuccess_sme, tlvs: reader.tlvs()? })
    }
}

impl Body for SubmitMultiResp<'_> {
    fn command(&self) -> CommandId {
        CommandId::SUBMIT_MULTI_RESP
    }

    fn octets_max(&self) -> usize {
        let id = self.message_id.map_or(0, |id| id.len() + 2);
        id + self.unsuccess_sme.octets.len() + self.tlvs.as_octets().len()
    }

    fn write(&self, out: &mut Vec<u8>) {
        if let Some(message_id) = self.message_id {
            write::c_string(out, message_id);
            out.push(self.unsuccess_sme.no_unsuccess);
            out.extend_from_slice(self.unsuccess_sme.octets);
            out.extend_from_slice(self.tlvs.as_octets());
        }
    }
}
