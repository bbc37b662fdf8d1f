//! The information elements of 3GPP TS 23.040 §9.2.3.24, with their names and lengths.

/// Identifiers that are read or written here.
pub mod iei {
    /// Concatenated short messages, 8-bit reference number.
    pub const CONCATENATION_8: u8 = 0x00;
    /// Special SMS message indication.
    pub const SPECIAL_INDICATION: u8 = 0x01;
    /// Application port addressing scheme, 8-bit address.
    pub const PORTS_8: u8 = 0x04;
    /// Application port addressing scheme, 16-bit address.
    pub const PORTS_16: u8 = 0x05;
    /// Concatenated short message, 16-bit reference number.
    pub const CONCATENATION_16: u8 = 0x08;
    /// National language single shift.
    pub const SINGLE_SHIFT: u8 = 0x24;
    /// National language locking shift.
    pub const LOCKING_SHIFT: u8 = 0x25;
}

/// Identifiers from and to, the one length of the data if it has one, and the name.
type Row = (u8, u8, Option<u8>, &'static str);

#[rustfmt::skip]
const ROWS: &[Row] = &[
    (0x00, 0x00, Some(3), "concatenated short messages, 8-bit reference"),
    (0x01, 0x01, Some(2), "special SMS message indication"),
    (0x02, 0x02, None, "reserved"),
    (0x03, 0x03, None, "not used"),
    (0x04, 0x04, Some(2), "application port addressing, 8-bit"),
    (0x05, 0x05, Some(4), "application port addressing, 16-bit"),
    (0x06, 0x06, Some(1), "SMSC control parameters"),
    (0x07, 0x07, Some(1), "UDH source indicator"),
    (0x08, 0x08, Some(4), "concatenated short messages, 16-bit reference"),
    (0x09, 0x09, None, "wireless control message protocol"),
    (0x0a, 0x0a, None, "text formatting"),
    (0x0b, 0x0b, Some(2), "predefined sound"),
    (0x0c, 0x0c, None, "user defined sound"),
    (0x0d, 0x0d, Some(2), "predefined animation"),
    (0x0e, 0x0e, Some(129), "large animation"),
    (0x0f, 0x0f, Some(33), "small animation"),
    (0x10, 0x10, Some(129), "large picture"),
    (0x11, 0x11, Some(33), "small picture"),
    (0x12, 0x12, None, "variable picture"),
    (0x13, 0x13, Some(1), "user prompt indicator"),
    (0x14, 0x14, None, "extended object"),
    (0x15, 0x15, None, "reused extended object"),
    (0x16, 0x16, None, "compression control"),
    (0x17, 0x17, Some(2), "object distribution indicator"),
    (0x18, 0x18, None, "standard WVG object"),
    (0x19, 0x19, None, "character size WVG object"),
    (0x1a, 0x1a, None, "extended object data request command"),
    (0x20, 0x20, Some(1), "RFC 822 e-mail header"),
    (0x21, 0x21, None, "hyperlink format element"),
    (0x22, 0x22, None, "reply address element"),
    (0x23, 0x23, None, "enhanced voice mail information"),
    (0x24, 0x24, Some(1), "national language single shift"),
    (0x25, 0x25, Some(1), "national language locking shift"),
    (0x70, 0x7f, None, "(U)SIM toolkit security header"),
    (0x80, 0x9f, None, "SME to SME specific use"),
    (0xc0, 0xdf, None, "SC specific use"),
];

fn row(iei: u8) -> Option<&'static Row> {
    ROWS.iter().find(|(from, to, ..)| (*from..=*to).contains(&iei))
}

/// The name of an element; `None` for an identifier that the standard reserves.
pub fn name(iei: u8) -> Option<&'static str> {
    row(iei).map(|(.., name)| *name)
}

/// The octets of an element's data, if the standard has one length for it.
pub fn fixed_octets(iei: u8) -> Option<u8> {
    row(iei).and_then(|(_, _, octets, _)| *octets)
}
