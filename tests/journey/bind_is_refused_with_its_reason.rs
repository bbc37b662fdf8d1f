//! A bind that cannot be gets the status that says why (SMPP v3.4 §5.1.3).

use postrider::wire::smpp::pdu::BindMode;

use crate::driver::esme::Esme;
use crate::driver::patience::until;
use crate::driver::site::Site;
use crate::driver::smsc::Smsc;

const ESME_RALYBND: u32 = 0x05;
const ESME_RBINDFAIL: u32 = 0x0D;
const ESME_RINVPASWD: u32 = 0x0E;
const ESME_RINVSYSID: u32 = 0x0F;

/// The status a bind is refused with; 0 when it is not.
fn refusal(site: &Site, system_id: &str, password: &str, mode: BindMode) -> u32 {
    Esme::try_bind(site.smpp(), system_id, password, mode).map_or_else(|(status, _)| status, |_| 0)
}

#[test]
fn a_wrong_password_an_unknown_name_and_a_forbidden_mode_are_refused() {
    let smsc = Smsc::start();
    let site =
        Site::with_sink(smsc.address(), "").account("sender", "bind_modes = [\"transmitter\"]");
    let _gateway = site.start();
    let trx = BindMode::Transceiver;
    assert_eq!(refusal(&site, "app", "wrong", trx), ESME_RINVPASWD);
    assert_eq!(refusal(&site, "app", "", trx), ESME_RINVPASWD);
    assert_eq!(refusal(&site, "nobody", "secret", trx), ESME_RINVSYSID);
    assert_eq!(refusal(&site, "sender", "secret", trx), ESME_RBINDFAIL);
    assert_eq!(refusal(&site, "sender", "secret", BindMode::Transmitter), 0);
}

#[test]
fn a_refused_connection_may_try_again_but_not_for_ever() {
    let smsc = Smsc::start();
    let site = Site::with_sink(smsc.address(), "");
    let _gateway = site.start();
    let mode = BindMode::Transceiver;
    let Err((_, mut peer)) = Esme::try_bind(site.smpp(), "app", "wrong", mode) else {
        panic!("bound with a wrong password")
    };
    let bind = postrider::wire::smpp::pdu::Bind {
        mode,
        system_id: b"app",
        password: b"wrong",
        ..Default::default()
    };
    for _ in 0..2 {
        let sequence = peer.request(&bind);
        assert_eq!(peer.response(sequence).status(), ESME_RINVPASWD);
    }
    peer.ended();
}

#[test]
fn a_bind_beyond_the_limit_is_refused_until_another_has_gone() {
    let smsc = Smsc::start();
    let site = Site::new()
        .account("app", "binds_max = 2")
        .carrier("sink", smsc.address(), "")
        .route("", "sink");
    let _gateway = site.start();
    let trx = BindMode::Transceiver;
    let first = Esme::bind(site.smpp());
    let mut second = Esme::bind(site.smpp());
    assert_eq!(refusal(&site, "app", "secret", trx), ESME_RALYBND);
    drop(first);
    until("a bind is free again", || (refusal(&site, "app", "secret", trx) == 0).then_some(()));
    assert!(!second.submit("undisturbed").is_empty());
}
