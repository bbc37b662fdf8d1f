//! Taking out of a record what is personal, with its address, its length and its place in a history unchanged.
//!
//! What goes: numbers and senders, texts and their headers, references, tags, parameters, what a receipt said in
//! words, where a callback leads. What stays: whose it is, which way it went, its times, its carrier and the
//! carrier's id, and what became of it. A blanked record is encoded without those fields and filled up with
//! zeros, which decoders do not look at.
//! **Invariant**: blanking what is blank changes nothing; a message that is blank folds to the same state.

use super::address::Address;
use super::callback::CallbackRef;
use super::event::{Event, NewAddress, What};
use super::record::Message;

/// In `esm_class` (SMPP §5.2.12): the text begins with a header.
const UDHI: u8 = 0x40;

/// Octets of an event before the message that replaces another: kind, ordinal, whose wish.
const REPLACED_HEAD: usize = 10;

/// The octets that a record begins with and that name its layout; the rest is encoded anew.
const FIRST_VERSION: u8 = 1;

/// Blanks what `Message::decode` takes; says whether that changed it.
pub fn blank_message(octets: &mut [u8]) -> bool {
    let Some(message) = Message::decode(octets) else { return false };
    let empty = Message {
        source: Address::default(),
        destination: Address::default(),
        esm_class: message.esm_class & !UDHI,
        service_type: b"",
        client_ref: b"",
        body: b"",
        tlvs: b"",
        ..message
    };
    let mut blank = Vec::with_capacity(octets.len());
    empty.encode(&mut blank);
    if octets.first() == Some(&FIRST_VERSION) {
        // It has no place for the number of a part.
        blank[0] = FIRST_VERSION;
        blank.remove(13);
    }
    put(octets, blank)
}

/// Blanks what `Event::decode` takes; says whether that changed it.
pub fn blank_event(octets: &mut [u8]) -> bool {
    let Some(event) = Event::decode(octets) else { return false };
    let nobody = Address::default();
    let what = match event.what {
        What::Receipt { carrier, mut report } => {
            report.raw = b"";
            What::Receipt { carrier, report }
        }
        What::Orphan { carrier, mut report, .. } => {
            report.raw = b"";
            What::Orphan { carrier, report, source: nobody, destination: nobody }
        }
        What::Notice { command_status, count, .. } => {
            What::Notice { peer: b"", command_status, count, text: b"" }
        }
        What::Readdressed { carrier, source, destination } => {
            let empty = |_| NewAddress { address: nobody, change: b"" };
            let (source, destination) = (source.map(empty), destination.map(empty));
            What::Readdressed { carrier, source, destination }
        }
        What::Keyed { key, number, told, .. } => {
            What::Keyed { key, fingerprint: b"", number, told }
        }
        What::Consent { change, by, sender, .. } => {
            What::Consent { change, by, sender, number: nobody, note: b"" }
        }
        What::Callback(callback) => {
            What::Callback(CallbackRef { url: "", context: "", ..callback })
        }
        What::Replaced { .. } => {
            return octets.get_mut(REPLACED_HEAD..).is_some_and(blank_message);
        }
        _ => return false,
    };
    let mut blank = Vec::with_capacity(octets.len());
    Event { ord: event.ord, what }.encode(&mut blank);
    put(octets, blank)
}

/// Whether an event has anything that blanking takes out.
pub fn is_personal(what: &What<'_>) -> bool {
    match what {
        What::Receipt { report, .. } => !report.raw.is_empty(),
        What::Readdressed { .. }
        | What::Callback(_)
        | What::Consent { .. }
        | What::Replaced { .. } => true,
        _ => false,
    }
}

/// Whether a message was blanked: none goes to nobody or comes from nobody otherwise.
pub fn is_blank(message: &Message<'_>) -> bool {
    message.source.addr.is_empty() && message.destination.addr.is_empty() && message.body.is_empty()
}

