//! The seeds: a few dozen each time, a thousand on request, one to look at.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Instant;

use crate::world::{Outcome, live};

/// Seeds of every run of the tests.
const SEEDS: u64 = 150;

fn failure(seed: u64, outcome: &Outcome) -> String {
    let mut text = format!(
        "seed {seed} fails; to see it again:\n    \
         POSTRIDER_SEED={seed} POSTRIDER_TRACE=1 cargo test --test sim one_seed -- --nocapture\n"
    );
    for violation in outcome.violations.iter().take(12) {
        let _ = writeln!(text, "  {}: {:.400}", violation.check, violation.what);
    }
    text
}

/// Runs seeds, reports those that fail, and says what they have seen.
fn run(seeds: std::ops::Range<u64>) {
    let began = Instant::now();
    let (mut failures, mut count) = (Vec::new(), 0);
    let (mut messages, mut receipts, mut deaths, mut seconds) = (0, 0, 0, 0);
    let mut withdrawn = 0;
    let (mut takings, mut again, mut refused) = (0, 0, BTreeMap::<u32, usize>::new());
    for seed in seeds {
        let outcome = live(seed, None);
        count += 1;
        messages += outcome.acknowledged;
        receipts += outcome.given;
        takings += outcome.takings;
        again += outcome.again;
        for (status, count) in &outcome.refused {
            *refused.entry(*status).or_default() += count;
        }
        deaths += outcome.deaths;
        withdrawn += outcome.withdrawn;
        seconds += outcome.lasted.as_secs();
        if !outcome.violations.is_empty() {
            let text = failure(seed, &outcome);
            println!("{text}");
            failures.push(seed);
        }
    }
    println!(
        "{count} seeds: {messages} messages accepted, refused by status {refused:?}, {takings} \
         submits, {again} of them again, {withdrawn} cancelled or replaced, {receipts} receipts and texts given, {deaths} ends of the \
         process, {seconds} s lived in {:.1} s",
        began.elapsed().as_secs_f64()
    );
    assert!(failures.is_empty(), "seeds that fail: {failures:?}");
}

fn number(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

#[test]
fn a_few_dozen_worlds_end_as_they_should() {
    run(0..SEEDS);
}

#[test]
#[ignore = "takes minutes; POSTRIDER_SEEDS says how many, POSTRIDER_FROM from where"]
fn many_worlds_end_as_they_should() {
    let from = number("POSTRIDER_FROM", 0);
    run(from..from + number("POSTRIDER_SEEDS", 1_000));
}

#[test]
fn one_seed_of_your_choice_ends_as_it_should() {
    let seed = number("POSTRIDER_SEED", 4_711);
    run(seed..seed + 1);
}

#[test]
fn the_same_seed_gives_the_same_world() {
    for seed in 100..106 {
        let (first, second) = (live(seed, None), live(seed, None));
        assert_eq!(first.hash, second.hash, "seed {seed}");
    }
}
