//! submit_multi (SMPP v3.4 §4.5): every destination is a message of its own, with its own receipt.

use postrider::wire::smpp::command::CommandId;
use postrider::wire::smpp::pdu::{DeliverSm, DestAddress, DestAddresses, Pdu, Sm, SubmitMulti};

use crate::driver::carrier::{Carrier, take_submit};
use crate::driver::esme::{Esme, own, told};
use crate::driver::http;
use crate::driver::peer::Frame;
use crate::driver::site::Site;
use crate::driver::smsc::Smsc;

const ESME_RINVDSTADR: u32 = 0x0B;
const ESME_RINVNUMDESTS: u32 = 0x33;
const ESME_RINVDLNAME: u32 = 0x34;

fn to(number: &str) -> DestAddress<'_> {
    DestAddress::Sme { dest_addr_ton: 1, dest_addr_npi: 1, destination_addr: number.as_bytes() }
}

fn submit(esme: &mut Esme, destinations: &[DestAddress<'_>]) -> Frame {
    let mut room = Vec::new();
    let sequence = esme.request(&SubmitMulti {
        source_addr_ton: 5,
        source_addr: b"ACME",
        dest_address: DestAddresses::write_to(&mut room, destinations).unwrap(),
        registered_delivery: 1,
        short_message: b"to all",
        ..SubmitMulti::default()
    });
    esme.response(sequence)
}

/// The id, and the destinations refused with their statuses.
fn outcome(response: &Frame) -> (String, Vec<(String, u32)>) {
    let Pdu::SubmitMultiResp(resp) = response.pdu() else { panic!("{response:?}") };
    let failed = resp.unsuccess_sme.iter();
    let failed = failed.map(|sme| (own(sme.destination_addr), sme.error_status_code.0));
    (own(resp.message_id.unwrap()), failed.collect())
}

#[test]
fn each_destination_has_its_message_and_its_receipt_under_its_own_number() {
    let carrier = Carrier::listen();
    let site = Site::with_sink(carrier.address(), "");
    let _gateway = site.start();
    let mut smsc = carrier.bound();
    let mut esme = Esme::bind(site.smpp());
    let numbers = ["447700900123", "447700900124", "447700900125"];
    let response = submit(&mut esme, &numbers.map(to));
    assert_eq!((response.command(), response.status()), (CommandId::SUBMIT_MULTI_RESP, 0));
    let (id, failed) = outcome(&response);
    assert_eq!(failed, []);
    let first = http::message_that_is(site.http(), &id, "in_progress");
    assert_eq!(first["to"], format!("+{}", numbers[0]));

    let mut seen = Vec::new();
    for index in 0..numbers.len() {
        let submitted = take_submit(&mut smsc, &format!("{index}"));
        let Pdu::SubmitSm(sm) = submitted.pdu() else { panic!("{submitted:?}") };
        assert_eq!((sm.short_message, sm.source_addr), (&b"to all"[..], &b"ACME"[..]));
        seen.push((own(sm.destination_addr), index));
    }
    let mut receipted = Vec::new();
    for (number, index) in &seen {
        let text = format!("id:{index} stat:DELIVRD err:000");
        smsc.request(&DeliverSm(Sm {
            source_addr: number.as_bytes(),
            esm_class: 0x04,
            short_message: text.as_bytes(),
            ..Sm::default()
        }));
        let delivery = esme.delivery();
        esme.answer_delivery(&delivery, 0);
        let Pdu::DeliverSm(sm) = delivery.pdu() else { panic!("{delivery:?}") };
        assert_eq!((own(sm.source_addr), sm.destination_addr), (number.clone(), &b"ACME"[..]));
        receipted.push(told(&delivery).id);
    }
    seen.sort();
    assert_eq!(seen.iter().map(|(number, _)| number.as_str()).collect::<Vec<_>>(), numbers);
    assert!(receipted.contains(&id));
    receipted.sort();
    receipted.dedup();
    assert_eq!(receipted.len(), 3, "each receipt has an id of its own");
}

#[test]
fn what_is_refused_is_listed_with_its_status_and_the_rest_goes() {
    let smsc = Smsc::start();
    let site = Site::with_sink(smsc.address(), "");
    let _gateway = site.start();
    let mut esme = Esme::bind(site.smpp());
    let list = DestAddress::DistributionList { dl_name: b"everybody" };
    let response = submit(&mut esme, &[to("no number"), list, to("447700900123")]);
    assert_eq!(response.status(), 0);
    let (id, failed) = outcome(&response);
    let expected = [("no number", ESME_RINVDSTADR), ("everybody", ESME_RINVDLNAME)];
    assert_eq!(failed, expected.map(|(addr, status)| (addr.to_owned(), status)));
    assert_eq!(esme.receipt().id, id);

    let response = submit(&mut esme, &[list]);
    assert_eq!(response.status(), ESME_RINVDLNAME);
    assert_eq!(outcome(&response), (String::new(), vec![("everybody".into(), ESME_RINVDLNAME)]));
}

#[test]
fn as_many_as_the_standard_allows_are_taken_and_no_more() {
    let smsc = Smsc::start();
    let site = Site::with_sink(smsc.address(), "");
    let _gateway = site.start();
    let mut esme = Esme::bind(site.smpp());
    for (count, status) in [(0, ESME_RINVNUMDESTS), (255, ESME_RINVNUMDESTS), (254, 0)] {
        let response = submit(&mut esme, &vec![to("447700900123"); count]);
        assert_eq!(response.status(), status, "{count} destinations");
    }
    let mut ids: Vec<String> = (0..254).map(|_| esme.receipt().id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 254);
}
