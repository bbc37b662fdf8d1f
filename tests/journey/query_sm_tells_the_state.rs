//! query_sm (SMPP v3.4 §4.8): the state of the account's own messages.

use postrider::wire::smpp::pdu::{BindMode, Pdu, QuerySm};

use crate::driver::carrier::{Carrier, take_submit};
use crate::driver::esme::{Esme, HANDSET};
use crate::driver::patience::until;
use crate::driver::site::Site;
use crate::driver::smsc::Smsc;

const ENROUTE: u8 = 1;
const DELIVERED: u8 = 2;

/// The state and the final date, or the status of the refusal.
fn query(esme: &mut Esme, id: &str) -> Result<(u8, String), u32> {
    let sequence = esme.request(&QuerySm {
        message_id: id.as_bytes(),
        source_addr_ton: 5,
        source_addr: b"ACME",
        ..QuerySm::default()
    });
    let response = esme.response(sequence);
    match response.pdu() {
        Pdu::QuerySmResp(resp) if response.status() == 0 => {
            assert_eq!(resp.message_id, Some(id.as_bytes()));
            Ok((resp.message_state, String::from_utf8(resp.final_date.to_vec()).unwrap()))
        }
        _ => Err(response.status()),
    }
}

#[test]
fn a_delivered_message_has_its_state_and_its_final_date() {
    let smsc = Smsc::start();
    let site = Site::with_sink(smsc.address(), "");
    let _gateway = site.start();
    let mut esme = Esme::bind(site.smpp());
    let id = esme.submit("hello");
    esme.receipt();
    let date = until("the message is delivered", || match query(&mut esme, &id) {
        Ok((DELIVERED, date)) => Some(date),
        _ => None,
    });
    assert_eq!(date.len(), 16, "{date} is not a time of §7.1.1");
}

#[test]
fn a_message_on_its_way_is_en_route_without_a_final_date() {
    let carrier = Carrier::listen();
    let site = Site::with_sink(carrier.address(), "");
    let _gateway = site.start();
    let mut smsc = carrier.bound();
    let mut esme = Esme::bind(site.smpp());
    let id = esme.try_submit(HANDSET, "hello").unwrap();
    take_submit(&mut smsc, "1");
    assert_eq!(query(&mut esme, &id), Ok((ENROUTE, String::new())));
}

#[test]
fn a_message_of_another_account_or_of_nobody_is_not_told_about() {
    let smsc = Smsc::start();
    let site = Site::new()
        .account("app", "")
        .account("other", "")
        .carrier("sink", smsc.address(), "")
        .route("", "sink");
    let _gateway = site.start();
    let id = Esme::bind(site.smpp()).submit("hello");
    let mut other = Esme::bind_as(site.smpp(), "other", BindMode::Transceiver);
    assert!(query(&mut other, &id).is_err());
    assert!(query(&mut other, "nonsense").is_err());
    assert!(other.try_submit(HANDSET, "the session lives").is_ok());
}
