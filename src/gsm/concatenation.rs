//! Which part of which message: in a user data header (3GPP TS 23.040 §9.2.3.24.1 and .8) or in SMPP's
//! SAR parameters (SMPP §5.3.2.22 to .24). A part carries one of the two, never both.

use super::udh::Element;
use super::udh_table::iei;

/// Parts that one message may have.
pub const PARTS_MAX: usize = 255;

/// The number that all parts of a message share, in the width it is sent.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Reference {
    /// 8 bits: one octet more for the text, and a sender meets itself after 256 messages.
    Narrow(u8),
    /// 16 bits.
    Wide(u16),
}

impl Reference {
    /// Octets of the header with only this concatenation, its length octet included.
    pub const fn header_octets(self) -> usize {
        match self {
            Self::Narrow(_) => 6,
            Self::Wide(_) => 7,
        }
    }

    /// Part `sequence` of `total` under this reference, numbers as they come.
    pub const fn part(self, total: u8, sequence: u8) -> Concatenation {
        let (reference, wide) = match self {
            Self::Narrow(reference) => (reference as u16, false),
            Self::Wide(reference) => (reference, true),
        };
        Concatenation { reference, wide, total, sequence }
    }
}

/// One part's place in its message.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Concatenation {
    /// What all parts share; 0 is as good as any.
    pub reference: u16,
    /// Whether it was, or has to be, sent in 16 bits. Another space of numbers than 8 bits.
    pub wide: bool,
    /// Parts of the message, 1 to 255.
    pub total: u8,
    /// This part, 1 to `total`.
    pub sequence: u8,
}

impl Concatenation {
    /// Reads an element; `None` if it is another, too short, or its numbers are impossible: a total or
    /// sequence of 0 or a sequence above the total are to be ignored (§9.2.3.24.1).
    pub fn from_element(element: Element<'_>) -> Option<Self> {
        let part = match (element.iei, element.data) {
            (iei::CONCATENATION_8, &[reference, total, sequence, ..]) => {
                Reference::Narrow(reference).part(total, sequence)
            }
            (iei::CONCATENATION_16, &[high, low, total, sequence, ..]) => {
                Reference::Wide(u16::from_be_bytes([high, low])).part(total, sequence)
            }
            _ => return None,
        };
        part.possible()
    }

    /// Reads the values of `sar_msg_ref_num` (0x020C), `sar_total_segments` (0x020E) and
    /// `sar_segment_seqnum` (0x020F). Integers of another size than the standard's are understood.
    ///
    /// A reference above 255 is wide; one below is narrow, so that a part that was cut beside a narrow
    /// header still has room for one.
    pub fn from_sar(reference: &[u8], total: &[u8], sequence: &[u8]) -> Option<Self> {
        let reference = number(reference)?;
        let (total, sequence) = (number(total)?, number(sequence)?);
        let (total, sequence) = (u8::try_from(total).ok()?, u8::try_from(sequence).ok()?);
        Self { reference, wide: reference > 0xff, total, sequence }.possible()
    }

    /// The values of the three SAR parameters, in the order of [`Self::from_sar`].
    pub const fn sar(self) -> ([u8; 2], [u8; 1], [u8; 1]) {
        (self.reference.to_be_bytes(), [self.total], [self.sequence])
    }

    /// Appends the element. A reference that needs 16 bits gets them whatever `wide` says.
    pub fn write(self, header: &mut Vec<u8>) {
        let [high, low] = self.reference.to_be_bytes();
        if self.wide || high != 0 {
            header.extend([iei::CONCATENATION_16, 4, high, low, self.total, self.sequence]);
        } else {
            header.extend([iei::CONCATENATION_8, 3, low, self.total, self.sequence]);
        }
    }

    fn possible(self) -> Option<Self> {
        (1..=self.total).contains(&self.sequence).then_some(self)
    }
}

fn number(octets: &[u8]) -> Option<u16> {
    let fold = |number: u16, octet: &u8| Some(number.checked_mul(256)? | u16::from(*octet));
    if octets.is_empty() { None } else { octets.iter().try_fold(0, fold) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(iei: u8, data: &[u8]) -> Option<Concatenation> {
        Concatenation::from_element(Element { iei, data })
    }

    #[test]
    fn both_widths_are_written_as_they_are_read() {
        for part in [Reference::Narrow(0).part(2, 1), Reference::Wide(7).part(255, 255)] {
            let mut header = Vec::new();
            part.write(&mut header);
            assert_eq!(usize::from(header[1]), header.len() - 2);
            assert_eq!(read(header[0], &header[2..]), Some(part));
        }
    }

    #[test]
    fn impossible_numbers_are_no_concatenation() {
        for data in [[1, 0, 0], [1, 0, 1], [1, 2, 0], [1, 2, 3]] {
            assert_eq!(read(0, &data), None, "{data:?}");
        }
        assert_eq!(read(0, &[1, 2]), None, "too short");
        assert_eq!(read(8, &[1, 2, 1]), None, "too short");
        assert_eq!(read(5, &[1, 2, 2, 1]), None, "another element");
    }

    #[test]
    fn sar_parameters_are_understood_in_any_size_and_given_in_the_standards() {
        let part = Concatenation::from_sar(&[0x01, 0x02], &[3], &[2]).expect("a part");
        assert_eq!(part, Reference::Wide(0x0102).part(3, 2));
        assert_eq!(part.sar(), ([0x01, 0x02], [3], [2]));
        let short = Concatenation::from_sar(&[9], &[0, 3], &[2]);
        assert_eq!(short, Some(Reference::Narrow(9).part(3, 2)));
        for (reference, total, sequence) in
            [(&[][..], &[2][..], &[1][..]), (&[1, 0, 0], &[2], &[1]), (&[1], &[1, 0], &[1])]
        {
            assert_eq!(Concatenation::from_sar(reference, total, sequence), None);
        }
        assert_eq!(Concatenation::from_sar(&[1], &[2], &[3]), None, "impossible");
    }
}
