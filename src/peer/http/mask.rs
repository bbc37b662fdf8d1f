//! Numbers as the API shows them: masked, unless the key may see them.
//!
//! Names of senders and short codes are nobody's number and are shown.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::message::address::Address;

/// An address for one caller.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Shown(String);

/// Digits that stay readable at both ends of a masked number.
const HEAD: usize = 3;
const TAIL: usize = 2;

impl Shown {
    /// In full.
    pub(super) fn full(addr: &[u8]) -> Self {
        Self(String::from_utf8_lossy(addr).into_owned())
    }

    /// As a caller may see it.
    pub(super) fn of(address: &Address<'_>, in_full: bool) -> Self {
        let text = String::from_utf8_lossy(address.addr);
        // SMPP §5.2.5: an international number is written with its `+`.
        let plus = if address.ton == 1 && !text.starts_with('+') { "+" } else { "" };
        let number = text.trim_start_matches('+');
        let personal = number.len() > 6 && number.bytes().all(|octet| octet.is_ascii_digit());
        if in_full || !personal {
            return Self(format!("{plus}{text}"));
        }
        let hidden = number.len() - HEAD - TAIL;
        let plus = if plus.is_empty() && !text.starts_with('+') { "" } else { "+" };
        Self(format!(
            "{plus}{}{}{}",
            &number[..HEAD],
            "•".repeat(hidden),
            &number[number.len() - TAIL..]
        ))
    }
}

impl Shown {
    /// As a caller may see it, with a `+` only where it was written.
    pub(super) fn written(address: &Address<'_>, in_full: bool) -> Self {
        Self::of(&Address { ton: 0, ..*address }, in_full)
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Shown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(addr: &str, in_full: bool) -> String {
        Shown::of(&Address::infer(addr.as_bytes()), in_full).0
    }

    #[test]
    fn only_numbers_of_people_are_masked() {
        assert_eq!(shown("+447700900123", false), "+447•••••••23");
        assert_eq!(shown("+447700900123", true), "+447700900123");
        assert_eq!(shown("60777", false), "60777");
        assert_eq!(shown("ACME", false), "ACME");
        let national = Address { ton: 2, npi: 1, addr: b"07700900123" };
        assert_eq!(Shown::of(&national, false).0, "077••••••23");
        for (addr, masked) in [("447700900123", "447•••••••23"), ("+447700900123", "+447•••••••23")]
        {
            let address = Address { ton: 1, npi: 1, addr: addr.as_bytes() };
            assert_eq!(Shown::written(&address, false).0, masked);
            assert_eq!(Shown::written(&address, true).0, addr);
        }
    }
}
