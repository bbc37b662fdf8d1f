//! data_sm (SMPP v3.4 §4.7): submitted by an application, and delivered by a carrier.

use postrider::wire::smpp::command::CommandId;
use postrider::wire::smpp::pdu::{DataSm, Pdu};
use postrider::wire::smpp::tlv::TlvBuf;
use postrider::wire::smpp::tlv_table::Tag;

use crate::driver::carrier::{Carrier, take_submit};
use crate::driver::esme::{Esme, HANDSET, own};
use crate::driver::site::Site;

fn data_sm<'a>(to: &'a str, esm_class: u8, tlvs: &'a TlvBuf) -> DataSm<'a> {
    DataSm {
        source_addr_ton: 5,
        source_addr: b"ACME",
        dest_addr_ton: 1,
        dest_addr_npi: 1,
        destination_addr: to.as_bytes(),
        esm_class,
        registered_delivery: 1,
        tlvs: tlvs.as_tlvs(),
        ..DataSm::default()
    }
}

#[test]
fn a_data_sm_is_taken_passed_on_and_receipted_by_data_sm() {
    let carrier = Carrier::listen();
    let site = Site::with_sink(carrier.address(), "");
    let _gateway = site.start();
    let mut smsc = carrier.bound();
    let mut esme = Esme::bind(site.smpp());
    let mut text = TlvBuf::default();
    text.push(Tag::MESSAGE_PAYLOAD, b"sent as data");
    let sequence = esme.request(&data_sm(HANDSET, 0, &text));
    let response = esme.response(sequence);
    assert_eq!((response.command(), response.status()), (CommandId::DATA_SM_RESP, 0));
    let Pdu::DataSmResp(resp) = response.pdu() else { panic!("{response:?}") };
    let id = own(resp.message_id.unwrap());

    let submit = take_submit(&mut smsc, "77");
    let Pdu::SubmitSm(sm) = submit.pdu() else { panic!("{submit:?}") };
    assert_eq!(sm.user_data(), b"sent as data");

    // The carrier's receipt is a data_sm too (some send no other).
    let mut receipt = TlvBuf::default();
    receipt.push_c_string(Tag::RECEIPTED_MESSAGE_ID, b"77").push_u8(Tag::MESSAGE_STATE, 2);
    let mut report = data_sm("ACME", 0x04, &receipt);
    (report.source_addr, report.source_addr_ton) = (HANDSET.as_bytes(), 1);
    let sequence = smsc.request(&report);
    let response = smsc.response(sequence);
    assert_eq!((response.command(), response.status()), (CommandId::DATA_SM_RESP, 0));
    let told = esme.receipt();
    assert_eq!((told.id, told.state), (id, 2));
}
