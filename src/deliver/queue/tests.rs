//! Turns, priorities and ends of the queue in front of a carrier.

use super::*;
use crate::deliver::lane::OVERTAKEN_MAX;

fn queued(ord: u64, account: u16, octets: usize) -> Queued {
    Queued {
        tried: Box::default(),
        stays_until: Timestamp(0),
        ord: MessageOrd(ord),
        lsn: 0,
        account: AccountId(account),
        attempts: 0,
        failures: 0,
        doubts: 0,
        parts: 1,
        priority: 0,
        accepted_at: Timestamp(0),
        due_at: Timestamp(0),
        expires_at: Timestamp::NEVER,
        record: Bytes::from(vec![0; octets]),
        limits: Limits::NONE,
    }
}

fn all(queue: &mut FairQueue) -> Vec<u64> {
    std::iter::from_fn(|| queue.pop()).map(|next| next.ord.0).collect()
}

#[test]
fn an_account_with_few_messages_does_not_wait_behind_one_with_many() {
    let mut queue = FairQueue::new(usize::MAX);
    (0..1_000).for_each(|ord| queue.push(queued(ord, 0, 1)));
    queue.push(queued(1_000, 1, 1));
    let position = (0..).find(|_| queue.pop().is_none_or(|next| next.account.0 == 1));
    assert!(position.is_some_and(|position| position <= QUANTUM), "{position:?}");
}

/// Serves one message each 2 ms; small sends at random moments, some in pairs, ten a second; the
/// flood comes in clumps of 25, 500 a second. Gives the waits of the small one, shortest first.
fn waits_of_the_small(flood: bool) -> Vec<u64> {
    let mut queue = FairQueue::new(usize::MAX);
    let mut random = fastrand::Rng::with_seed(7);
    let mut waits = Vec::new();
    let mut next_small = 0;
    for us in (0..200_000_000_u64).step_by(100) {
        let message = |account| Queued { accepted_at: Timestamp(us), ..queued(us, account, 1) };
        if flood && us % 50_000 == 0 {
            (0..25).for_each(|_| queue.push(message(0)));
        }
        if us >= next_small {
            let pair = random.u8(..10) == 0;
            (0..=u8::from(pair)).for_each(|_| queue.push(message(1)));
            next_small = us + random.u64(..200_000);
        }
        // A hair slower than the flood and the small one together.
        if us % 2_000 == 0
            && let Some(served) = queue.pop()
            && served.account.0 == 1
        {
            waits.push(us + 2_000 - served.accepted_at.0);
        }
    }
    waits.sort_unstable();
    waits
}

#[test]
fn a_flood_beside_it_does_not_double_a_small_accounts_wait() {
    let (alone, beside) = (waits_of_the_small(false), waits_of_the_small(true));
    let p99 = |waits: &[u64]| waits[waits.len() * 99 / 100];
    assert!(alone.len() > 1_500 && beside.len() == alone.len(), "{}", beside.len());
    assert!(p99(&beside) <= 2 * p99(&alone), "{} beside, {} alone", p99(&beside), p99(&alone));
}

#[test]
fn who_is_always_back_at_once_gets_no_more_than_its_share() {
    let mut queue = FairQueue::new(usize::MAX);
    (0..10_000).for_each(|ord| queue.push(queued(ord, 0, 1)));
    queue.push(queued(0, 1, 1));
    let mut eager = 0;
    for _ in 0..5_000 {
        if queue.pop().is_some_and(|next| next.account.0 == 1) {
            eager += 1;
            queue.push(queued(0, 1, 1));
        }
    }
    assert!((250..=2_600).contains(&eager), "{eager} of 5000");
}

#[test]
fn each_account_keeps_its_order() {
    let mut queue = FairQueue::new(usize::MAX);
    for ord in 0..300 {
        queue.push(queued(ord, (ord % 3) as u16, 1));
    }
    let mut last = [None; 3];
    while let Some(next) = queue.pop() {
        let before = last[usize::from(next.account.0)].replace(next.ord);
        assert!(before < Some(next.ord));
    }
    assert!(queue.is_empty());
}

