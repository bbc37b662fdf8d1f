//! Other settings while messages wait, and operators' orders.

use std::num::NonZeroU32;
use std::sync::atomic::Ordering;
use std::sync::mpsc;

use super::super::reshare::{Steps, reshare};
use super::*;
use crate::message::disposition::Disposition;
use crate::message::reason::Reason;
use crate::pipeline::limit_config::LimitConfig;
use crate::pipeline::operate::Errand;
use crate::pipeline::standing::Order;

const OTHER: LinkId = LinkId(3);

fn settings(carriers: &[&str], routes: Vec<RouteConfig>) -> Settings {
    let carrier = |name: &&str| CarrierConfig { name: (*name).into(), ..CarrierConfig::default() };
    let app = AccountConfig { name: "app".into(), ..AccountConfig::default() };
    Settings {
        accounts: vec![app],
        carriers: carriers.iter().map(carrier).collect(),
        routes,
        ..Settings::default()
    }
}

impl Desk {
    fn reload(&mut self, settings: &Settings) {
        let now = self.engine.shared().clone();
        let Steps { known, settled } =
            reshare(&now, settings, &self.opened.ledger).expect("they can be used");
        self.engine.adopt(self.now, Arc::new(known));
        self.engine.adopt(self.now, Arc::new(settled));
    }

    fn backlogs(&self) -> Vec<(u64, u64)> {
        let shared = self.engine.shared();
        let account = &shared.accounts[0];
        let carriers = shared.carriers.iter();
        let counts = carriers
            .map(|it| (it.backlog.load(Ordering::Relaxed), it.held.load(Ordering::Relaxed)));
        let own = (account.backlog.load(Ordering::Relaxed), account.held.load(Ordering::Relaxed));
        counts.chain([own]).collect()
    }

    fn order(&self, change: impl FnOnce(&mut Order)) {
        let mut order = Order::default();
        change(&mut order);
        self.engine.shared().carriers[0].standing.set(order);
    }
}

#[test]
fn a_limit_that_is_lifted_lets_go_of_what_it_held_and_one_that_comes_holds_what_waits() {
    let route = RouteConfig { rate_per_second: Some(1), ..RouteConfig::to("", 0) };
    let mut desk = Desk::of(10, settings(&["net"], vec![route]));
    (0..4).for_each(|sequence| desk.submit(sequence));
    assert_eq!(desk.submits().len(), 1);
    assert_eq!(desk.backlogs(), [(3, 3), (3, 3)]);
    desk.reload(&settings(&["net"], vec![RouteConfig::to("", 0)]));
    assert_eq!(desk.backlogs(), [(3, 0), (3, 0)]);
    assert_eq!(desk.submits().len(), 3);
    assert_eq!(desk.backlogs(), [(0, 0), (0, 0)]);

    desk.order(|order| order.suspend(Some(Timestamp::NEVER)));
    (4..8).for_each(|sequence| desk.submit(sequence));
    assert!(desk.submits().is_empty());
    let limit = LimitConfig {
        name: None,
        prefixes: vec!["44".into()],
        carrier: None,
        rate_per_second: 1,
        burst: 1,
    };
    let with = Settings { limits: vec![limit], ..settings(&["net"], vec![RouteConfig::to("", 0)]) };
    desk.reload(&with);
    desk.order(|_| {});
    assert_eq!(desk.submits().len(), 1, "they were accepted before there was a limit");
    assert_eq!(desk.backlogs(), [(3, 3), (3, 3)]);
}

