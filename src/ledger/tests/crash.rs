//! Power cuts and failing disks: whatever happens, what was acknowledged is there, once, in order.

use super::world::World;
use crate::spool::sim_disk::Fault;

/// Opens as often as it takes; every attempt may be cut off by another fault.
pub(super) fn reopen(world: &mut World, faults: u32) {
    for _ in 0..faults {
        world.crash();
        let operation = world.random.u64(..60);
        world.disk.fail_at(operation, Fault::PowerCut);
        if world.open().is_ok() {
            world.check();
        }
    }
    world.crash();
    world.open().expect("a disk that works");
    assert!(world.check());
}

/// Runs until the fault strikes; says whether it did.
pub(super) fn run_into(world: &mut World, steps: u32, operation: u64, fault: Fault) -> bool {
    world.disk.fail_at(operation, fault);
    if world.open().is_err() {
        return true;
    }
    (0..steps).any(|_| !world.step())
}

#[test]
fn a_power_cut_at_any_operation_of_the_disk_loses_nothing_acknowledged() {
    cut_at_every(11, 7);
}

#[test]
#[ignore = "takes minutes"]
fn a_power_cut_at_every_operation_of_the_disk_loses_nothing_acknowledged_long() {
    (11..15).for_each(|seed| cut_at_every(seed, 1));
}

fn cut_at_every(seed: u64, stride: usize) {
    for operation in (0..).step_by(stride) {
        let mut world = World::new(seed);
        let struck = run_into(&mut world, 500, operation, Fault::PowerCut);
        reopen(&mut world, (operation % 3) as u32);
        if !struck {
            assert!(operation > 200, "the run was long enough to matter: {operation}");
            return;
        }
    }
}

#[test]
fn power_cuts_again_and_again_lose_nothing_acknowledged() {
    (0..12).for_each(many_cuts);
}

#[test]
#[ignore = "takes minutes"]
fn power_cuts_again_and_again_lose_nothing_acknowledged_long() {
    (1000..4000).for_each(many_cuts);
}

fn many_cuts(seed: u64) {
    let mut world = World::new(seed);
    world.expires = seed % 2 == 1;
    for _ in 0..6 {
        let operation = world.random.u64(..400);
        let steps = world.random.u32(..600);
        run_into(&mut world, steps, operation, Fault::PowerCut);
        let faults = world.random.u32(..2);
        reopen(&mut world, faults);
    }
}

#[test]
fn a_power_cut_while_old_messages_are_let_go_loses_nothing_that_is_kept() {
    expire_cut_at_every(20, 19);
}

#[test]
#[ignore = "takes minutes"]
fn a_power_cut_while_old_messages_are_let_go_loses_nothing_that_is_kept_long() {
    (20..24).for_each(|seed| expire_cut_at_every(seed, 1));
}

fn expire_cut_at_every(seed: u64, stride: usize) {
    let mut let_go = 0;
    for operation in (0..).step_by(stride) {
        let mut world = World::new(seed);
        world.expires = true;
        let struck = run_into(&mut world, 900, operation, Fault::PowerCut);
        reopen(&mut world, (operation % 3) as u32);
        let_go += u32::from(world.kept_from > 0);
        if !struck {
            assert!(let_go > 3, "old messages were let go: {let_go}");
            return;
        }
    }
}

#[test]
fn after_an_operation_that_failed_nothing_more_is_acknowledged() {
    for seed in 0..40 {
        let mut world = World::new(seed);
        let operation = world.random.u64(20..400);
        if run_into(&mut world, 800, operation, Fault::Error) {
            for _ in 0..50 {
                world.step();
            }
        }
        reopen(&mut world, 1);
    }
}
