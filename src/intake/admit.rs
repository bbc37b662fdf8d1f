//! The checks a submitted message has to pass.
//!
//! A refusal is a value, in the words of the pipeline; the peer turns it into its protocol's.

use crate::message::address::Address;
use crate::message::record::Message;

/// Why a message is not admitted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Inadmissible {
    /// Not an address that could have sent anything.
    Source,
    /// Not an address that could be reached.
    Destination,
    /// More user data than the standard allows in one submit.
    TooLong,
}

/// SMPP §5.2.8 and §5.2.9: 20 octets and NUL; `data_sm` allows 64 and NUL (§4.7.1).
const ADDRESS_OCTETS_MAX: usize = 64;

/// An alphanumeric sender fits in 11 septets (TS 23.040 §9.1.2.5).
const ALPHANUMERIC_OCTETS_MAX: usize = 11;

const TON_ALPHANUMERIC: u8 = 5;

/// User data of one submit: `message_payload` may be as long as a TLV (SMPP §5.3.2.32).
const BODY_OCTETS_MAX: usize = 65_535;

/// Whether a message may enter.
///
/// # Errors
/// The first check it fails.
pub fn admit(message: &Message<'_>) -> Result<(), Inadmissible> {
    if !can_be_source(&message.source) {
        return Err(Inadmissible::Source);
    }
    if !can_be_destination(&message.destination) {
        return Err(Inadmissible::Destination);
    }
    if message.body.len() > BODY_OCTETS_MAX {
        return Err(Inadmissible::TooLong);
    }
    Ok(())
}

/// An empty source stands for the account's default sender (SMPP §5.2.8).
fn can_be_source(source: &Address<'_>) -> bool {
    let limit =
        if source.ton == TON_ALPHANUMERIC { ALPHANUMERIC_OCTETS_MAX } else { ADDRESS_OCTETS_MAX };
    source.addr.len() <= limit
}

/// A destination is digits, with the signs that numbers carry on some networks.
fn can_be_destination(destination: &Address<'_>) -> bool {
    let digits = destination.addr.strip_prefix(b"+").unwrap_or(destination.addr);
    destination.ton != TON_ALPHANUMERIC
        && !digits.is_empty()
        && digits.len() <= ADDRESS_OCTETS_MAX
        && digits.iter().all(|octet| octet.is_ascii_digit() || b"*#abcABC".contains(octet))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to(addr: &[u8]) -> Result<(), Inadmissible> {
        let destination = Address { ton: 1, npi: 1, addr };
        admit(&Message { destination, ..Message::default() })
    }

    #[test]
    fn numbers_and_short_codes_are_admitted() {
        for addr in [&b"447700900123"[..], b"+447700900123", b"12345", b"*100#"] {
            assert_eq!(to(addr), Ok(()));
        }
    }

    #[test]
    fn a_destination_that_is_no_number_is_refused() {
        for addr in [&b""[..], b"+", b"ACME", b"44 7700", &[b'1'; 65]] {
            assert_eq!(to(addr), Err(Inadmissible::Destination));
        }
    }

    #[test]
    fn an_alphanumeric_sender_has_at_most_eleven_characters() {
        let destination = Address { ton: 1, npi: 1, addr: b"447700900123" };
        let from = |addr| {
            let source = Address { ton: 5, npi: 0, addr };
            admit(&Message { source, destination, ..Message::default() })
        };
        assert_eq!(from(b"ACME Alerts"), Ok(()));
        assert_eq!(from(b"ACME Alerts!"), Err(Inadmissible::Source));
    }
}
