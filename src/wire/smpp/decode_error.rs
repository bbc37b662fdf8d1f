//! What is wrong with a PDU whose `command_length` is sound.
//!
//! Its place: given by [`super::pdu::Pdu::decode`]; [`super::session`] answers it and goes on.
//! **Invariants**: the header is kept, so that the answer carries the right number; nothing is
//! allocated; `status` is the field's own (SMPP v3.4 §5.1.3).

use std::fmt;

use crate::wire::smpp::header::Header;
use crate::wire::smpp::status::CommandStatus;
use crate::wire::smpp::tlv_table::Tag;

/// A PDU that cannot be read, and what to answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DecodeError {
    /// The header as it came.
    pub header: Header,
    /// What is wrong.
    pub kind: DecodeErrorKind,
    /// Where in the frame the trouble was noticed.
    pub offset: usize,
    /// What to answer a request with.
    pub status: CommandStatus,
}

/// What is wrong with a PDU.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// The PDU ends before this field.
    Truncated(Field),
    /// No NUL ends this string within the PDU.
    Unterminated(Field),
    /// This string is longer than its maximum.
    TooLong(Field),
    /// `sm_length` runs past the PDU.
    ShortMessageLength {
        /// `sm_length` as it came.
        sm_length: u8,
        /// The octets that were left.
        left: usize,
    },
    /// Fewer than the four octets of a TLV's tag and length are left.
    TlvHeader,
    /// A TLV's length runs past the PDU.
    TlvLength(Tag),
    /// A `dest_flag` that is neither an address nor a distribution list (§5.2.25).
    DestFlag(u8),
    /// `number_of_dests` promises more than the PDU holds (§5.2.24).
    NumberOfDests(u8),
}

/// A field of a PDU, where it matters which one was wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Field {
    /// The header: the frame is shorter than sixteen octets.
    Header,
    /// One octet's worth of a number.
    Octet,
    /// `system_id`.
    SystemId,
    /// `password`.
    Password,
    /// `system_type`.
    SystemType,
    /// `service_type`.
    ServiceType,
    /// `address_range`.
    AddressRange,
    /// `source_addr`.
    SourceAddr,
    /// `destination_addr`.
    DestinationAddr,
    /// `source_addr` of data_sm, which may be longer.
    DataSourceAddr,
    /// `destination_addr` of data_sm, which may be longer.
    DataDestinationAddr,
    /// `esme_addr`.
    EsmeAddr,
    /// `message_id`.
    MessageId,
    /// `dl_name`.
    DlName,
    /// `schedule_delivery_time`.
    ScheduleDeliveryTime,
    /// `validity_period`.
    ValidityPeriod,
    /// `final_date`.
    FinalDate,
    /// `short_message`.
    ShortMessage,
}

impl Field {
    /// The standard's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Header => "header",
            Self::Octet => "integer",
            Self::SystemId => "system_id",
            Self::Password => "password",
            Self::SystemType => "system_type",
            Self::ServiceType => "service_type",
            Self::AddressRange => "address_range",
            Self::SourceAddr | Self::DataSourceAddr => "source_addr",
            Self::DestinationAddr | Self::DataDestinationAddr => "destination_addr",
            Self::EsmeAddr => "esme_addr",
            Self::MessageId => "message_id",
            Self::DlName => "dl_name",
            Self::ScheduleDeliveryTime => "schedule_delivery_time",
            Self::ValidityPeriod => "validity_period",
            Self::FinalDate => "final_date",
            Self::ShortMessage => "short_message",
        }
    }

    /// The status that speaks of this field.
    pub const fn status(self) -> CommandStatus {
        match self {
            Self::Header | Self::Octet | Self::FinalDate | Self::AddressRange => {
                CommandStatus::ESME_RINVCMDLEN
            }
            Self::SystemId => CommandStatus::ESME_RINVSYSID,
            Self::Password => CommandStatus::ESME_RINVPASWD,
            Self::SystemType => CommandStatus::ESME_RINVSYSTYP,
            Self::ServiceType => CommandStatus::ESME_RINVSERTYP,
            Self::SourceAddr | Self::DataSourceAddr | Self::EsmeAddr => {
                CommandStatus::ESME_RINVSRCADR
            }
            Self::DestinationAddr | Self::DataDestinationAddr => CommandStatus::ESME_RINVDSTADR,
            Self::MessageId => CommandStatus::ESME_RINVMSGID,
            Self::DlName => CommandStatus::ESME_RINVDLNAME,
            Self::ScheduleDeliveryTime => CommandStatus::ESME_RINVSCHED,
            Self::ValidityPeriod => CommandStatus::ESME_RINVEXPIRY,
            Self::ShortMessage => CommandStatus::ESME_RINVMSGLEN,
        }
    }
}

impl DecodeErrorKind {
    /// What to answer a request with.
    pub const fn status(self) -> CommandStatus {
        match self {
            Self::Truncated(field) | Self::Unterminated(field) | Self::TooLong(field) => {
                field.status()
            }
            Self::ShortMessageLength { .. } => CommandStatus::ESME_RINVMSGLEN,
            Self::TlvHeader | Self::TlvLength(_) => CommandStatus::ESME_RINVOPTPARSTREAM,
            Self::DestFlag(_) => CommandStatus::ESME_RINVDESTFLAG,
            Self::NumberOfDests(_) => CommandStatus::ESME_RINVNUMDESTS,
        }
    }
}

impl fmt::Display for DecodeErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Truncated(field) => write!(f, "the pdu ends before {}", field.name()),
            Self::Unterminated(field) => write!(f, "{} has no closing nul", field.name()),
            Self::TooLong(field) => write!(f, "{} is too long", field.name()),
            Self::ShortMessageLength { sm_length, left } => {
                write!(f, "sm_length is {sm_length} with {left} octets left")
            }
            Self::TlvHeader => f.write_str("the pdu ends within a tlv's tag and length"),
            Self::TlvLength(tag) => write!(f, "the length of tlv {tag} runs past the pdu"),
            Self::DestFlag(flag) => write!(f, "dest_flag is {flag}"),
            Self::NumberOfDests(number) => {
                write!(f, "number_of_dests is {number}, more than the pdu holds")
            }
        }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} at octet {}", self.header.command_id, self.kind, self.offset)
    }
}

impl std::error::Error for DecodeError {}
