//! A carrier that fails for good: the next one of the route takes the message, and the history says so.

use postrider::wire::smpp::command::CommandId;
use postrider::wire::smpp::pdu::SubmitSmResp;

use crate::driver::carrier::{Carrier, take_submit};
use crate::driver::esme::Esme;
use crate::driver::http;
use crate::driver::site::Site;

const ESME_RSYSERR: u32 = 0x08;

#[test]
fn what_a_carrier_cannot_take_is_submitted_to_the_next_of_its_route() {
    let (first, second) = (Carrier::listen(), Carrier::listen());
    let site = Site::new()
        .account("app", "")
        .carrier("first", first.address(), "attempts_max = 1")
        .carrier("second", second.address(), "")
        .sections("[[route]]\ncarrier = \"first\"\nfailover = [\"second\"]");
    let _gateway = site.start();
    let (mut broken, mut sound) = (first.bound(), second.bound());
    let mut esme = Esme::bind(site.smpp());
    let id = esme.submit("hello");
    let submit = broken.wait(CommandId::SUBMIT_SM);
    broken.answer(&submit, ESME_RSYSERR, &SubmitSmResp::default());
    take_submit(&mut sound, "17");
    let message = crate::driver::patience::until("the second one has it", || {
        let (_, message) = http::get_json(site.http(), &format!("/v1/messages/{id}"));
        (message["status"] == "sent").then_some(message)
    });
    assert_eq!(message["carrier"]["id"], "second", "{message}");
    assert_eq!(message["attempts"], 2, "{message}");
    let (_, events) = http::get_json(site.http(), &format!("/v1/messages/{id}/events"));
    let events = events.to_string();
    for part in ["first refused it with ESME_RSYSERR", "passed on from first to second"] {
        assert!(events.contains(part), "{part} is not in {events}");
    }
}