/// Puts a shorter record in the place of one.
fn put(octets: &mut [u8], mut blank: Vec<u8>) -> bool {
    if blank.len() > octets.len() {
        // Not as it is written here: nothing of it stays.
        blank.truncate(octets.len());
    }
    blank.resize(octets.len(), 0);
    let changed = blank != octets;
    octets.copy_from_slice(&blank);
    changed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::clock::Timestamp;
    use crate::base::id::{AccountId, CarrierId, MessageOrd};
    use crate::message::callback::{CallbackFormat, CallbackMethod, CallbackWants};
    use crate::message::event::{By, Report};
    use crate::message::ruling::Ruling;
    use crate::message::state::State;

    const NUMBER: &[u8] = b"447700900123";

    fn message() -> Message<'static> {
        let address = Address { ton: 1, npi: 1, addr: NUMBER };
        Message {
            account: AccountId(3),
            carrier: CarrierId(9),
            source: address,
            destination: address,
            esm_class: 0x43,
            registered_delivery: 1,
            parts: 2,
            part: 1,
            service_type: b"tag",
            validity_period: b"000000010000000R",
            client_ref: b"447700900123-1",
            body: b"\x05\x00\x03\x01\x02\x01xylophone",
            tlvs: &[0x02, 0x04, 0, 2, 0, 7],
            ..Message::default()
        }
    }

    fn has(octets: &[u8], needle: &[u8]) -> bool {
        octets.windows(needle.len()).any(|window| window == needle)
    }

    #[test]
    fn a_blank_message_keeps_its_length_its_fate_and_its_times_and_nothing_of_its_contents() {
        for version in [2, 1] {
            let mut octets = Vec::new();
            message().encode(&mut octets);
            if version == 1 {
                octets[0] = 1;
                octets.remove(13);
            }
            let (length, before) =
                (octets.len(), State::accepted(&Message::decode(&octets).unwrap()));
            assert!(blank_message(&mut octets));
            assert_eq!(octets.len(), length);
            for needle in [NUMBER, b"xylophone", b"tag", b"0900123-1"] {
                assert!(!has(&octets, needle), "{needle:?} of version {version}");
            }
            let blank = Message::decode(&octets).expect("still a message");
            assert!(is_blank(&blank) && !is_blank(&message()));
            assert_eq!(State::accepted(&blank), before);
            assert_eq!((blank.account, blank.carrier), (AccountId(3), CarrierId(9)));
            assert_eq!(blank.validity_period, b"000000010000000R");
            assert!(!blank_message(&mut octets), "blank already");
        }
    }

    #[test]
    fn blank_events_are_still_events_of_their_kind_without_anything_personal() {
        let address = Address { ton: 1, npi: 1, addr: NUMBER };
        let mut inner = Vec::new();
        message().encode(&mut inner);
        let report = Report {
            carrier_message_id: b"13006AC1",
            err: b"000",
            raw: b"id:1 to:447700900123 text:xylophone",
            ruling: Ruling::default(),
            message_state: 2,
            ..Report::default()
        };
        let new = Some(NewAddress { address, change: b"447700900123 completed" });
        let carrier = CarrierId(4);
        let events = [
            What::Receipt { carrier, report },
            What::Orphan { carrier, report, source: address, destination: address },
            What::Notice {
                peer: NUMBER,
                command_status: 1,
                count: 2,
                text: b"447700900123 xylophone",
            },
            What::Readdressed { carrier, source: new, destination: new },
            What::Keyed { key: b"k", fingerprint: b"xylophone", number: 1, told: Timestamp(9) },
            What::Callback(CallbackRef {
                format: CallbackFormat::Kannel,
                method: CallbackMethod::Get,
                wants: CallbackWants::ALL,
                url: "https://shop.example/?to=447700900123",
                context: "xylophone",
            }),
            What::Replaced { by: By::Application, message: &inner },
        ];
        for what in events {
            let mut octets = Vec::new();
            Event { ord: MessageOrd(7), what }.encode(&mut octets);
            let length = octets.len();
            assert!(blank_event(&mut octets), "{}", what.name());
            assert!(!has(&octets, NUMBER) && !has(&octets, b"xylophone"), "{}", what.name());
            let event = Event::decode(&octets).expect("still an event");
            assert_eq!((event.ord, event.what.name()), (MessageOrd(7), what.name()));
            assert_eq!(octets.len(), length);
            assert!(!blank_event(&mut octets), "{} is blank already", what.name());
        }
        let mut sent = Vec::new();
        let what = What::Sent { carrier, carrier_message_id: b"13006AC1" };
        Event { ord: MessageOrd(7), what }.encode(&mut sent);
        assert!(!blank_event(&mut sent), "nothing personal");
    }
}