#[test]
fn what_is_put_back_comes_next() {
    let mut queue = FairQueue::new(usize::MAX);
    (0..3).for_each(|ord| queue.push(queued(ord, 0, 1)));
    let first = queue.pop().expect("three are waiting");
    queue.put_back(first);
    assert_eq!(all(&mut queue), [0, 1, 2]);
}

#[test]
fn many_that_waited_for_their_time_come_first_in_their_line_and_take_no_turns_of_others() {
    let mut queue = FairQueue::new(usize::MAX);
    (0..200).for_each(|ord| queue.push(queued(ord, 0, 1)));
    (1_000..1_200).for_each(|ord| queue.push(queued(ord, 1, 1)));
    (500..700).rev().for_each(|ord| queue.again(queued(ord, 1, 1)));
    let order = all(&mut queue);
    let of_one = order.iter().take(100).filter(|ord| **ord >= 500).count();
    assert!((36..=64).contains(&of_one), "{of_one}");
    assert_eq!(order.iter().find(|ord| **ord >= 500), Some(&500));
}

#[test]
fn the_urgent_go_first_and_starve_nobody() {
    let mut queue = FairQueue::new(usize::MAX);
    queue.push(queued(1_000, 0, 1));
    for (ord, priority) in [(0, 1), (1, 3), (2, 200), (3, 2), (4, 1)] {
        queue.push(Queued { priority, ..queued(ord, 0, 1) });
    }
    assert_eq!(all(&mut queue), [1, 2, 3, 0, 4, 1_000]);
    queue.push(queued(1_000, 0, 1));
    (0..100).for_each(|ord| queue.push(Queued { priority: 3, ..queued(ord, 0, 1) }));
    let order = all(&mut queue);
    let place = order.iter().position(|ord| *ord == 1_000);
    assert_eq!(place, Some(usize::from(OVERTAKEN_MAX)));
}

#[test]
fn one_accounts_urgent_messages_take_no_turns_of_another() {
    let mut queue = FairQueue::new(usize::MAX);
    for ord in 0..100 {
        queue.push(Queued { priority: 3, ..queued(ord, 0, 1) });
        queue.push(queued(ord + 1_000, 1, 1));
    }
    let first_hundred: Vec<u64> = all(&mut queue).into_iter().take(100).collect();
    let of_the_other = first_hundred.iter().filter(|ord| **ord >= 1_000).count();
    assert!((36..=64).contains(&of_the_other), "{of_the_other}");
}

#[test]
fn messages_whose_time_is_over_leave_from_any_place_in_any_line() {
    let mut queue = FairQueue::new(usize::MAX);
    for (ord, account, priority) in [(0, 0, 0), (5, 1, 0), (1, 0, 0), (2, 0, 3)] {
        let expires_at = Timestamp(ord * 10 + 1);
        queue.push(Queued { expires_at, priority, ..queued(ord, account, 1) });
    }
    assert_eq!(queue.expires_at(), Timestamp(1));
    let mut over = Vec::new();
    queue.expire(Timestamp(11), &mut over);
    let mut ords: Vec<u64> = over.iter().map(|over| over.ord.0).collect();
    ords.sort_unstable();
    assert_eq!(ords, [0, 1]);
    assert_eq!((queue.len(), queue.accounts()), (2, 2));
    over.clear();
    queue.expire(queue.expires_at(), &mut over);
    assert_eq!(over.len(), 2, "the rest, a second later");
    assert!(queue.is_empty() && queue.pop().is_none());
    assert_eq!(queue.expires_at(), Timestamp::NEVER);
}

#[test]
fn records_beyond_the_memory_allowed_are_left_on_disk() {
    let mut queue = FairQueue::new(250);
    (0..4).for_each(|ord| queue.push(queued(ord, 0, 100)));
    let loaded: Vec<_> = std::iter::from_fn(|| queue.pop()).map(|next| next.record.len()).collect();
    assert_eq!(loaded, [100, 100, 0, 0]);
    queue.push(queued(9, 0, 100));
    assert_eq!(queue.pop().map(|next| next.record.len()), Some(100));
}
