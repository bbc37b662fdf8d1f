//! The addresses of a receipt against those of a message: ids repeat, so the handset has to agree.

use super::owed::Party;

/// The two addresses a receipt carries.
#[derive(Clone, Copy, Debug)]
pub struct Ends<'a> {
    /// `source_addr`: the handset, as a rule.
    pub source: &'a [u8],
    /// `destination_addr`: the sender of the message, as a rule.
    pub destination: &'a [u8],
}

impl Ends<'_> {
    /// Whether a message between these two may be the one that is reported on. Some carriers leave the
    /// addresses as they were submitted instead of turning them round, and some leave them out.
    pub fn may_be_of(&self, source: &Party, destination: &Party) -> bool {
        self.source.is_empty()
            || destination.may_be(self.source)
            || (destination.may_be(self.destination) && source.may_be(self.source))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::address::Address;

    fn may_be(source: &[u8], destination: &[u8]) -> bool {
        let party = |addr| Party::of(&Address { ton: 1, npi: 1, addr });
        let ends = Ends { source, destination };
        ends.may_be_of(&party(b"ACME"), &party(b"447700900123"))
    }

    #[test]
    fn a_receipt_comes_from_the_handset_or_with_the_addresses_as_submitted() {
        assert!(may_be(b"447700900123", b"ACME"));
        assert!(may_be(b"07700900123", b""));
        assert!(may_be(b"ACME", b"447700900123"), "not turned round");
        assert!(may_be(b"", b""), "left out");
    }

    #[test]
    fn a_receipt_of_another_handset_is_of_another_message() {
        assert!(!may_be(b"447700900999", b"ACME"));
        assert!(!may_be(b"ACME", b"447700900999"));
        assert!(!may_be(b"OTHER", b"447700900123"));
    }
}
