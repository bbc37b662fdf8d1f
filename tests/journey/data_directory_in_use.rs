//! Two processes on one data directory: the second says so and ends; the first does not notice.

use crate::driver::esme::Esme;
use crate::driver::site::{Site, text};
use crate::driver::smsc::Smsc;

#[test]
fn a_second_gateway_on_the_same_directory_is_refused_clearly() {
    let smsc = Smsc::start();
    let first = Site::with_sink(smsc.address(), "");
    let _gateway = first.start();
    let second = Site::with_sink(smsc.address(), "");
    let data = first.data();
    let mut refused = second.launch(&["--data-dir", text(&data)]);
    assert_eq!(refused.end().code(), Some(1));
    let said = refused.complete();
    assert!(said.contains(text(&data)), "the directory is not named: {said}");
    assert!(said.contains("in use by another process"), "{said}");

    let mut esme = Esme::bind(first.smpp());
    let id = esme.submit("undisturbed");
    assert_eq!(esme.receipt().id, id);
}
