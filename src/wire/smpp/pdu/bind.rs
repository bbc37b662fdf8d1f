//! Binding: bind_transmitter, bind_receiver, bind_transceiver, their responses, and outbind
//! (SMPP v3.4 §4.1).
//!
//! **Not here**: whether the password is right, and when a bind is allowed.

use crate::wire::smpp::command::CommandId;
use crate::wire::smpp::decode_error::Field;
use crate::wire::smpp::pdu::Body;
use crate::wire::smpp::pdu::table::{body, field_type, read_field, size_field, write_field};
use crate::wire::smpp::read::{Read, Reader};
use crate::wire::smpp::tlv::Tlvs;
use crate::wire::smpp::write;

/// Which way messages may go on a bind.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum BindMode {
    /// bind_transmitter: the ESME submits.
    Transmitter,
    /// bind_receiver: the ESME is delivered to.
    Receiver,
    /// bind_transceiver: both.
    #[default]
    Transceiver,
}

impl BindMode {
    /// The request that asks for this mode.
    pub const fn command(self) -> CommandId {
        match self {
            Self::Transmitter => CommandId::BIND_TRANSMITTER,
            Self::Receiver => CommandId::BIND_RECEIVER,
            Self::Transceiver => CommandId::BIND_TRANSCEIVER,
        }
    }

    /// The mode a bind request or response speaks of.
    pub const fn of(command: CommandId) -> Option<Self> {
        match command {
            CommandId::BIND_TRANSMITTER | CommandId::BIND_TRANSMITTER_RESP => {
                Some(Self::Transmitter)
            }
            CommandId::BIND_RECEIVER | CommandId::BIND_RECEIVER_RESP => Some(Self::Receiver),
            CommandId::BIND_TRANSCEIVER | CommandId::BIND_TRANSCEIVER_RESP => {
                Some(Self::Transceiver)
            }
            _ => None,
        }
    }
}

/// A bind request (§4.1.1, §4.1.3, §4.1.5): who asks, and for which mode.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Bind<'a> {
    /// Which of the three requests this is.
    pub mode: BindMode,
    /// Who asks to bind.
    pub system_id: &'a [u8],
    /// The secret of the account.
    pub password: &'a [u8],
    /// The kind of system, a name of the SMSC's choosing.
    pub system_type: &'a [u8],
    /// What the ESME speaks: 0x34 for v3.4, 0x50 for v5.0; up to 0x33 it knows no TLVs (§5.2.4).
    pub interface_version: u8,
    /// Type of number of `address_range`.
    pub addr_ton: u8,
    /// Numbering plan of `address_range`.
    pub addr_npi: u8,
    /// The addresses served, often a regular expression (§5.2.7).
    pub address_range: &'a [u8],
    /// Optional parameters; the standard has none here.
    pub tlvs: Tlvs<'a>,
}

impl<'a> Bind<'a> {
    pub(crate) fn read(mode: BindMode, reader: &mut Reader<'a, '_>) -> Read<Self> {
        let system_id = reader.c_string(Field::SystemId)?;
        let password = reader.c_string(Field::Password)?;
        let system_type = reader.c_string(Field::SystemType)?;
        let [interface_version, addr_ton, addr_npi] = reader.octets()?;
        let address_range = reader.c_string(Field::AddressRange)?;
        Ok(Self {
            mode,
            system_id,
            password,
            system_type,
            interface_version,
            addr_ton,
            addr_npi,
            address_range,
            tlvs: reader.tlvs()?,
        })
    }
}

impl Body for Bind<'_> {
    fn command(&self) -> CommandId {
        self.mode.command()
    }

    fn octets_max(&self) -> usize {
        let strings = self.system_id.len() + self.password.len() + self.system_type.len();
        strings + self.address_range.len() + 7 + self.tlvs.as_octets().len()
    }

    fn write(&self, out: &mut Vec<u8>) {
        write::c_string(out, self.system_id);
        write::c_string(out, self.password);
        write::c_string(out, self.system_type);
        out.extend_from_slice(&[self.interface_version, self.addr_ton, self.addr_npi]);
        write::c_string(out, self.address_range);
        out.extend_from_slice(self.tlvs.as_octets());
    }
}

/// A bind response (§4.1.2, §4.1.4, §4.1.6).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct BindResp<'a> {
    /// Which of the three responses this is.
    pub mode: BindMode,
    /// The SMSC's name; `None` if the response has no body, as on failure.
    pub system_id: Option<&'a [u8]>,
    /// Optional parameters: `sc_interface_version`.
    pub tlvs: Tlvs<'a>,
}

impl<'a> BindResp<'a> {
    pub(crate) fn read(mode: BindMode, reader: &mut Reader<'a, '_>) -> Read<Self> {
        if reader.rest().is_empty() {
            return Ok(Self { mode, ..Self::default() });
        }
        let system_id = Some(reader.c_string(Field::SystemId)?);
        Ok(Self { mode, system_id, tlvs: reader.tlvs()? })
    }
}

impl Body for BindResp<'_> {
    fn command(&self) -> CommandId {
        self.mode.command().response()
    }

    fn octets_max(&self) -> usize {
        self.system_id.map_or(0, |id| id.len() + 1 + self.tlvs.as_octets().len())
    }

    fn write(&self, out: &mut Vec<u8>) {
        if let Some(system_id) = self.system_id {
            write::c_string(out, system_id);
            out.extend_from_slice(self.tlvs.as_octets());
        }
    }
}

body! {
    /// `outbind` (§4.1.7): an SMSC that connected asks the ESME to bind as receiver.
    Outbind = OUTBIND {
        /// The SMSC's name.
        system_id: SystemId,
        /// The secret by which the ESME knows the SMSC.
        password: Password,
    }
}
