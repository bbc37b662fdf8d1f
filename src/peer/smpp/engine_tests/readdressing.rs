//! Addresses that a carrier wants otherwise than they came, and the event that says so.

use super::*;
use crate::address::country::Country;
use crate::address::outbound::{Form, Forms, Sign};
use crate::carrier::profile::Profile;
use crate::message::event::What;

/// What most carriers take.
fn usual() -> Forms {
    let form = |ton, npi| Some(Form { ton, npi });
    Forms {
        number: form(1, 1),
        short_code: form(3, 0),
        alphanumeric: form(5, 0),
        plus: Sign::Strip,
        ..Forms::default()
    }
}

fn desk(forms: Forms) -> Desk {
    let profile = Profile { source: forms, destination: forms, ..Profile::default() };
    Desk::with(10, CarrierConfig { profile: Arc::new(profile), ..CarrierConfig::default() })
}

const fn address(ton: u8, npi: u8, addr: &str) -> Address<'_> {
    Address { ton, npi, addr: addr.as_bytes() }
}

/// Submits a message with these addresses; what left.
fn submit(desk: &mut Desk, source: Address<'_>, destination: Address<'_>) -> Queued {
    let message = Message { source, destination, body: b"hello", ..Message::default() };
    let asker = Asker::Bind(ESME, 1);
    desk.engine.submit(desk.now, desk.account, asker, &message).expect("admitted");
    let mut submits = desk.submits();
    assert_eq!(submits.len(), 1);
    submits.remove(0)
}

/// One side of a message as its history tells it: TON, NPI, address, and what was changed.
type Side = Option<(u8, u8, String, String)>;

/// The kinds of its events, and the sides of those that tell of changes.
fn history(desk: &Desk, queued: &Queued) -> (Vec<&'static str>, Vec<(Side, Side)>) {
    let text = |octets: &[u8]| String::from_utf8(octets.to_vec()).expect("ASCII");
    let mut history = (Vec::new(), Vec::new());
    for stored in desk.opened.ledger.events(queued.ord).expect("reads") {
        let what = stored.event().expect("known").what;
        history.0.push(what.name());
        if let What::Readdressed { source, destination, .. } = what {
            let sides = [source, destination].map(|side| {
                let side = side?;
                let Address { ton, npi, addr } = side.address;
                Some((ton, npi, text(addr), text(side.change)))
            });
            history.1.push(sides.into());
        }
    }
    history
}

fn side(ton: u8, npi: u8, addr: &str, change: &str) -> Side {
    Some((ton, npi, addr.to_owned(), change.to_owned()))
}

#[test]
fn each_kind_of_change_is_told_with_the_submit() {
    let gb = Country::from_code("GB");
    let completing = Forms { country: gb, ..usual() };
    let adding = Forms { plus: Sign::Add, ..completing };
    let sender = address(5, 0, "ACME");
    let number = address(1, 1, "447400123456");
    let completed = "completed by the plan of GB, TON and NPI set";
    let completed_with_plus = "completed by the plan of GB, + added, TON and NPI set";
    let cases = [
        (
            completing,
            sender,
            address(2, 1, "07400123456"),
            None,
            side(1, 1, "447400123456", completed),
        ),
        (
            adding,
            sender,
            address(0, 0, "00447400123456"),
            None,
            side(1, 1, "+447400123456", completed_with_plus),
        ),
        (usual(), address(0, 1, "ACME"), number, side(5, 0, "ACME", "TON and NPI set"), None),
        (usual(), address(0, 1, "60777"), number, side(3, 0, "60777", "TON and NPI set"), None),
        (
            usual(),
            sender,
            address(1, 1, "+447400123456"),
            None,
            side(1, 1, "447400123456", "+ dropped"),
        ),
    ];
    for (forms, source, destination, of_source, of_destination) in cases {
        let mut desk = desk(forms);
        let queued = submit(&mut desk, source, destination);
        let told = history(&desk, &queued);
        assert_eq!(told, (vec!["sending", "readdressed"], vec![(of_source, of_destination)]));
    }
}

#[test]
fn what_goes_as_it_came_is_not_told_and_the_record_keeps_what_came() {
    let mut desk = desk(usual());
    let (source, destination) = (address(5, 0, "ACME"), address(1, 1, "447400123456"));
    let queued = submit(&mut desk, source, destination);
    assert_eq!(history(&desk, &queued), (vec!["sending"], vec![]));
    let signed = address(1, 1, "+447400123456");
    let queued = submit(&mut desk, source, signed);
    assert_eq!(Message::decode(&queued.record).expect("reads").destination, signed);
}

#[test]
fn what_is_told_is_what_is_sent() {
    let mut desk = desk(usual());
    let (source, destination) = (address(0, 0, "ACME"), address(0, 0, "+447400123456"));
    let queued = submit(&mut desk, source, destination);
    let message = Message::decode(&queued.record).expect("reads");
    let shared = desk.engine.shared();
    let profile = &shared.carriers[0].config.profile;
    let sent = shared.readdress(profile, queued.account, &message);
    assert_eq!(sent.source.address(), address(5, 0, "ACME"));
    assert_eq!(sent.destination.address(), address(1, 1, "447400123456"));
    let (_, told) = history(&desk, &queued);
    let sender = side(5, 0, "ACME", "TON and NPI set");
    let number = side(1, 1, "447400123456", "+ dropped, TON and NPI set");
    assert_eq!(told, [(sender, number)]);
}

#[test]
fn a_second_submit_to_the_same_carrier_tells_nothing_new() {
    let mut desk = desk(usual());
    let queued = submit(&mut desk, address(0, 0, "ACME"), address(1, 1, "447400123456"));
    let carrier = desk.carrier;
    desk.engine.refused(NOW, carrier, (SMSC, NOW), queued.clone(), 0x14);
    desk.now = NOW + Duration::from_secs(3_600);
    let again = desk.submits();
    assert_eq!((again.len(), again[0].attempts), (1, 2));
    let kinds = history(&desk, &queued).0;
    assert_eq!(kinds, ["sending", "readdressed", "refused", "sending"]);
}

#[test]
fn an_accounts_country_completes_its_numbers() {
    let mut desk = desk(usual());
    let mut settings = Settings {
        carriers: vec![CarrierConfig {
            name: "net".into(),
            profile: desk.engine.shared().carriers[0].config.profile.clone(),
            ..CarrierConfig::default()
        }],
        routes: vec![RouteConfig::to("", 0)],
        ..Settings::default()
    };
    let country = Country::from_code("FR");
    settings.accounts =
        vec![AccountConfig { name: "app".into(), country, ..AccountConfig::default() }];
    let disk = Arc::new(SimDisk::new(1));
    desk.opened = Ledger::open(disk, LedgerConfig::default()).expect("opens");
    let shared = Arc::new(share(&settings, &desk.opened.ledger, 1).expect("names are kept"));
    let national = Message { destination: address(2, 1, "0612345678"), ..Message::default() };
    let profile = &shared.carriers[0].config.profile;
    let sent = shared.readdress(profile, shared.accounts[0].id, &national);
    assert_eq!(sent.destination.address(), address(1, 1, "33612345678"));
}
