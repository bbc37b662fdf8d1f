//! A message in its canonical form, borrowed from the octets of its log record.
//!
//! One encoding serves the log, the queue and the hand-over between shards: a message is written
//! once when it is accepted and read in place ever after. Layout, little-endian:
//! `version u8, direction u8, account u16, carrier u16, esm_class u8, protocol_id u8, priority u8,
//! registered_delivery u8, data_coding u8, default_msg_id u8, parts u8, part u8, source ton npi short,
//! destination ton npi short, service_type short, validity short, schedule short, client_ref short,
//! body long, tlvs long`. Version 1 had no `part`.

use super::address::Address;
use super::octets::{Reader, put_long, put_short};
use super::place::Place;
use crate::base::id::{AccountId, CarrierId};

/// Which way a message goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[repr(u8)]
pub enum Direction {
    /// To the handset (MT): submitted by an account, delivered by a carrier.
    #[default]
    Outbound = 0,
    /// From the handset (MO): delivered by a carrier, forwarded to an account.
    Inbound = 1,
}

/// One message. Octet fields are as they came by the wire.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Message<'a> {
    /// Mobile terminated or originated.
    pub direction: Direction,
    /// Who submitted it, or who it is for when inbound.
    pub account: AccountId,
    /// The route chosen, or where it came from when inbound.
    pub carrier: CarrierId,
    /// Source address.
    pub source: Address<'a>,
    /// Destination address.
    pub destination: Address<'a>,
    /// SMPP §5.2.12; the UDHI bit says that `body` begins with a UDH.
    pub esm_class: u8,
    /// SMPP §5.2.13.
    pub protocol_id: u8,
    /// SMPP §5.2.14.
    pub priority_flag: u8,
    /// What the account asked for (SMPP §5.2.17); 0 when it asked for nothing.
    pub registered_delivery: u8,
    /// SMPP §5.2.19.
    pub data_coding: u8,
    /// SMPP §5.2.20.
    pub sm_default_msg_id: u8,
    /// Parts of the message that this is, or is one of; at least 1.
    pub parts: u8,
    /// Which of them this is, from 1; 0 when it is the whole message.
    pub part: u8,
    /// SMPP §5.2.11.
    pub service_type: &'a [u8],
    /// SMPP §7.1.1 text form, empty for the default.
    pub validity_period: &'a [u8],
    /// SMPP §7.1.1 text form, empty for at once.
    pub schedule_delivery_time: &'a [u8],
    /// The sender's own reference (API `client_ref`, SMPP `user_message_reference`).
    pub client_ref: &'a [u8],
    /// User data, from `short_message` or `message_payload`.
    pub body: &'a [u8],
    /// Optional parameters to carry through, as raw TLV octets.
    pub tlvs: &'a [u8],
}

pub(super) const VERSION: u8 = 2;

/// Octets from the start of a record to its account, for a glance without a decode.
const FIXED: usize = 14;

impl<'a> Message<'a> {
    /// Where it stands in the message it is a part of; `None` when it is whole.
    pub const fn place(&self) -> Option<Place> {
        Place::new(self.part, self.parts)
    }

    /// What it counts for in rates.
    pub const fn counts(&self) -> u8 {
        if self.part > 0 || self.parts == 0 { 1 } else { self.parts }
    }

    /// Appends the record's octets.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let account = self.account.0.to_le_bytes();
        let carrier = self.carrier.0.to_le_bytes();
        let fixed: [u8; FIXED] = [
            VERSION,
            self.direction as u8,
            account[0],
            account[1],
            carrier[0],
            carrier[1],
            self.esm_class,
            self.protocol_id,
            self.priority_flag,
            self.registered_delivery,
            self.data_coding,
            self.sm_default_msg_id,
            self.parts.max(1),
            self.part,
        ];
        out.extend_from_slice(&fixed);
        for address in [self.source, self.destination] {
            out.extend_from_slice(&[address.ton, address.npi]);
            put_short(out, address.addr);
        }
        put_short(out, self.service_type);
        put_short(out, self.validity_period);
        put_short(out, self.schedule_delivery_time);
        put_short(out, self.client_ref);
        put_long(out, self.body);
        put_long(out, self.tlvs);
    }

    /// Reads a record; `None` if it is cut short or of another version.
    pub fn decode(octets: &'a [u8]) -> Option<Self> {
        let mut reader = Reader(octets);
        let version = reader.u8()?;
        if version == 0 || version > VERSION {
            return None;
        }
        let direction = match reader.u8()? {
            0 => Direction::Outbound,
            1 => Direction::Inbound,
            _ => return None,
        };
        Some(Self {
            direction,
            account: AccountId(reader.u16()?),
            carrier: CarrierId(reader.u16()?),
            esm_class: reader.u8()?,
            protocol_id: reader.u8()?,
            priority_flag: reader.u8()?,
            registered_delivery: reader.u8()?,
            data_coding: reader.u8()?,
            sm_default_msg_id: reader.u8()?,
            parts: reader.u8()?,
            part: if version == 1 { 0 } else { reader.u8()? },
            source: address(&mut reader)?,
            destination: address(&mut reader)?,
            service_type: reader.short()?,
            validity_period: reader.short()?,
            schedule_delivery_time: reader.short()?,
            client_ref: reader.short()?,
            body: reader.long()?,
            tlvs: reader.long()?,
        })
    }
}

fn address<'a>(reader: &mut Reader<'a>) -> Option<Address<'a>> {
    Some(Address { ton: reader.u8()?, npi: reader.u8()?, addr: reader.short()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Message<'static> {
        Message {
            account: AccountId(3),
            carrier: CarrierId(9),
            source: Address { ton: 5, npi: 0, addr: b"ACME" },
            destination: Address { ton: 1, npi: 1, addr: b"447700900123" },
            esm_class: 0x40,
            registered_delivery: 1,
            data_coding: 8,
            parts: 2,
            part: 1,
            validity_period: b"000000010000000R",
            client_ref: b"order-881",
            body: b"\x05\x00\x03\x01\x02\x01hello",
            tlvs: &[0x02, 0x04, 0, 2, 0, 7],
            ..Message::default()
        }
    }

    #[test]
    fn a_record_reads_back_as_it_was_written() {
        let mut octets = Vec::new();
        sample().encode(&mut octets);
        assert_eq!(Message::decode(&octets), Some(sample()));
    }

    #[test]
    fn a_record_of_the_first_version_is_a_whole_message() {
        let mut octets = Vec::new();
        sample().encode(&mut octets);
        octets[0] = 1;
        octets.remove(13);
        assert_eq!(Message::decode(&octets), Some(Message { part: 0, ..sample() }));
    }

    #[test]
    fn a_record_of_a_later_version_is_none() {
        let mut octets = Vec::new();
        sample().encode(&mut octets);
        octets[0] = VERSION + 1;
        assert_eq!(Message::decode(&octets), None);
    }

    #[test]
    fn a_record_cut_anywhere_is_none() {
        let mut octets = Vec::new();
        sample().encode(&mut octets);
        for length in 0..octets.len() {
            assert_eq!(Message::decode(&octets[..length]), None, "cut at {length}");
        }
    }
}
