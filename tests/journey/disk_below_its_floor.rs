//! A disk that runs full: nothing more is accepted and everybody is told; room lets it go on.

use std::fs::File;

use rustix::fs::{FallocateFlags, fallocate, statvfs};

use crate::driver::esme::{Esme, HANDSET};
use crate::driver::http;
use crate::driver::patience::until;
use crate::driver::site::Site;
use crate::driver::smsc::Smsc;

const ESME_RMSGQFUL: u32 = 0x14;

/// Free octets where the sites live.
fn free() -> u64 {
    let stat = statvfs(env!("CARGO_TARGET_TMPDIR")).unwrap();
    stat.f_bavail * stat.f_frsize
}

#[test]
fn below_the_floor_submits_are_refused_and_above_it_they_are_taken_again() {
    let smsc = Smsc::start();
    let free = free();
    let site = Site::with_sink(smsc.address(), "")
        .spool_keys(&format!("free_bytes_min = {}", free / 10 * 7));
    // Stands for everything else on the disk.
    let ballast_path = site.file("ballast");
    let ballast = File::create(&ballast_path).unwrap();
    fallocate(&ballast, FallocateFlags::empty(), 0, free / 10 * 4).unwrap();
    let mut gateway = site.start();
    let mut esme = Esme::bind(site.smpp());
    until("submits are refused", || {
        esme.try_submit(HANDSET, "hello").is_err_and(|status| status == ESME_RMSGQFUL).then_some(())
    });
    let (status, ready) = http::get_json(site.http(), "/readyz?verbose");
    assert_eq!((status, &ready["reason"]), (503, &"disk_full".into()), "{ready}");

    drop(ballast);
    std::fs::remove_file(&ballast_path).unwrap();
    let id = esme.submit_patiently("room again");
    until("it says so", || (http::get(site.http(), "/readyz").0 == 200).then_some(()));
    until("it is delivered", || (esme.receipt().id == id).then_some(()));
    assert!(gateway.runs());
}
