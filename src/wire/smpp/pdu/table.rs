//! The notation for a body that is nothing but its fields in order.
//!
//! Its place: most files of this folder write `body! { … }` and list the fields as the standard's
//! tables do; this turns the list into a struct, a reader and a writer. A field is `u8` (an octet)
//! or the name of a string ([`Field`](crate::wire::smpp::decode_error::Field)); every such body
//! ends with optional parameters. **Not here**: bodies with counts and lists, which are written out.

/// The type of a field.
macro_rules! field_type {
    (u8) => { u8 };
    ($string:ident) => { &'a [u8] };
}

/// Reads one field.
macro_rules! read_field {
    ($reader:ident, u8) => {
        $reader.u8()?
    };
    ($reader:ident, $string:ident) => {
        $reader.c_string(crate::wire::smpp::decode_error::Field::$string)?
    };
}

/// Writes one field.
macro_rules! write_field {
    ($out:ident, u8, $value:expr) => {
        $out.push($value)
    };
    ($out:ident, $string:ident, $value:expr) => {
        crate::wire::smpp::write::c_string($out, $value)
    };
}

/// The room one field takes, at most.
macro_rules! size_field {
    (u8, $value:expr) => {
        1
    };
    ($string:ident, $value:expr) => {
        $value.len() + 1
    };
}

/// A body of octets and strings in order, then optional parameters.
macro_rules! body {
    (
        $(#[$doc:meta])*
        $name:ident = $command:ident {
            $($(#[$field_doc:meta])* $field:ident: $kind:ident,)*
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
        pub struct $name<'a> {
            $($(#[$field_doc])* pub $field: field_type!($kind),)*
            /// Optional parameters.
            pub tlvs: crate::wire::smpp::tlv::Tlvs<'a>,
        }

        impl<'a> $name<'a> {
            pub(crate) fn read(
                reader: &mut crate::wire::smpp::read::Reader<'a, '_>,
            ) -> crate::wire::smpp::read::Read<Self> {
                Ok(Self {
                    $($field: read_field!(reader, $kind),)*
                    tlvs: reader.tlvs()?,
                })
            }
        }

        impl crate::wire::smpp::pdu::Body for $name<'_> {
            fn command(&self) -> crate::wire::smpp::command::CommandId {
                crate::wire::smpp::command::CommandId::$command
            }

            fn octets_max(&self) -> usize {
                $(size_field!($kind, self.$field) +)* self.tlvs.as_octets().len()
            }

            fn write(&self, out: &mut Vec<u8>) {
                $(write_field!(out, $kind, self.$field);)*
                out.extend_from_slice(self.tlvs.as_octets());
            }
        }
    };
}

/// A response that names a message, then optional parameters; or nothing at all.
macro_rules! id_resp {
    ($(#[$doc:meta])* $name:ident = $command:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
        pub struct $name<'a> {
            /// The message's name at the SMSC; `None` if the response has no body.
            pub message_id: Option<&'a [u8]>,
            /// Optional parameters.
            pub tlvs: crate::wire::smpp::tlv::Tlvs<'a>,
        }

        impl<'a> $name<'a> {
            #[inline]
            pub(crate) fn read(
                reader: &mut crate::wire::smpp::read::Reader<'a, '_>,
            ) -> crate::wire::smpp::read::Read<Self> {
                if reader.rest().is_empty() {
                    return Ok(Self::default());
                }
                let message_id =
                    reader.c_string(crate::wire::smpp::decode_error::Field::MessageId)?;
                Ok(Self { message_id: Some(message_id), tlvs: reader.tlvs()? })
            }
        }

        impl crate::wire::smpp::pdu::Body for $name<'_> {
            fn command(&self) -> crate::wire::smpp::command::CommandId {
                crate::wire::smpp::command::CommandId::$command
            }

            fn octets_max(&self) -> usize {
                self.message_id.map_or(0, |id| id.len() + 1 + self.tlvs.as_octets().len())
            }

            fn write(&self, out: &mut Vec<u8>) {
                if let Some(message_id) = self.message_id {
                    crate::wire::smpp::write::c_string(out, message_id);
                    out.extend_from_slice(self.tlvs.as_octets());
                }
            }
        }
    };
}

pub(crate) use {body, field_type, id_resp, read_field, size_field, write_field};
