//! Any octets are a header or none, and a header is written as it was read.

use postrider::gsm::concatenation::Concatenation;
use postrider::gsm::indication::SpecialIndication;
use postrider::gsm::udh_write::UdhBuf;
use postrider::gsm::{Udh, UdhError};

/// All octets are user data with a header.
pub fn run(data: &[u8]) {
    let (udh, rest) = match Udh::read(data) {
        Ok(read) => read,
        Err(UdhError::Missing) => return assert!(data.is_empty()),
        Err(UdhError::BeyondData { udhl, available }) => {
            return assert!(usize::from(udhl) > available && available + 1 == data.len());
        }
        Err(UdhError::BeyondHeader { offset, .. }) => {
            return assert!(offset <= usize::from(data[0]) && offset < data.len());
        }
    };
    let header = &data[..udh.octets_len()];
    assert_eq!(header.len() + rest.len(), data.len());
    let mut written = UdhBuf::default();
    for element in udh.elements() {
        written.push(element).expect("it was in a header");
    }
    assert!(written.octets() == header || header == [0]);
    if let Some(part) = udh.concatenation() {
        assert!((1..=part.total).contains(&part.sequence));
        let (reference, total, sequence) = part.sar();
        let again = Concatenation::from_sar(&reference, &total, &sequence).expect("it is one");
        assert_eq!(again.reference, part.reference);
        let mut alone = UdhBuf::default();
        alone.push_concatenation(part).expect("it is short");
        let octets = alone.octets();
        let (alone, _) = Udh::read(&octets).expect("it was written");
        assert_eq!(alone.concatenation(), Some(part));
    }
    assert!(SpecialIndication::all(udh).count() <= udh.elements().count());
    let _ports_and_tables = (udh.ports(), udh.shifts());
}
