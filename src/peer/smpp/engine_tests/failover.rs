//! Messages that the next carrier of their route takes.

use super::*;
use crate::message::disposition::Status;
use crate::message::event::{Doubt, What};
use crate::message::reason::Reason;
use crate::message::state::State;
use crate::route::rule::Budget;

const SECOND: LinkId = LinkId(3);
const THIRD: LinkId = LinkId(4);

/// ESME_RSYSERR, ESME_RINVDSTADR.
const SYSTEM_ERROR: u32 = 0x08;
const BAD_DESTINATION: u32 = 0x0B;

/// Three carriers of one route, each of which is tried once; the first two are up.
fn desk() -> Desk {
    let carrier = |name: &str| CarrierConfig {
        name: name.into(),
        attempts_max: 1,
        ..CarrierConfig::default()
    };
    let route = RouteConfig { failover: vec![1, 2], ..RouteConfig::to("", 0) };
    let mut desk = Desk::of(
        10,
        Settings {
            carriers: ["net", "other", "last"].map(carrier).into(),
            routes: vec![route],
            ..Settings::default()
        },
    );
    let second = id(&desk, 1);
    desk.engine.carrier_up(second, SECOND, 0, Some(10));
    desk
}

fn id(desk: &Desk, place: usize) -> CarrierId {
    desk.engine.shared().carriers[place].id
}

/// What left, and for which carrier.
fn left(desk: &mut Desk) -> Vec<(CarrierId, Queued)> {
    let submit = |effect| match effect {
        Effect::Submit { carrier, queued, .. } => Some((carrier, queued)),
        _ => None,
    };
    desk.settle().into_iter().filter_map(submit).collect()
}

fn only(mut left: Vec<(CarrierId, Queued)>) -> (CarrierId, Queued) {
    assert_eq!(left.len(), 1, "{left:?}");
    left.remove(0)
}

fn state(desk: &Desk, queued: &Queued) -> State {
    desk.opened.ledger.state(queued.ord).expect("reads").expect("is there")
}

#[test]
fn what_a_carrier_cannot_take_goes_to_the_next_and_its_history_says_so() {
    let mut desk = desk();
    let (first, second) = (id(&desk, 0), id(&desk, 1));
    desk.submit(1);
    let (carrier, queued) = only(left(&mut desk));
    assert_eq!(carrier, first);
    desk.engine.refused(NOW, first, (SMSC, NOW), queued, SYSTEM_ERROR);
    let (carrier, queued) = only(left(&mut desk));
    assert_eq!((carrier, queued.attempts), (second, 2));
    let events = desk.opened.ledger.events(queued.ord).expect("reads");
    let whats: Vec<&str> =
        events.iter().filter_map(|event| Some(event.event()?.what.name())).collect();
    assert_eq!(whats, ["sending", "refused", "rerouted", "sending"]);
    let rerouted = What::Rerouted { from: first, to: second, reason: Reason::CarrierError };
    assert_eq!(events[2].event().map(|event| event.what), Some(rerouted));
    let ids = CarrierMessageId { written: b"b1", canonical: b"b1" };
    desk.engine.sent(NOW, second, Some((SECOND, NOW)), &queued, &ids);
    assert!(desk.receipts().is_empty(), "nothing has ended");
    assert_eq!(state(&desk, &queued).status, Status::Sent);
    let backlog = |carrier| {
        let shared = desk.engine.shared().carrier(carrier).expect("is there");
        shared.backlog.load(std::sync::atomic::Ordering::Relaxed)
    };
    assert_eq!((backlog(first), backlog(second)), (0, 0));
}

#[test]
fn what_is_wrong_with_the_number_is_wrong_for_every_carrier() {
    let mut desk = desk();
    let first = id(&desk, 0);
    desk.submit(1);
    let (_, queued) = only(left(&mut desk));
    desk.engine.refused(NOW, first, (SMSC, NOW), queued, BAD_DESTINATION);
    assert_eq!(desk.receipts().len(), 1, "ended");
}

#[test]
fn a_message_that_every_carrier_refuses_ends_once_and_no_carrier_has_it_twice() {
    let mut desk = desk();
    let carriers = [id(&desk, 0), id(&desk, 1), id(&desk, 2)];
    desk.engine.carrier_up(carriers[2], THIRD, 0, Some(10));
    desk.submit(1);
    for (carrier, link) in carriers.into_iter().zip([SMSC, SECOND, THIRD]) {
        let (at, queued) = only(left(&mut desk));
        assert_eq!(at, carrier);
        desk.engine.refused(NOW, carrier, (link, NOW), queued, SYSTEM_ERROR);
    }
    let receipts = desk.receipts();
    assert_eq!(receipts.len(), 1);
    assert_eq!(receipts[0].message_state, 5, "UNDELIV");
    assert!(left(&mut desk).is_empty());
}

