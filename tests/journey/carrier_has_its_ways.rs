//! What is peculiar to a carrier is said by its profile, and the gateway keeps to it.

use postrider::wire::smpp::command::CommandId;
use postrider::wire::smpp::pdu::{AlertNotification, BindMode, BindResp, DeliverSm, Pdu, Sm};
use postrider::wire::smpp::pdu::{SubmitSm, SubmitSmResp};
use postrider::wire::smpp::tlv::TlvBuf;
use postrider::wire::smpp::tlv_table::Tag;

use crate::driver::carrier::{Carrier, take_submit};
use crate::driver::esme::{Esme, HANDSET, message};
use crate::driver::http;
use crate::driver::patience::until;
use crate::driver::peer::{Frame, Peer};
use crate::driver::process::Process;
use crate::driver::site::{KEY, Site};

/// A site whose carrier has a profile of its own, in a file beside the configuration.
fn site_of(carrier: &Carrier, profile: &str) -> Site {
    let site = Site::with_sink(carrier.address(), "profile = \"ours.toml\"\nmo_account = \"app\"");
    std::fs::write(site.file("ours.toml"), profile).unwrap();
    site
}

fn report(smsc: &mut Peer, esm_class: u8, text: &str) {
    let sequence = smsc.request(&DeliverSm(Sm {
        source_addr: HANDSET.as_bytes(),
        esm_class,
        short_message: text.as_bytes(),
        ..Sm::default()
    }));
    assert_eq!(smsc.response(sequence).status(), 0);
}

fn bound_as(carrier: &Carrier, sc_interface_version: Option<u8>) -> (Frame, Peer) {
    let mut peer = carrier.connected();
    let bind = peer.wait(CommandId::BIND_TRANSCEIVER);
    let mut tlvs = TlvBuf::default();
    if let Some(version) = sc_interface_version {
        tlvs.push_u8(Tag::SC_INTERFACE_VERSION, version);
    }
    let mode = BindMode::Transceiver;
    let resp = BindResp { mode, system_id: Some(b"smsc"), tlvs: tlvs.as_tlvs() };
    peer.answer(&bind, 0, &resp);
    (bind, peer)
}

#[test]
fn an_id_in_hexadecimal_and_one_in_decimal_are_one_and_no_other() {
    let carrier = Carrier::listen();
    let site = site_of(&carrier, "extends = \"hex-ids\"\n");
    let _gateway = site.start();
    let mut smsc = carrier.bound();
    let mut esme = Esme::bind(site.smpp());
    let [one, other] = ["5000", "20480"].map(|carrier_id| {
        let sequence = esme.send(HANDSET, "hello");
        let id = esme.outcome(sequence).unwrap();
        take_submit(&mut smsc, carrier_id);
        id
    });
    // 0x5000 in decimal is 20480, which is the other's name in hexadecimal.
    report(&mut smsc, 0x04, "id:0000020480 stat:DELIVRD err:000");
    http::message_that_is(site.http(), &one, "delivered");
    http::message_that_is(site.http(), &other, "in_progress");
}

#[test]
fn a_status_and_an_error_of_the_carriers_own_mean_what_the_profile_says() {
    let carrier = Carrier::listen();
    let profile = "[[status]]\ncode = 0x0501\nreason = \"sender_not_allowed\"\nretry = \"now\"\n\
                   [[status]]\ncode = 0x0502\nreason = \"vendor_other\"\ndisposition = \"blocked\"\n\
                   [[err]]\ncode = \"DB52\"\nreason = \"memory_full\"\npermanent = true\n\
                   evidence = \"handset\"\n";
    let site = site_of(&carrier, profile);
    let _gateway = site.start();
    let mut smsc = carrier.bound();
    let mut esme = Esme::bind(site.smpp());
    let id = esme.try_submit(HANDSET, "hello").unwrap();
    let submit = smsc.wait(CommandId::SUBMIT_SM);
    smsc.answer(&submit, 0x0501, &SubmitSmResp::default());
    take_submit(&mut smsc, "77");
    report(&mut smsc, 0x04, "id:77 stat:UNDELIV err:db52");
    let told = http::message_that_is(site.http(), &id, "bounced");
    assert_eq!(
        (&told["reason"]["code"], &told["evidence"]),
        (&"memory_full".into(), &"handset".into())
    );
    assert_eq!(told["reason"]["permanent"], true);

    let id = esme.try_submit(HANDSET, "hello").unwrap();
    let submit = smsc.wait(CommandId::SUBMIT_SM);
    smsc.answer(&submit, 0x0502, &SubmitSmResp::default());
    http::message_that_is(site.http(), &id, "blocked");
}