#[test]
fn what_waits_for_a_carrier_that_is_gone_goes_where_routes_lead_and_else_waits_on() {
    let both = settings(&["net", "other"], vec![RouteConfig::to("", 0)]);
    let mut desk = Desk::of(10, both);
    desk.engine.carrier_ends(desk.carrier, SMSC);
    desk.engine.carrier_down(desk.carrier, SMSC);
    (0..3).for_each(|sequence| desk.submit(sequence));
    assert!(desk.submits().is_empty());
    desk.reload(&settings(&["other"], vec![RouteConfig::to("99", 0)]));
    assert!(desk.submits().is_empty());
    assert_eq!(desk.backlogs(), [(3, 0), (0, 0), (3, 0)]);
    let hold = desk.engine.shared().carriers[0].hold.load(Ordering::Relaxed);
    assert_eq!(hold, Reason::CarrierRemoved as u32);
    let other = desk.engine.shared().carriers[1].id;
    desk.engine.carrier_up(other, OTHER, 0, Some(10));
    desk.reload(&settings(&["other"], vec![RouteConfig::to("", 0)]));
    let left = desk.submits();
    assert_eq!(left.len(), 3);
    assert!(left.is_sorted_by_key(|queued| queued.ord), "out of order");
    assert_eq!(desk.backlogs(), [(0, 0), (0, 0), (0, 0)]);
}

#[test]
fn an_account_that_was_taken_out_submits_no_more_until_it_is_back_and_keeps_its_counts() {
    let there = settings(&["net"], vec![RouteConfig::to("", 0)]);
    let mut desk = Desk::of(1, there.clone());
    (0..3).for_each(|sequence| desk.submit(sequence));
    assert_eq!(desk.submits().len(), 1);
    let mut without = there.clone();
    without.accounts[0].name = "another".into();
    desk.reload(&without);
    let refused = desk.submit_message(9, &Message { body: b"hello", ..Message::default() });
    assert_eq!(refused, Err(Refusal::UnknownAccount));
    desk.reload(&there);
    assert_eq!(desk.backlogs(), [(2, 0), (2, 0)]);
    desk.submit(10);
    desk.settle();
    assert_eq!(desk.backlogs(), [(3, 0), (3, 0)]);
}

#[test]
fn a_rate_that_is_ordered_stands_in_for_the_configured_one_until_it_is_over() {
    let mut desk = Desk::of(10, settings(&["net"], vec![RouteConfig::to("", 0)]));
    let until = NOW + Duration::from_secs(60);
    desk.order(|order| order.limit(NonZeroU32::new(1).map(|rate| (rate, until))));
    (0..4).for_each(|sequence| desk.submit(sequence));
    assert_eq!(desk.submits().len(), 1);
    desk.now = NOW + Duration::from_secs(1);
    assert_eq!(desk.submits().len(), 1);
    desk.now = until;
    assert_eq!(desk.submits().len(), 2, "its time is over");
}

#[test]
fn what_an_operator_ends_is_told_when_it_is_on_disk_and_its_account_has_receipts() {
    let mut desk = Desk::of(10, settings(&["net"], vec![RouteConfig::to("", 0)]));
    desk.order(|order| order.suspend(Some(Timestamp::NEVER)));
    (0..3).for_each(|sequence| desk.submit(sequence));
    desk.settle();
    let page = desk.opened.ledger.to_submit(desk.carrier, None, 10).expect("reads");
    let ords: Vec<_> = page.iter().map(|waiting| waiting.ord).collect();
    assert_eq!(ords.len(), 3);
    let (told, heard) = mpsc::channel();
    let errand = Errand::Bounce {
        carrier: desk.carrier,
        ords: ords[..2].to_vec(),
        reason: Reason::EndedByOperator,
        told: Box::new(move |count| told.send(count).expect("the test listens")),
    };
    desk.engine.mail(NOW, Mail::Errand(errand));
    assert!(heard.try_recv().is_err(), "nothing is on disk yet");
    assert_eq!(desk.receipts().len(), 2);
    assert_eq!(heard.try_recv(), Ok(2));
    assert_eq!(desk.backlogs(), [(1, 0), (1, 0)]);
    let state = desk.opened.ledger.state(ords[0]).expect("reads").expect("is there");
    assert_eq!((state.disposition, state.reason), (Disposition::Bounced, Reason::EndedByOperator));
}
