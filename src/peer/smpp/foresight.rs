//! Reads ahead in what a carrier has brought, for the ids in its receipts.
//!
//! The message of a receipt was last touched when it was submitted, long enough ago for the
//! processor's caches to have lost it: finding it is a walk through cold memory. All receipts of one
//! read are here before the first of them is taken in, so their messages are touched together, and
//! the walks overlap instead of following one another. **Invariants**: what is read here is a hint;
//! it decides nothing, and a receipt that it misses costs a little time.

use std::hint::black_box;
use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::exchange::Exchange;
use super::link::{Far, Link, SmscLink};
use crate::base::id::CarrierId;
use crate::carrier::message_id::IdForm;
use crate::ledger::correlation::correlation_key;
use crate::pipeline::effect::LinkId;
use crate::wire::smpp::command::CommandId;
use crate::wire::smpp::frame::{PDU_BYTES_MAX, Split, split};

/// Receipts that are read ahead at a time: what they touch is to be there still when they are taken.
const AHEAD_MAX: usize = 128;

/// Where a deliver_sm's addresses may begin at the earliest: behind the header.
const BODY_AT: usize = 16;

static ID: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"id:"));

impl Exchange {
    /// Touches the messages that the receipts in front of `input` speak of. What is left of it then;
    /// nothing, where it begins with no whole PDU.
    pub(super) fn foresee(&mut self, link: LinkId, input: &[u8]) -> usize {
        let Some(Link { side: Far::Smsc(SmscLink { carrier, profile, .. }), .. }) = self.link(link)
        else {
            return 0;
        };
        let (carrier, form) = (*carrier, profile.message_id);
        let mut keys = [0; AHEAD_MAX];
        let (count, octets) = keys_in(input, carrier, form, &mut keys);
        if let Some(keys @ [_, _, ..]) = keys.get(..count) {
            black_box(self.engine.touch_awaited(carrier, keys));
        }
        if octets == 0 { 0 } else { input.len() - octets }
    }
}

/// The keys of the receipts in front of the input, and how many octets those are.
fn keys_in(input: &[u8], carrier: CarrierId, form: IdForm, keys: &mut [u64]) -> (usize, usize) {
    let (mut count, mut at) = (0, 0);
    while let Split::Pdu(pdu) = split(&input[at..], PDU_BYTES_MAX) {
        if let Some(id) = id_in(pdu) {
            let Some(key) = keys.get_mut(count) else { break };
            *key = correlation_key(carrier, form.first(id, false).as_octets());
            count += 1;
        }
        at += pdu.len();
    }
    (count, at)
}

/// The id in the text of a deliver_sm, if it is a receipt of the usual form.
fn id_in(pdu: &[u8]) -> Option<&[u8]> {
    let command = u32::from_be_bytes(*pdu.get(4..)?.first_chunk::<4>()?);
    if command != CommandId::DELIVER_SM.0 {
        return None;
    }
    let body = pdu.get(BODY_AT..)?;
    let id = body.get(ID.find(body)? + 3..)?;
    let end = memchr::memchr(b' ', id)?;
    id.get(..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pdu(command: u32, body: &[u8]) -> Vec<u8> {
        let length = (16 + body.len()) as u32;
        let header = [length, command, 0, 7].map(u32::to_be_bytes).concat();
        [&header, body].concat()
    }

    fn key(id: &[u8]) -> u64 {
        correlation_key(CarrierId(3), id)
    }

    #[test]
    fn the_keys_of_the_receipts_in_a_read_are_those_they_are_looked_up_by() {
        let input = [
            pdu(0x5, b"\0\x01\x01447700900123\0id:0ABC stat:DELIVRD"),
            pdu(0x8000_0004, b"id:77 \0"),
            pdu(0x5, b"no receipt"),
            pdu(0x5, b"id:12 "),
            pdu(0x5, b"id:cut off")[..20].to_vec(),
        ]
        .concat();
        let mut keys = [0; 4];
        let (count, octets) = keys_in(&input, CarrierId(3), IdForm::Any, &mut keys);
        assert_eq!(keys[..count], [key(b"abc"), key(b"12")]);
        assert_eq!(octets, input.len() - 20);
    }

    #[test]
    fn no_more_are_read_ahead_than_there_is_room_for() {
        let one = pdu(0x5, b"id:12 ");
        let (count, octets) = keys_in(&one.repeat(5), CarrierId(3), IdForm::Any, &mut [0; 3]);
        assert_eq!((count, octets), (3, 3 * one.len()));
    }

    #[test]
    fn nonsense_is_no_receipt() {
        for input in [&b""[..], b"\0\0\0\x10", &[0xFF; 64], &pdu(0x5, b"id:")] {
            assert_eq!(keys_in(input, CarrierId(3), IdForm::Any, &mut [0; 3]).0, 0);
        }
    }
}
