//! Writing a user data header.

use super::concatenation::Concatenation;
use super::language::Shifts;
use super::udh::{Element, UDHL_MAX};
use super::udh_table::iei;

/// A header that grows. The elements stand in the order they are pushed.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct UdhBuf {
    elements: Vec<u8>,
}

/// An element does not fit any more: UDHL is one octet.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the header would have {octets} octets and {UDHL_MAX} can be announced")]
pub struct UdhFull {
    /// Octets that it would have had after UDHL.
    pub octets: usize,
}

impl UdhBuf {
    /// Appends an element.
    pub fn push(&mut self, element: Element<'_>) -> Result<&mut Self, UdhFull> {
        let octets = self.elements.len() + 2 + element.data.len();
        let length = u8::try_from(element.data.len()).ok().filter(|_| octets <= UDHL_MAX);
        let Some(length) = length else { return Err(UdhFull { octets }) };
        self.elements.extend([element.iei, length]);
        self.elements.extend_from_slice(element.data);
        Ok(self)
    }

    /// Appends which part this is.
    pub fn push_concatenation(&mut self, part: Concatenation) -> Result<&mut Self, UdhFull> {
        let mut octets = Vec::with_capacity(6);
        part.write(&mut octets);
        self.append(&octets)
    }

    /// Appends the tables of the text, if they are not the default ones.
    pub fn push_shifts(&mut self, shifts: Shifts) -> Result<&mut Self, UdhFull> {
        let mut octets = Vec::with_capacity(6);
        for (iei, language) in
            [(iei::SINGLE_SHIFT, shifts.single), (iei::LOCKING_SHIFT, shifts.locking)]
        {
            octets.extend(language.into_iter().flat_map(|it| [iei, 1, it.identifier()]));
        }
        self.append(&octets)
    }

    fn append(&mut self, whole: &[u8]) -> Result<&mut Self, UdhFull> {
        let octets = self.elements.len() + whole.len();
        if octets > UDHL_MAX {
            return Err(UdhFull { octets });
        }
        self.elements.extend_from_slice(whole);
        Ok(self)
    }

    /// The header with its length octet; nothing if it has no element.
    pub fn octets(&self) -> Vec<u8> {
        if self.elements.is_empty() {
            return Vec::new();
        }
        let mut octets = Vec::with_capacity(1 + self.elements.len());
        octets.push(self.elements.len() as u8);
        octets.extend_from_slice(&self.elements);
        octets
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gsm::concatenation::Reference;
    use crate::gsm::udh::Udh;

    #[test]
    fn what_is_written_reads_back() {
        let part = Reference::Wide(513).part(3, 2);
        let shifts = Shifts::from_identifiers(1, 13);
        let mut header = UdhBuf::default();
        header.push(Element { iei: 0x05, data: &[0x0b, 0x84, 0x23, 0xf0] }).expect("room");
        header.push_concatenation(part).expect("room").push_shifts(shifts).expect("room");
        let octets = header.octets();
        let (udh, rest) = Udh::read(&octets).expect("it is whole");
        assert!(rest.is_empty());
        assert_eq!((udh.concatenation(), udh.shifts()), (Some(part), shifts));
        assert_eq!(udh.ports().map(|ports| ports.destination), Some(2948));
    }

    #[test]
    fn a_header_has_an_end() {
        let mut header = UdhBuf::default();
        assert!(header.octets().is_empty(), "no elements, no header");
        assert!(header.push(Element { iei: 0xc0, data: &[0; 250] }).is_ok());
        let full = header.push_concatenation(Reference::Narrow(1).part(1, 1));
        assert_eq!(full.err(), Some(UdhFull { octets: 257 }));
        let full = header.push(Element { iei: 0xc0, data: &[0; 300] });
        assert_eq!(full.err(), Some(UdhFull { octets: 554 }));
        assert_eq!(header.octets().len(), 253);
    }
}