#[test]
fn a_receipt_that_comes_as_a_text_is_one_only_where_the_profile_says_so() {
    let text = "id:77 sub:001 dlvrd:001 submit date:2611220200 done date:2611220201 stat:DELIVRD \
                err:000 text:";
    for (profile, receipts) in [("", false), ("receipts_as_texts = true\n", true)] {
        let carrier = Carrier::listen();
        let site = site_of(&carrier, profile);
        let _gateway = site.start();
        let mut smsc = carrier.bound();
        let mut esme = Esme::bind(site.smpp());
        let id = esme.try_submit(HANDSET, "hello").unwrap();
        take_submit(&mut smsc, "77");
        report(&mut smsc, 0, text);
        if receipts {
            assert_eq!(esme.receipt().id, id);
        } else {
            let delivery = esme.delivery();
            esme.answer_delivery(&delivery, 0);
            let Pdu::DeliverSm(sm) = delivery.pdu() else { panic!("{delivery:?}") };
            assert_eq!((sm.esm_class, sm.short_message), (0, text.as_bytes()));
        }
        report(&mut smsc, 0, "id:please call me");
        let delivery = esme.delivery();
        esme.answer_delivery(&delivery, 0);
        let Pdu::DeliverSm(sm) = delivery.pdu() else { panic!("{delivery:?}") };
        assert_eq!(sm.short_message, b"id:please call me", "a text stays a text");
    }
}

/// Submits with a parameter of the standard and two of a vendor; the id, and the tags that arrive.
fn tags_that_arrive(esme: &mut Esme, smsc: &mut Peer, text: &[u8]) -> (String, Vec<u16>) {
    let mut tlvs = TlvBuf::default();
    tlvs.push_u16(Tag::USER_MESSAGE_REFERENCE, 7).push(Tag(0x1400), b"1").push(Tag(0x1FFF), b"2");
    let sm = Sm { tlvs: tlvs.as_tlvs(), ..message(HANDSET, text) };
    let sequence = esme.request(&SubmitSm(sm));
    let id = esme.outcome(sequence).unwrap();
    let submit = take_submit(smsc, "1");
    let Pdu::SubmitSm(sm) = submit.pdu() else { panic!("{submit:?}") };
    (id, sm.tlvs.iter().map(|tlv| tlv.tag.0).collect())
}

#[test]
fn parameters_go_to_a_carrier_that_takes_them_and_only_those_it_lists() {
    let listed = "pass_tlvs = \"listed\"\n[[tlv]]\ntag = 0x1400\nname = \"entity_id\"\n";
    for (profile, version, tags) in [
        ("", Some(0x34), &[0x0204, 0x1400, 0x1FFF][..]),
        ("", None, &[]),
        ("send_tlvs = \"always\"\n", None, &[0x0204, 0x1400, 0x1FFF]),
        (listed, Some(0x34), &[0x0204, 0x1400]),
        ("version = \"3.3\"\n", Some(0x34), &[]),
    ] {
        let carrier = Carrier::listen();
        let site = site_of(&carrier, profile);
        let _gateway = site.start();
        let (bind, mut smsc) = bound_as(&carrier, version);
        let Pdu::Bind(bind) = bind.pdu() else { panic!("{bind:?}") };
        let expected = if profile.contains("3.3") { 0x33 } else { 0x34 };
        assert_eq!(bind.interface_version, expected);
        let mut esme = Esme::bind(site.smpp());
        let (id, arrived) = tags_that_arrive(&mut esme, &mut smsc, b"hello");
        assert_eq!(arrived, tags, "{profile}");
        http::message_that_is(site.http(), &id, "in_progress");
        let (_, history) = http::get_json(site.http(), &format!("/v1/messages/{id}/events"));
        let shown = history.to_string();
        assert_eq!(shown.contains("entity_id"), profile == listed, "{shown}");
        assert!(!shown.contains("0x1FFF"), "{shown}");
    }
}

