//! SMSCs made of other people's libraries as our carriers: they answer, send receipts in several forms,
//! even before the response, ask whether we are there, and unbind; every message ends delivered.

use std::collections::HashSet;

use crate::driver::esme::{Esme, HANDSET};
use crate::driver::http;
use crate::driver::node;
use crate::driver::site::Site;
use crate::driver::smsc_of_others::SmscOfOthers;

/// What the script does something more for, among others.
const TEXTS: [&str; 12] = [
    "one", "two", "early", "three", "enquire", "four", "unbind", "five", "early", "six", "seven",
    "eight",
];

/// Submits all texts at once; their ids.
fn submit(esme: &mut Esme) -> HashSet<String> {
    let sent = TEXTS.map(|text| esme.send(HANDSET, text));
    let ids: HashSet<_> =
        sent.into_iter().map(|sequence| esme.outcome(sequence).unwrap()).collect();
    assert_eq!(ids.len(), TEXTS.len());
    ids
}

/// Sends through an SMSC that is bound to with these keys, by so many binds.
fn goes_through(smsc: &SmscOfOthers, keys: &str, binds: usize) {
    let site = Site::with_sink(smsc.address(), keys);
    let _gateway = site.start();
    smsc.says("bound", binds);
    let mut esme = Esme::bind(site.smpp());
    let ids = submit(&mut esme);
    let told: Vec<_> = ids.iter().map(|_| esme.receipt()).collect();
    assert_eq!(told.iter().map(|told| told.id.clone()).collect::<HashSet<_>>(), ids);
    assert!(told.iter().all(|told| told.state == 2), "{told:?}");
    esme.assert_quiet();
    for id in &ids {
        http::message_that_is(site.http(), id, "delivered");
    }
    smsc.says("told", TEXTS.len());
    smsc.says("unbound", 1);
    smsc.says("bound", binds + 1);
    let mut taken: Vec<_> = smsc.messages("took").iter().map(|took| took["text"].clone()).collect();
    let mut texts = TEXTS.to_vec();
    taken.sort_by_key(ToString::to_string);
    texts.sort_unstable();
    assert_eq!(taken, texts, "each once");
}

const TRANSMITTER: &str = "bind_mode = \"transmitter\"";

#[test]
fn all_is_delivered_over_a_transceiver_of_the_npm_package_smpp_that_unbinds() {
    if node::is_installed() {
        let smsc = SmscOfOthers::node();
        goes_through(&smsc, "", 1);
        smsc.says("alive", 1);
    }
}

#[test]
fn all_is_delivered_over_a_transmitter_of_the_npm_package_smpp_that_unbinds() {
    if node::is_installed() {
        let smsc = SmscOfOthers::node();
        goes_through(&smsc, TRANSMITTER, 2);
        smsc.says("alive", 1);
    }
}

#[test]
fn all_is_delivered_over_a_transceiver_of_the_pypi_package_smpp34_that_unbinds() {
    if let Some(smsc) = SmscOfOthers::python() {
        goes_through(&smsc, "", 1);
    }
}
