//! Programs written for Kannel, Jasmin and Twilio send through the gateway with nothing changed but an
//! address.

use std::net::SocketAddr;
use std::process::Command;

use crate::driver::http;
use crate::driver::patience::until;
use crate::driver::site::{Site, listener};
use crate::driver::smsc::Smsc;
use crate::driver::tools::{client, installed, is_there};

/// Kannel's own HTTP client, of Debian's kannel-extras.
const TEST_HTTP: &str = "/usr/lib/kannel/test/test_http";

struct Places {
    site: Site,
    kannel: SocketAddr,
    jasmin: SocketAddr,
}

/// A site with a login of Kannel's and Jasmin's clients, and one of Twilio's.
fn places(smsc: &Smsc) -> Places {
    let free = || listener().local_addr().unwrap();
    let (kannel, jasmin) = (free(), free());
    let mut sections = format!(
        "[callbacks]\nallow_private = true\n[kannel]\nlisten = \"{kannel}\"\n[jasmin]\nlisten = \"{jasmin}\"\n"
    );
    for (username, key) in [("shop", "shop-password"), ("AC1", "auth-token")] {
        sections += &format!(
            "[[http.key]]\nusername = \"{username}\"\nkey = \"{key}\"\naccount = \"app\"\n\
             scopes = [\"*\"]\n"
        );
    }
    let site = Site::with_sink(smsc.address(), "").sections(&sections);
    Places { site, kannel, jasmin }
}

fn python() -> Command {
    Command::new(installed("shims/bin/python"))
}

fn is_installed() -> bool {
    is_there("the PyPI package twilio", python().args(["-c", "import twilio, requests"]))
}

/// What a client says when all was as it should be.
fn said(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.ends_with("done\n"), "{said}\n{errors}");
    said
}

/// The id behind a word of a line.
fn id<'a>(said: &'a str, word: &str) -> &'a str {
    said.lines().find_map(|line| line.strip_prefix(word)).unwrap().trim()
}

#[test]
fn twilios_own_library_sends_reads_lists_cancels_and_is_called() {
    if !is_installed() {
        return;
    }
    let smsc = Smsc::start();
    let Places { site, .. } = places(&smsc);
    let _gateway = site.start();
    let base = format!("http://{}", site.http());
    let script = client("shims/twilio_sdk.py");
    let said = said(python().arg(script).args([&base, "AC1", "auth-token", "callbacks"]));
    let message = http::message_that_is(site.http(), id(&said, "sent "), "delivered");
    assert_eq!((&message["to"], &message["parts"]), (&"+447700900123".into(), &2.into()));
}

#[test]
fn the_documented_calls_of_kannel_and_jasmin_do_what_is_documented() {
    if !is_installed() {
        return;
    }
    let smsc = Smsc::start();
    let Places { site, kannel, jasmin } = places(&smsc);
    let _gateway = site.start();
    let (kannel, jasmin) = (format!("http://{kannel}"), format!("http://{jasmin}"));
    let script = client("shims/documented_calls.py");
    let said =
        said(python().arg(script).args([&kannel, &jasmin, "shop", "shop-password", "callbacks"]));
    let message = http::message_that_is(site.http(), id(&said, "sent "), "delivered");
    assert_eq!((&message["from"], &message["account"]), (&"ACME".into(), &"app".into()));
}

#[test]
fn kannels_own_http_client_sends() {
    if !is_there("Debian's kannel-extras", Command::new("test").args(["-x", TEST_HTTP])) {
        return;
    }
    let smsc = Smsc::start();
    let Places { site, kannel, .. } = places(&smsc);
    let _gateway = site.start();
    let url = format!(
        "http://{kannel}/cgi-bin/sendsms?username=shop&password=shop-password&from=ACME\
         &to=447700900123&text=Hi+%E2%82%AC&dlr-mask=31"
    );
    let output = Command::new(TEST_HTTP).args(["-r", "2", &url]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned()
        + &String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("2 succeeded, 0 failed") && said.contains("0: Accepted for"), "{said}");
    let taken = || {
        let (_, page) = http::get_json(site.http(), "/v1/messages?to=%2B447700900123");
        (page["data"].as_array().map(Vec::len) == Some(2)).then_some(())
    };
    until("both are in the ledger", taken);
}