#[test]
fn a_text_too_long_for_a_carrier_without_parameters_ends_here_and_says_why() {
    let carrier = Carrier::listen();
    let site = site_of(&carrier, "send_tlvs = \"never\"\n");
    let _gateway = site.start();
    let mut smsc = carrier.bound();
    let mut esme = Esme::bind(site.smpp());
    // What its sender has cut is not cut again.
    let long = [&[5, 0, 3, 1, 2, 1][..], &[b'x'; 250]].concat();
    let sequence = esme.request(&SubmitSm(Sm { esm_class: 0x40, ..message(HANDSET, &long) }));
    let id = esme.outcome(sequence).unwrap();
    let told = http::message_that_is(site.http(), &id, "blocked");
    assert_eq!(told["reason"]["code"], "invalid_request");
    assert_eq!(esme.receipt().id, id);
    let short = esme.try_submit(HANDSET, "short").unwrap();
    take_submit(&mut smsc, "1");
    http::message_that_is(site.http(), &short, "in_progress");
}

#[test]
fn an_alert_costs_nothing_and_wants_no_answer() {
    let carrier = Carrier::listen();
    let site = site_of(&carrier, "");
    let _gateway = site.start();
    let mut smsc = carrier.bound();
    smsc.request(&AlertNotification {
        source_addr: HANDSET.as_bytes(),
        esme_addr: b"12345",
        ..AlertNotification::default()
    });
    let mut esme = Esme::bind(site.smpp());
    esme.try_submit(HANDSET, "the bind lives").unwrap();
    take_submit(&mut smsc, "1");
    assert!(smsc.is_quiet(std::time::Duration::from_millis(250)));
}

/// How a side of a submit_sm arrives: TON, NPI and address.
fn sides(submit: &Frame) -> [(u8, u8, String); 2] {
    let Pdu::SubmitSm(sm) = submit.pdu() else { panic!("{submit:?}") };
    let text = |octets: &[u8]| String::from_utf8(octets.to_vec()).unwrap();
    [
        (sm.source_addr_ton, sm.source_addr_npi, text(sm.source_addr)),
        (sm.dest_addr_ton, sm.dest_addr_npi, text(sm.destination_addr)),
    ]
}

#[test]
fn addresses_arrive_in_the_carriers_form_and_the_trace_tells_what_was_changed() {
    let forms = "alphanumeric = [5, 0]\nshort_code = [3, 0]\nnumber = [1, 1]\ncountry = \"GB\"\n";
    let profile = format!("[source_addr]\n{forms}[destination_addr]\n{forms}plus = \"strip\"\n");
    let carrier = Carrier::listen();
    let site = site_of(&carrier, &profile);
    let _gateway = site.start();
    let mut smsc = carrier.bound();
    let mut esme = Esme::bind(site.smpp());
    let number = (1, 1, "447400123456".to_owned());
    for ((ton, npi, from), (to_ton, to_npi, to), sender, told) in [
        ((0, 1, "ACME"), (2, 1, "07400123456"), (5, 0, "ACME"), "completed by the plan of GB"),
        ((0, 0, "60777"), (0, 0, "00447400123456"), (3, 0, "60777"), "source 60777 (0/0) goes to"),
        ((5, 0, "ACME"), (1, 1, "+447400123456"), (5, 0, "ACME"), "(1/1): + dropped"),
        ((5, 0, "ACME"), (1, 1, "447400123456"), (5, 0, "ACME"), ""),
    ] {
        let sequence = esme.request(&SubmitSm(Sm {
            source_addr_ton: ton,
            source_addr_npi: npi,
            source_addr: from.as_bytes(),
            dest_addr_ton: to_ton,
            dest_addr_npi: to_npi,
            ..message(to, b"hello")
        }));
        let id = esme.outcome(sequence).unwrap();
        let submit = take_submit(&mut smsc, &id);
        until("its history is whole", || {
            let (_, events) = http::get_json(site.http(), &format!("/v1/messages/{id}/events"));
            events.to_string().contains("\"sent\"").then_some(())
        });
        assert_eq!(sides(&submit), [(sender.0, sender.1, sender.2.to_owned()), number.clone()]);
        let url = format!("http://{}", site.http());
        let mut trace = Process::postrider(&["trace", "--url", &url, "--key", KEY, &id]);
        assert!(trace.end().success());
        let said = trace.complete();
        assert!(said.contains(told), "{said}");
        assert_eq!(said.contains(" goes to sink as "), !told.is_empty(), "{said}");
    }
}
