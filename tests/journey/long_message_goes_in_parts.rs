//! A text too long for one part: one message to its application, several to the network.

use std::collections::HashSet;

use postrider::wire::smpp::pdu::{Pdu, SubmitSm};
use postrider::wire::smpp::tlv::TlvBuf;
use postrider::wire::smpp::tlv_table::Tag;

use crate::driver::carrier::{Carrier, take_submit};
use crate::driver::esme::{Esme, message, own};
use crate::driver::http;
use crate::driver::peer::{Frame, Peer};
use crate::driver::site::Site;
use crate::driver::smsc::Smsc;

const LONG: &[u8] = &[b'x'; 400];

/// Submits a text as a `message_payload`; gives the id it was accepted under.
fn submit_payload(esme: &mut Peer, text: &[u8]) -> String {
    let mut tlvs = TlvBuf::default();
    tlvs.push(Tag::MESSAGE_PAYLOAD, text);
    let sm =
        postrider::wire::smpp::pdu::Sm { tlvs: tlvs.as_tlvs(), ..message("447700900123", b"") };
    let sequence = esme.request(&SubmitSm(sm));
    let response = esme.response(sequence);
    let Pdu::SubmitSmResp(resp) = response.pdu() else { panic!("{response:?}") };
    own(resp.message_id.expect("an id"))
}

/// The header and the text of a part that a carrier was given.
fn part(submit: &Frame) -> (Vec<u8>, Vec<u8>) {
    let Pdu::SubmitSm(SubmitSm(sm)) = submit.pdu() else { panic!("{submit:?}") };
    assert_eq!((sm.esm_class & 0x40, sm.registered_delivery & 1), (0x40, 1), "{sm:?}");
    let (header, text) = sm.short_message.split_at(6);
    (header.to_vec(), text.to_vec())
}

#[test]
fn the_carrier_gets_parts_that_share_a_reference_and_join_to_the_text() {
    let carrier = Carrier::listen();
    let site = Site::with_sink(carrier.address(), "");
    let _gateway = site.start();
    let mut smsc = carrier.bound();
    let mut esme = Esme::bind(site.smpp()).into_peer();
    let _id = submit_payload(&mut esme, LONG);
    let parts: Vec<_> =
        ["1a", "1b", "1c"].iter().map(|id| part(&take_submit(&mut smsc, id))).collect();
    let reference = parts[0].0[3];
    for (number, (header, _)) in (1..).zip(&parts) {
        assert_eq!(header[..], [5, 0, 3, reference, 3, number]);
    }
    let text: Vec<u8> = parts.into_iter().flat_map(|(_, text)| text).collect();
    assert_eq!(text, LONG);
}

#[test]
fn its_application_has_one_receipt_and_support_sees_every_part() {
    let smsc = Smsc::start();
    let site = Site::with_sink(smsc.address(), "");
    let _gateway = site.start();
    let mut esme = Esme::bind(site.smpp());
    let mut peer = Esme::bind(site.smpp()).into_peer();
    let id = submit_payload(&mut peer, LONG);
    drop(peer);
    let told = esme.receipt();
    assert_eq!((told.id, told.state), (id.clone(), 2));
    esme.assert_quiet();
    let found = http::message_that_is(site.http(), &id, "delivered");
    assert_eq!(found["parts"], 3);
    let parts = found["part_states"].as_array().expect("a list");
    let ids: HashSet<&str> =
        parts.iter().filter_map(|part| part["carrier"]["message_id"].as_str()).collect();
    assert_eq!(ids.len(), 3, "each part has an id of its own: {found}");
    let (_, list) = http::get_json(site.http(), "/v1/messages?to=447700900123");
    let rows = list["data"].as_array().expect("a list");
    assert_eq!(rows.len(), 1, "one message, not three: {list}");
}
