//! SMPP in TLS: one gateway binds to another as to a carrier, and both look at what the other shows.

use std::net::SocketAddr;

use crate::driver::esme::Esme;
use crate::driver::http;
use crate::driver::pki::{Authority, self_signed};
use crate::driver::process::Process;
use crate::driver::site::{Site, listener};
use crate::driver::smsc::Smsc;

/// A carrier's gateway whose account `up` binds in TLS, and where.
///
/// With two shards, and `up` not the first account, its connections move from the shard that
/// listens to the other.
fn far(smsc: &Smsc, tls: &str) -> (Site, SocketAddr) {
    let address = listener().local_addr().unwrap();
    let site = Site::new()
        .top_keys("shards = 2")
        .smpp_keys("session_init_timeout_s = 1")
        .account("other", "")
        .account("up", "")
        .carrier("sink", smsc.address(), "")
        .route("", "sink")
        .sections(&format!(
            "[[smpp.listener]]\nlisten = \"{address}\"\n[smpp.listener.tls]\n\
             certificates = \"localhost.pem\"\nkey = {{ file = \"localhost.key\" }}\n{tls}\n"
        ));
    (site, address)
}

/// A gateway whose only carrier is the far one.
fn near(address: SocketAddr, tls: &str) -> Site {
    let port = address.port();
    Site::new().account("app", "").route("", "far").sections(&format!(
        "[[carrier]]\nname = \"far\"\naddress = \"localhost:{port}\"\nsystem_id = \"up\"\n\
         password = \"secret\"\nrebind_min_ms = 100\nrebind_max_ms = 200\n[carrier.tls]\n{tls}\n"
    ))
}

const OWN_CA: &str = "ca = \"ca.pem\"";
const CLIENT_CA: &str = "client_ca = \"ca.pem\"";

fn says(gateway: &mut Process, what: &str) {
    gateway.line(what, |line| line.contains(what).then_some(()));
}

/// Starts both ends with a certificate of the authority for the far one, and waits for a word of
/// each.
fn meet(near_tls: &str, far_tls: &str, near_says: &str, far_says: &str) {
    let (smsc, authority) = (Smsc::start(), Authority::new("ca"));
    let (far, address) = far(&smsc, far_tls);
    authority.put(&far, "ca.pem");
    authority.issue(&far, "localhost");
    let near = near(address, near_tls);
    authority.put(&near, "ca.pem");
    Authority::new("another").issue(&near, "stranger");
    let mut far = far.start();
    let mut near = near.start();
    says(&mut near, near_says);
    says(&mut far, far_says);
}

#[test]
fn messages_and_receipts_pass_when_both_sides_have_shown_their_certificates() {
    let (smsc, authority) = (Smsc::start(), Authority::new("ca"));
    let (far, address) = far(&smsc, &format!("{CLIENT_CA}\nversion_min = \"1.3\""));
    authority.put(&far, "ca.pem");
    authority.issue(&far, "localhost");
    let shown = "certificates = \"up.pem\"\nkey = { file = \"up.key\" }";
    let near = near(address, &format!("{OWN_CA}\n{shown}"));
    authority.put(&near, "ca.pem");
    authority.issue(&near, "up");
    let mut far = far.start();
    let mut gateway = near.start();
    says(&mut gateway, "bound to carrier");
    says(&mut far, "(TLS 1.3, CN=up)");
    let mut esme = Esme::bind(near.smpp());
    let sent: Vec<u32> = (0..500)
        .map(|number| esme.send(crate::driver::esme::HANDSET, &format!("in TLS {number}")))
        .collect();
    let ids: Vec<String> = sent.into_iter().map(|sent| esme.outcome(sent).unwrap()).collect();
    for _ in &ids {
        esme.receipt();
    }
    for id in [&ids[0], &ids[499]] {
        http::message_that_is(near.http(), id, "delivered");
    }
    drop(esme);
    let key = std::fs::read_to_string(near.file("up.key")).unwrap();
    let secret = key.lines().nth(1).unwrap();
    gateway.terminate();
    far.terminate();
    assert!(!gateway.written().contains(secret) && !far.written().contains(secret));
}

#[test]
fn a_client_without_the_certificate_that_is_required_is_turned_away_and_told_why() {
    meet(
        OWN_CA,
        CLIENT_CA,
        "requires a certificate of ours",
        "shows no certificate, and one is required",
    );
}

#[test]
fn a_client_with_a_certificate_of_another_authority_is_turned_away() {
    meet(
        &format!("{OWN_CA}\ncertificates = \"stranger.pem\"\nkey = {{ file = \"stranger.key\" }}"),
        &format!("{CLIENT_CA}\nclient_certificates = \"optional\""),
        "our certificate (alert",
        "not signed by a known authority",
    );
}

#[test]
fn a_client_may_go_without_a_certificate_where_it_is_optional() {
    meet(
        OWN_CA,
        &format!("{CLIENT_CA}\nclient_certificates = \"optional\""),
        "bound to carrier",
        "(TLS 1.3)",
    );
}

#[test]
fn a_server_under_another_name_is_not_believed() {
    meet(
        &format!("{OWN_CA}\nserver_name = \"smsc.example.net\""),
        "",
        "its certificate is for",
        "BadCertificate",
    );
}

#[test]
fn a_server_of_an_unknown_authority_is_not_believed() {
    meet("ca = \"stranger.pem\"", "", "not signed by a known authority", "UnknownCA");
}

#[test]
fn an_expired_certificate_is_warned_of_at_the_start_and_not_believed() {
    let (smsc, authority) = (Smsc::start(), Authority::new("ca"));
    let (far, address) = far(&smsc, "");
    authority.issue_until(&far, "localhost", 2021);
    let near = near(address, OWN_CA);
    authority.put(&near, "ca.pem");
    let mut far = far.start();
    says(&mut far, "certificate CN=localhost has expired on 2021-01-01");
    says(&mut near.start(), "has expired on 2021-01-01");
}

#[test]
fn a_certificate_that_nobody_signed_is_believed_by_its_digest_alone() {
    let smsc = Smsc::start();
    let (far, address) = far(&smsc, "");
    let pin = self_signed(&far, "localhost");
    let _far = far.start();
    let pinned = near(address, &format!("pinned_sha256 = \"{pin}\""));
    says(&mut pinned.start(), "bound to carrier");
    let wrong = near(address, &format!("pinned_sha256 = \"{}\"", "ab".repeat(32)));
    says(&mut wrong.start(), "not one of `pinned_sha256`");
    let anything = near(address, "danger_accept_any_certificate = true");
    let mut anything = anything.start();
    says(&mut anything, "is believed, and is told our password");
    says(&mut anything, "bound to carrier");
}

#[test]
fn tls_towards_a_port_in_clear_is_named_on_both_sides() {
    let smsc = Smsc::start();
    let far = Site::new().account("up", "").carrier("sink", smsc.address(), "").route("", "sink");
    let near = near(far.smpp(), OWN_CA);
    Authority::new("ca").put(&near, "ca.pem");
    let mut far = far.start();
    let mut near = near.start();
    says(&mut near, "it speaks SMPP in clear");
    says(&mut far, "it speaks TLS (a ClientHello) on a port without it");
}
