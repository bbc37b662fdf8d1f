//! The unit for systemd: as `systemd-analyze` judges it, and as a service manager hears the gateway.

use std::io::ErrorKind;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use crate::driver::patience::PATIENCE;
use crate::driver::process::Process;
use crate::driver::site::{Site, text};
use crate::driver::tools::is_there;

const PROGRAM: &str = env!("CARGO_BIN_EXE_postrider");

/// The exposure that the unit may have: 0 is a closed box, 10 an open door.
const EXPOSURE_MAX: &str = "16";

/// The unit, with our program where the package has it.
fn unit() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("systemd/postrider.service");
    std::fs::read_to_string(path).unwrap().replace("/usr/bin/postrider", PROGRAM)
}

/// What `systemd-analyze` says of a unit; `None` when it is not installed.
fn analyzed(unit: &str, arguments: &[&str]) -> Option<(String, Output)> {
    if !is_there("systemd-analyze", Command::new("systemd-analyze").arg("--version")) {
        return None;
    }
    let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let file = directory.path().join("postrider.service");
    std::fs::write(&file, unit).unwrap();
    let output = Command::new("systemd-analyze").args(arguments).arg(&file).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    Some((said + &String::from_utf8_lossy(&output.stderr), output))
}

#[test]
fn systemd_finds_nothing_wrong_with_the_unit() {
    let Some((said, output)) = analyzed(&unit(), &["verify", "--man=no"]) else { return };
    assert!(output.status.success() && !said.contains("postrider.service"), "{said}");
}

#[test]
fn systemd_names_what_is_wrong_with_another_unit() {
    let wrong = unit().replace("WatchdogSec=", "WatchdogSeconds=");
    let Some((said, _)) = analyzed(&wrong, &["verify", "--man=no"]) else { return };
    assert!(said.contains("WatchdogSeconds"), "{said}");
}

#[test]
fn the_unit_is_exposed_to_little_and_says_so_when_it_is_opened() {
    let judge = ["security", "--offline=true", "--no-pager", "--threshold", EXPOSURE_MAX];
    let Some((said, output)) = analyzed(&unit(), &judge) else { return };
    assert!(output.status.success(), "{said}");
    let open = unit().replace("SystemCallFilter=", "#");
    let Some((said, output)) = analyzed(&open, &judge) else { return };
    assert!(!output.status.success(), "{said}");
}

/// A gateway under a service manager that wants to hear from it every two seconds.
fn managed(site: &Site) -> (UnixDatagram, Process) {
    let socket = site.file("notify");
    let manager = UnixDatagram::bind(&socket).unwrap();
    let mut command = Command::new(PROGRAM);
    command.args(["serve", "--config", text(&site.configuration())]);
    command.env("NOTIFY_SOCKET", &socket).env("WATCHDOG_USEC", "2000000");
    (manager, Process::start("serve", &mut command))
}

/// The next thing the manager is told, if anything comes in time.
fn told(manager: &UnixDatagram, within: Duration) -> Option<String> {
    manager.set_read_timeout(Some(within)).unwrap();
    let mut octets = [0; 4096];
    match manager.recv(&mut octets) {
        Ok(count) => Some(String::from_utf8_lossy(&octets[..count]).into_owned()),
        Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => None,
        Err(error) => panic!("the manager's socket: {error}"),
    }
}

#[test]
fn the_manager_hears_that_the_gateway_is_ready_then_that_it_lives_then_that_it_stops() {
    let site = Site::new().account("app", "");
    let (manager, mut gateway) = managed(&site);
    assert_eq!(told(&manager, PATIENCE).as_deref(), Some("READY=1\n"));
    let since = Instant::now();
    for _ in 0..4 {
        let said = told(&manager, PATIENCE).unwrap_or_default();
        assert!(said.starts_with("WATCHDOG=1"), "{said}");
    }
    // It is idle, so each time its shards made a turn because they were asked to.
    assert!(since.elapsed() > Duration::from_secs(1), "told by nobody's clock");
    gateway.terminate();
    let said = std::iter::from_fn(|| told(&manager, Duration::from_millis(100)));
    assert!(said.into_iter().any(|said| said.contains("STOPPING=1")));
    assert!(!gateway.written().contains("watchdog"), "{}", gateway.written());
}
