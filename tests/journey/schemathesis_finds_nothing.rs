//! The PyPI package `schemathesis` makes requests of the API's own document, right ones and wrong ones, and
//! holds the answers against it.

use std::net::SocketAddr;
use std::process::Command;

use crate::driver::carrier::Carrier;
use crate::driver::http::{get_json, post_json};
use crate::driver::site::{KEY, Site};
use crate::driver::tools::{installed, is_there};

/// A key of the account `app`, beside the operator's of every site.
const ACCOUNT_KEY: &str = "schemathesis-key";

/// Batches are asked for by themselves. A stream has no end, so that whoever waits for one waits in vain; a
/// drain ends the gateway, and with it the asking.
const MOST: &str = "^/(?!v1/messages/batch|v1/stream|v1/gateway/drain)";

/// What is not asked: a message that its schema allows may have no route or no account.
const ALLOWED_MAY_FAIL: &str = "positive_data_acceptance";

/// And of a batch: what is wrong with one of its messages is told in that one's result.
const WRONG_MAY_PASS: &str = "positive_data_acceptance,negative_data_rejection";

/// Everything that can be asked of these paths, for at most so many seconds.
fn run(api: SocketAddr, key: &str, (paths, not_checked): (&str, &str), seconds: u32) {
    let mut command = Command::new(installed("schemathesis/bin/schemathesis"));
    command
        .args(["run", &format!("http://{api}/openapi.json"), "--no-color", "--continue-on-failure"])
        .args(["--header", &format!("Authorization: Bearer {key}")])
        .args(["--include-path-regex", paths, "--exclude-checks", not_checked])
        .args(["--max-time", &seconds.to_string(), "--max-examples", "25", "--seed", "1"])
        .arg("--generation-deterministic")
        .args(["--request-timeout", "10", "--warnings", "off"])
        .args(["--suppress-health-check", "all"])
        .current_dir(env!("CARGO_TARGET_TMPDIR"));
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    println!("{said}");
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn no_answer_is_a_5xx_or_outside_the_document() {
    let mut asked = Command::new(installed("schemathesis/bin/schemathesis"));
    if !is_there("the PyPI package schemathesis", asked.arg("--version")) {
        return;
    }
    let carrier = Carrier::listen();
    let key =
        format!("[[http.key]]\nkey = \"{ACCOUNT_KEY}\"\naccount = \"app\"\nscopes = [\"*\"]\n");
    let site = Site::with_sink(carrier.address(), "").sections(&key);
    let mut gateway = site.start();
    // Something to list: a part of a longer text, and one that waits.
    let text = "x".repeat(300);
    let body = format!(r#"{{"account":"app","to":"+447700900123","from":"ACME","text":"{text}"}}"#);
    assert_eq!(post_json(site.http(), "/v1/messages", &body).0, 202);
    let most = (MOST, ALLOWED_MAY_FAIL);
    run(site.http(), ACCOUNT_KEY, most, 30);
    run(site.http(), KEY, most, 20);
    run(site.http(), ACCOUNT_KEY, ("^/v1/messages/batch$", WRONG_MAY_PASS), 10);
    let (status, answer) = get_json(site.http(), "/livez");
    assert_eq!((status, &answer["status"]), (200, &"alive".into()));
    assert!(gateway.runs());
}
