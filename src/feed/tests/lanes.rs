//! Callbacks over the feed: each server in a lane of its own, over crashes, and no more lanes than may be.

use std::time::Instant;

use super::*;
use crate::feed::lane::Lane;
use crate::feed::lanes::{HOSTS_DEFAULT, LINGER};
use crate::message::callback::{CallbackFormat, CallbackMethod, CallbackRef, CallbackWants};

impl World {
    /// A message whose status is called at an address.
    fn called(&mut self, url: &str, wants: u8) -> MessageOrd {
        let message = Message { account: SHOP, carrier: SINK, parts: 1, ..Message::default() };
        let callback = CallbackRef {
            format: CallbackFormat::Kannel,
            method: CallbackMethod::Get,
            wants: CallbackWants(wants),
            url,
            context: "",
        };
        self.append(|chunk| {
            let slot = chunk.message(&message);
            chunk.event_here(slot.index, &What::Callback(callback));
        })
    }

    fn calling(&self) -> (Feed, Follower) {
        let feed = self.feed();
        feed.open_lanes(HOSTS_DEFAULT).unwrap();
        feed.admit_callbacks(SHOP).unwrap();
        let follower = follower(&feed);
        (feed, follower)
    }

    fn delivered(&mut self, ord: MessageOrd) {
        self.sent(ord);
        self.receipt(ord, 2);
    }
}

/// What each lane has to tell.
fn by_lane(feed: &Feed) -> Vec<Vec<(u64, Kind)>> {
    let mut all: Vec<_> = feed.lanes().consumers().iter().map(|lane| told(lane)).collect();
    // Between messages there is no order, and within one the order stays.
    all.iter_mut().for_each(|lane| lane.sort_by_key(|(ord, _)| *ord));
    all.sort();
    all
}

fn turn_all(follower: &mut Follower, feed: &Feed) {
    turns(follower, feed);
    let all = [feed.consumers(), feed.lanes().consumers()].concat();
    follower.write_cursors(&all, true);
}

#[test]
fn a_callback_is_called_for_what_it_wants_and_nothing_else_is() {
    use Kind::{Delivered, Sent, Undelivered};
    let mut world = World::open(&Arc::new(SimDisk::new(1)));
    let (feed, mut follower) = world.calling();
    let plain = world.message(SHOP);
    let both = world.called("http://a.example/", 1 | 8);
    let ends = world.called("http://a.example/x", 1 | 2);
    let refused = world.called("http://b.example/", 1);
    let elsewhere = world.called("http://%p/", 31);
    for ord in [plain, both, ends, elsewhere] {
        world.delivered(ord);
    }
    world.sent(refused);
    world.receipt(refused, 5);
    let failed = world.called("http://b.example/", 2);
    world.sent(failed);
    world.receipt(failed, 5);
    turns(&mut follower, &feed);
    let a = vec![(both.0, Sent), (both.0, Delivered), (ends.0, Delivered)];
    assert_eq!(by_lane(&feed), [a, vec![(failed.0, Undelivered)]]);
}

#[test]
fn a_dead_server_keeps_a_bounded_window_and_a_healthy_one_beside_it_hears_everything() {
    let mut world = World::open(&Arc::new(SimDisk::new(2)));
    let (feed, mut follower) = world.calling();
    let (mut dead, mut alive) = (Vec::new(), Vec::new());
    for _ in 0..200 {
        dead.push(world.called("http://dead.example/", 1));
        alive.push(world.called("http://alive.example/", 1));
        world.delivered(dead[dead.len() - 1]);
        world.delivered(alive[alive.len() - 1]);
    }
    turns(&mut follower, &feed);
    let lane = |url| {
        let name = Lane::of(SHOP, url).unwrap().to_string();
        feed.lanes().consumers().into_iter().find(|lane| lane.name() == name).unwrap()
    };
    let (of_dead, of_alive) = (lane("http://dead.example/"), lane("http://alive.example/"));
    let mut heard = Vec::new();
    while heard.len() < alive.len() {
        let more = told(&of_alive);
        assert!(!more.is_empty(), "{} of {}", heard.len(), alive.len());
        heard.extend(more.into_iter().map(|(ord, _)| MessageOrd(ord)));
        turns(&mut follower, &feed);
    }
    assert_eq!(heard, alive);
    assert_eq!(of_dead.backlog().events, 200);
    let mut late = Vec::new();
    while let Some(given) = of_dead.next(NOW) {
        of_dead.settle(NOW, given.notice.lsn);
        late.push(given.notice.ord);
        turns(&mut follower, &feed);
    }
    assert_eq!(late, dead, "in order, when it is back");
    assert_eq!(of_dead.backlog().events, 0);
}

#[test]
fn what_is_owed_survives_a_crash_at_any_time() {
    for written in [false, true] {
        let disk = Arc::new(SimDisk::new(3));
        let mut world = World::open(&disk);
        let (feed, mut follower) = world.calling();
        let first = world.called("http://a.example/", 1);
        world.delivered(first);
        if written {
            turn_all(&mut follower, &feed);
        }
        // Taken in and not looked at yet.
        let second = world.called("http://b.example/", 1);
        world.delivered(second);
        drop((feed, follower, world));
        let world = World::open(&disk);
        let feed = world.feed();
        feed.open_lanes(HOSTS_DEFAULT).unwrap();
        let mut follower = super::follower(&feed);
        turns(&mut follower, &feed);
        let both = [vec![(first.0, Kind::Delivered)], vec![(second.0, Kind::Delivered)]];
        assert_eq!(by_lane(&feed), both, "written: {written}");
    }
}

#[test]
fn servers_above_the_limit_share_a_lane_and_everything_is_told_once() {
    let disk = Arc::new(SimDisk::new(4));
    let mut world = World::open(&disk);
    let feed = world.feed();
    feed.open_lanes(2).unwrap();
    feed.admit_callbacks(SHOP).unwrap();
    let mut follower = follower(&feed);
    let mut all = Vec::new();
    for round in 0..100 {
        for server in 0..5 {
            let ord = world.called(&format!("http://s{server}.example/{round}"), 1);
            world.delivered(ord);
            all.push(ord.0);
        }
    }
    turns(&mut follower, &feed);
    assert_eq!(feed.lanes().consumers().len(), 3);
    let mut heard = Vec::new();
    loop {
        let more: Vec<_> = by_lane(&feed).concat();
        if more.is_empty() {
            break;
        }
        heard.extend(more.into_iter().map(|(ord, _)| ord));
        turns(&mut follower, &feed);
    }
    heard.sort_unstable();
    assert_eq!(heard, all);
    // The shared lane goes first, and then those of servers that nobody calls any more.
    let later = |times: u32| Instant::now() + LINGER * times;
    for (times, left) in [(1, 3), (3, 2), (5, 0)] {
        follower.keep_lanes(later(times), true);
        assert_eq!(feed.lanes().consumers().len(), left, "after {times}");
    }
    drop((feed, follower, world));
    let world = World::open(&disk);
    let feed = world.feed();
    feed.open_lanes(2).unwrap();
    turns(&mut super::follower(&feed), &feed);
    assert!(feed.lanes().consumers().is_empty(), "their cursors went with them");
}

#[test]
fn nobody_looks_for_callbacks_before_anyone_has_given_one() {
    let mut world = World::open(&Arc::new(SimDisk::new(5)));
    let feed = world.feed();
    feed.open_lanes(HOSTS_DEFAULT).unwrap();
    let ord = world.message(SHOP);
    world.delivered(ord);
    assert!(!follower(&feed).turn(&feed.consumers()).unwrap());
    assert!(feed.lanes().consumers().is_empty());
}