#[test]
fn a_message_that_a_carrier_may_have_taken_is_never_given_to_another() {
    let mut desk = desk();
    let first = id(&desk, 0);
    desk.submit(1);
    let (_, queued) = only(left(&mut desk));
    desk.engine.in_doubt(NOW, first, SMSC, queued, Doubt::ResponseTimeout);
    let (carrier, queued) = only(left(&mut desk));
    assert_eq!(carrier, first, "submitted again where it may be known");
    desk.engine.refused(NOW, first, (SMSC, NOW), queued, SYSTEM_ERROR);
    assert_eq!(desk.receipts().len(), 1, "ended");
}

#[test]
fn the_routes_time_and_number_of_carriers_limit_the_trying() {
    let one = Budget { carriers_max: 1, ..Budget::default() };
    for (budget, later) in [(one, 0), (Budget::default(), 301)] {
        let route = RouteConfig { failover: vec![1], budget, ..RouteConfig::to("", 0) };
        let carrier = |name: &str| CarrierConfig {
            name: name.into(),
            attempts_max: 1,
            ..CarrierConfig::default()
        };
        let carriers = ["net", "other"].map(carrier).into();
        let settings = Settings { carriers, routes: vec![route], ..Settings::default() };
        let mut desk = Desk::of(10, settings);
        let (first, second) = (id(&desk, 0), id(&desk, 1));
        desk.engine.carrier_up(second, SECOND, 0, Some(10));
        desk.submit(1);
        let (_, queued) = only(left(&mut desk));
        desk.now = NOW + Duration::from_secs(later);
        desk.engine.refused(desk.now, first, (SMSC, NOW), queued, SYSTEM_ERROR);
        assert_eq!(desk.receipts().len(), 1, "ended after {later} s");
    }
}

#[test]
fn a_restart_leaves_a_message_with_the_carrier_it_was_passed_to() {
    let mut desk = desk();
    let (first, second) = (id(&desk, 0), id(&desk, 1));
    desk.engine.carrier_down(second, SECOND);
    desk.submit(1);
    let (_, queued) = only(left(&mut desk));
    desk.engine.refused(NOW, first, (SMSC, NOW), queued, SYSTEM_ERROR);
    assert!(left(&mut desk).is_empty(), "its carrier is down");
    let shared = desk.engine.shared().clone();
    let mut engine = Engine::new(shared, 0, desk.opened.journal.clone(), NOW, 2);
    assert_eq!(engine.restore(&desk.opened.ledger).expect("reads").queued, 1);
    desk.engine = engine;
    desk.engine.carrier_up(first, SMSC, 0, Some(10));
    assert!(left(&mut desk).is_empty(), "not the first one's any more");
    desk.engine.carrier_up(second, SECOND, 0, Some(10));
    let (carrier, queued) = only(left(&mut desk));
    assert_eq!((carrier, &*queued.tried), (second, &[first][..]));
}

#[test]
fn what_waits_for_a_carrier_that_is_down_goes_to_one_that_is_up() {
    let mut desk = desk();
    let (first, second) = (id(&desk, 0), id(&desk, 1));
    assert!(left(&mut desk).is_empty());
    desk.engine.carrier_down(first, SMSC);
    desk.submit(1);
    desk.submit(2);
    desk.now = NOW + Duration::from_secs(5);
    assert!(left(&mut desk).is_empty(), "a bind may come again");
    desk.now = NOW + Duration::from_secs(11);
    let left = left(&mut desk);
    let (carriers, ords): (Vec<_>, Vec<_>) =
        left.iter().map(|(carrier, queued)| (*carrier, queued.ord)).unzip();
    assert_eq!(carriers, [second; 2]);
    assert!(ords.is_sorted(), "{ords:?}");
    assert!(left.iter().all(|(_, queued)| *queued.tried == [first]));
}

#[test]
fn what_waits_for_a_slow_carrier_beyond_its_share_of_the_time_goes_to_the_next() {
    let mut desk = desk();
    let (first, second) = (id(&desk, 0), id(&desk, 1));
    (0..11).for_each(|sequence| desk.submit(sequence));
    assert_eq!(left(&mut desk).len(), 10, "a whole window, which nothing is answered in");
    desk.now = NOW + Duration::from_secs(99);
    assert!(left(&mut desk).is_empty());
    desk.now = NOW + Duration::from_secs(100);
    let (carrier, queued) = only(left(&mut desk));
    assert_eq!((carrier, &*queued.tried), (second, &[first][..]));
}
