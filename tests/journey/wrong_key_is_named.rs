//! A configuration with a wrong key is refused with the file, the line, the key and what is allowed.

use crate::driver::process::Process;
use crate::driver::site::{Site, listener, text};

fn site() -> Site {
    Site::with_sink(listener().local_addr().unwrap(), "widnow = 10")
}

#[test]
fn serve_refuses_a_wrong_key_with_its_place_and_what_is_allowed() {
    let site = site();
    let mut gateway = site.launch(&[]);
    assert_eq!(gateway.end().code(), Some(1));
    let said = gateway.complete();
    let path = site.file("postrider.toml");
    let configuration = std::fs::read_to_string(&path).unwrap();
    let line = configuration.lines().position(|line| line.starts_with("widnow")).unwrap() + 1;
    let place = format!("{}:{line}:1", text(&path));
    for part in [&*place, "carrier.sink.widnow", "did you mean `window`", "allowed: "] {
        assert!(said.contains(part), "{part} is not in: {said}");
    }
    assert!(!site.data().exists(), "nothing is begun with a wrong configuration");
}

#[test]
fn check_says_the_same_and_exits_with_1() {
    let site = site();
    let path = site.configuration();
    let mut check = Process::postrider(&["check", "--config", text(&path)]);
    assert_eq!(check.end().code(), Some(1));
    assert!(check.complete().contains("did you mean `window`"));
}

#[test]
fn a_configuration_that_is_not_there_is_named() {
    let mut check = Process::postrider(&["check", "--config", "/nonexistent/postrider.toml"]);
    assert_eq!(check.end().code(), Some(1));
    assert!(check.complete().contains("/nonexistent/postrider.toml"));
}
