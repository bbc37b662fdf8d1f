//! Any stream is cut into PDUs, waited for, or refused; octets are never lost or made up.

use postrider::wire::smpp::frame::{Split, split};
use postrider::wire::smpp::header::{HEADER_OCTETS, Header};

/// The first octet chooses the maximum, the rest is the stream.
pub fn run(data: &[u8]) {
    let Some((&choice, stream)) = data.split_first() else { return };
    let max = HEADER_OCTETS + usize::from(choice) * 16;
    let mut rest = stream;
    loop {
        match split(rest, max) {
            Split::Incomplete => {
                assert!(rest.len() < max, "a whole pdu was waited for");
                return;
            }
            Split::Bad(bad) => {
                let length = bad.command_length as usize;
                assert!(length < HEADER_OCTETS || length > max);
                assert_eq!(bad.header, Header::read(rest));
                return;
            }
            Split::Pdu(frame) => {
                let header = Header::read(frame).expect("a pdu has a header");
                assert_eq!(header.command_length as usize, frame.len());
                assert_eq!(header.octets()[..], frame[..HEADER_OCTETS]);
                rest = &rest[frame.len()..];
            }
        }
    }
}
