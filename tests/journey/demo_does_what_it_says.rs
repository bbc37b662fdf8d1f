//! What a demo prints can be given to a shell, and does what is said of it.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::driver::patience::until;
use crate::driver::process::Process;
use crate::driver::tools::is_there;

/// Demos look for the ports of the documentation: one test at a time.
fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Starts a demo; the commands it suggests, in their order.
fn start(arguments: &[&str]) -> (Process, Vec<String>) {
    let mut demo = Process::postrider(&[&["demo"], arguments].concat());
    demo.line("how it ends", |line| line.starts_with("Ctrl-C").then_some(()));
    let mut commands = vec![String::new()];
    for line in demo.written().lines() {
        let command = commands.last_mut().unwrap();
        match line.strip_prefix("    ").filter(|_| !line.starts_with("          ")) {
            Some(part) => *command = format!("{command}{part}\n"),
            None if !command.is_empty() => commands.push(String::new()),
            None => {}
        }
    }
    commands.retain(|command| !command.is_empty());
    (demo, commands)
}

/// Types a command as a visitor does who has set the key before.
fn type_in(export: &str, command: &str) -> (String, Output) {
    let output = Command::new("sh").arg("-c").arg(format!("{export}{command}")).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    (format!("{said}{}", String::from_utf8_lossy(&output.stderr)), output)
}

#[test]
fn every_suggestion_of_the_demo_works_as_it_stands() {
    let _turn = alone();
    if !is_there("curl", Command::new("curl").arg("--version")) {
        return;
    }
    let (mut demo, commands) = start(&["--for", "60s"]);
    let [export, post, by_id, by_number, full, held, load] = &commands[..] else {
        panic!("other commands than these: {commands:#?}");
    };
    let (said, _) = type_in(export, post);
    assert!(said.starts_with("HTTP/1.1 202 ") && said.contains("\"id\":\"msg_"), "{said}");
    let said = until("the first message is delivered", || {
        let (said, output) = type_in(export, by_id);
        assert!(output.status.success(), "{said}");
        said.contains("delivered (says network)").then_some(said)
    });
    assert!(said.contains("carrier orange-sim"), "{said}");
    let (said, _) = type_in(export, by_number);
    assert!(said.lines().filter(|line| line.starts_with("msg_")).count() >= 2, "{said}");
    let (said, output) = type_in(export, full);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("Phone memory full (memory_full)"), "{said}");
    let (said, _) = type_in(export, held);
    assert!(said.contains("Held: ") && said.contains("rate_per_second 1"), "{said}");
    let (said, output) = type_in(export, load);
    assert!(output.status.success(), "{said}");
    let written = demo.written();
    let data = written.lines().find_map(|line| line.strip_prefix("Data      ")).unwrap();
    let data = data.strip_suffix("   (removed at the end)").unwrap().to_owned();
    assert!(Path::new(&data).is_dir());
    demo.terminate();
    assert!(!Path::new(&data).exists(), "{data} is left behind");
    let said = demo.complete();
    assert!(said.contains("The shop sent "), "{said}");
}

#[test]
fn two_demos_find_room_beside_each_other_and_end_by_themselves() {
    let _turn = alone();
    let (mut one, _) = start(&["--for", "8s"]);
    let (mut other, _) = start(&["--for", "8s"]);
    assert!(other.written().contains("is taken)"), "{}", other.written());
    for demo in [&mut one, &mut other] {
        assert!(demo.end().success());
        assert!(!demo.complete().contains("WARN"), "{}", demo.written());
    }
}

#[test]
fn a_quiet_demo_prints_addresses_alone_and_keeps_the_data_it_was_given_a_place_for() {
    let _turn = alone();
    let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let data = directory.path().join("data");
    let mut demo = Process::postrider(&[
        "demo",
        "--quiet",
        "--for",
        "1s",
        "--data-dir",
        data.to_str().unwrap(),
    ]);
    assert!(demo.end().success());
    let said = demo.complete();
    assert!(said.contains("HTTP API  http://127.0.0.1:") && !said.contains("curl"), "{said}");
    assert!(data.is_dir());
}
