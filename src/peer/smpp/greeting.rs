//! What the first octets of a connection say it speaks.
//!
//! A PDU of SMPP begins with its length (SMPP v3.4 §3.2), whose first octet is zero for anything
//! shorter than 16 MiB; TLS begins with the type of a record, which is never zero (RFC 8446 §5.1).

use crate::wire::smpp::frame::{PDU_BYTES_MAX, Split, split};
use crate::wire::smpp::limits::Limits;
use crate::wire::smpp::pdu::Pdu;

/// Octets looked at: a bind has room in them.
pub(super) const GREETING_BYTES: usize = 512;

/// What speaks on a port where SMPP is awaited in clear, by the `command_length` that it is not.
pub(super) const fn other_than_smpp(command_length: u32) -> Option<&'static str> {
    match &command_length.to_be_bytes() {
        [0x16, 3, ..] => Some("TLS (a ClientHello) on a port without it"),
        [0x15, 3, ..] => Some("TLS (an alert) on a port without it"),
        b"GET " | b"POST" | b"HEAD" | b"PUT " | b"OPTI" | b"HTTP" => Some("HTTP"),
        b"SSH-" => Some("SSH"),
        _ => None,
    }
}

/// What speaks SMPP in clear on a port where TLS is awaited, with its name if that has come already;
/// `None` if it does not.
pub(super) fn smpp_in_clear(octets: &[u8]) -> Option<String> {
    if octets.first() != Some(&0) {
        return None;
    }
    let Split::Pdu(frame) = split(octets, PDU_BYTES_MAX) else {
        return Some("SMPP in clear".to_owned());
    };
    Some(match Pdu::decode(frame, &Limits::LENIENT) {
        Ok((header, Pdu::Bind(bind))) => {
            let name = String::from_utf8_lossy(bind.system_id);
            format!("SMPP in clear, {} of {name:?}", header.command_id)
        }
        Ok((header, _)) => format!("SMPP in clear, {}", header.command_id),
        Err(_) => "SMPP in clear".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::smpp::pdu::{Bind, encode};
    use crate::wire::smpp::status::CommandStatus;

    #[test]
    fn a_bind_in_clear_is_told_by_its_name_and_never_by_its_password() {
        let mut octets = Vec::new();
        let bind = Bind { system_id: b"shop", password: b"hunter2", ..Bind::default() };
        encode(&mut octets, CommandStatus::ESME_ROK, 1, &bind);
        let said = smpp_in_clear(&octets).expect("SMPP");
        assert!(said.contains("\"shop\"") && !said.contains("hunter2"), "{said}");
        for end in 1..octets.len() {
            assert!(smpp_in_clear(&octets[..end]).is_some(), "{end} octets");
        }
    }

    #[test]
    fn tls_and_other_protocols_are_not_taken_for_smpp() {
        for first in [&b"\x16\x03\x01\x02\x00"[..], b"GET / HTTP/1.1", b""] {
            assert_eq!(smpp_in_clear(first), None);
        }
        assert!(other_than_smpp(0x1603_0102).is_some_and(|said| said.starts_with("TLS")));
        assert_eq!(other_than_smpp(u32::from_be_bytes(*b"GET ")), Some("HTTP"));
        assert_eq!(other_than_smpp(0x0001_0001), None);
    }
}
