//! A client in clear on a port in TLS is closed, and named in the log and in the ledger.

use std::sync::Arc;
use std::time::{Duration, Instant};

use postrider::ledger::config::LedgerConfig;
use postrider::ledger::open::Opened;
use postrider::ledger::store::Ledger;
use postrider::ledger::stored::StoredEvent;
use postrider::message::event::What;
use postrider::spool::real_disk::RealDisk;
use postrider::wire::smpp::pdu::{Bind, BindMode};

use crate::driver::esme::Esme;
use crate::driver::peer::Peer;
use crate::driver::pki::Authority;
use crate::driver::process::Process;
use crate::driver::site::{Site, listener};
use crate::driver::smsc::Smsc;

/// A gateway that speaks TLS on a second port, and that port.
fn site(smsc: &Smsc, keys: &str) -> (Site, std::net::SocketAddr) {
    let address = listener().local_addr().unwrap();
    let site = Site::with_sink(smsc.address(), "")
        .smpp_keys("session_init_timeout_s = 1")
        .sections(&format!(
            "[[smpp.listener]]\nlisten = \"{address}\"\n{keys}\n[smpp.listener.tls]\n\
             certificates = \"localhost.pem\"\nkey = {{ file = \"localhost.key\" }}\n"
        ));
    Authority::new("ca").issue(&site, "localhost");
    (site, address)
}

/// What support finds in the ledger of a gateway that has stopped.
fn notices(site: &Site) -> Vec<String> {
    let disk = RealDisk::open(&site.data()).unwrap();
    let Opened { ledger, .. } = Ledger::open(Arc::new(disk), LedgerConfig::default()).unwrap();
    let text = |notice: &StoredEvent| match notice.event().unwrap().what {
        What::Notice { text, .. } => String::from_utf8_lossy(text).into_owned(),
        _ => String::new(),
    };
    ledger.notices(100).unwrap().iter().map(text).collect()
}

fn says(gateway: &mut Process, what: &str) {
    gateway.line(what, |line| line.contains(what).then_some(()));
}

#[test]
fn a_client_in_clear_on_a_port_in_tls_is_closed_and_named_without_its_password() {
    let smsc = Smsc::start();
    let (site, address) = site(&smsc, "");
    let mut gateway = site.start();
    let mut clear = Peer::connect(address);
    clear.request(&Bind {
        mode: BindMode::Transceiver,
        system_id: b"shop",
        password: b"hunter2",
        ..Bind::default()
    });
    clear.ended();
    says(&mut gateway, "it speaks SMPP in clear, bind_transceiver of");
    assert!(!Esme::bind(site.smpp()).submit("the port in clear stays").is_empty());
    gateway.terminate();
    assert!(!gateway.written().contains("hunter2"));
    assert!(gateway.written().contains("shop"));
    let notices = notices(&site);
    assert!(notices.iter().any(|notice| notice.contains("SMPP in clear")), "{notices:#?}");
}

#[test]
fn other_protocols_rubbish_and_half_a_handshake_are_closed_in_time() {
    let smsc = Smsc::start();
    let (site, address) = site(&smsc, "handshakes_max = 3");
    let mut gateway = site.start();
    let mut http = Peer::connect(address);
    http.octets(b"GET / HTTP/1.1\r\n\r\n");
    http.ended();
    says(&mut gateway, "it speaks HTTP");
    // More than once a second nothing is told.
    std::thread::sleep(Duration::from_millis(1_100));
    let mut rubbish = Peer::connect(address);
    rubbish.octets(&[0x80; 64]);
    says(&mut gateway, "is not TLS");
    drop(rubbish);
    let connected = Instant::now();
    // More than may shake hands at once: the others wait, and have their turn.
    let mut slow: Vec<Peer> = (0..7).map(|_| Peer::connect(address)).collect();
    for peer in &mut slow {
        peer.octets(&[0x16, 3, 1, 2, 0, 1]);
    }
    for peer in &mut slow {
        peer.ended();
    }
    assert!(connected.elapsed() > Duration::from_millis(2_900), "{:?}", connected.elapsed());
    says(&mut gateway, "the handshake takes too long");
}
