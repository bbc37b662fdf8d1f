//! An account over its rate is told so at once, and the others are not.

use postrider::wire::smpp::pdu::BindMode;

use crate::driver::esme::{Esme, HANDSET};
use crate::driver::site::Site;
use crate::driver::smsc::Smsc;

const ESME_RTHROTTLED: u32 = 0x58;

#[test]
fn an_account_over_its_rate_is_throttled_on_all_its_binds_together_and_others_are_not() {
    let smsc = Smsc::start();
    let site = Site::new()
        .account("slow", "rate_per_second = 5")
        .account("app", "")
        .carrier("sink", smsc.address(), "window = 100")
        .route("", "sink");
    let _gateway = site.start();
    let mut binds = [
        Esme::bind_as(site.smpp(), "slow", BindMode::Transceiver),
        Esme::bind_as(site.smpp(), "slow", BindMode::Transmitter),
    ];
    let sent: Vec<Vec<u32>> = binds
        .iter_mut()
        .map(|bind| (0..50).map(|number| bind.send(HANDSET, &format!("n{number}"))).collect())
        .collect();
    let mut taken = 0;
    for (bind, sent) in binds.iter_mut().zip(sent) {
        for sequence in sent {
            match bind.outcome(sequence) {
                Ok(_) => taken += 1,
                Err(status) => assert_eq!(status, ESME_RTHROTTLED),
            }
        }
    }
    // A burst of five, and five a second for as long as that took.
    assert!((5..=50).contains(&taken), "{taken} of 100 were taken");
    let mut other = Esme::bind(site.smpp());
    for number in 0..50 {
        other.submit(&format!("n{number}"));
    }
    // The session lives on and is served again when time has passed.
    assert!(!binds[0].submit_patiently("later").is_empty());
}
