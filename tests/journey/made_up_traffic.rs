//! `sim ledger` makes a directory that `serve` takes as its own; `ledger` looks at it, `export` writes what
//! is in it, and programs of others read that.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::driver::http::post_json;
use crate::driver::process::Process;
use crate::driver::site::{KEY, Site, text};
use crate::driver::tools::{client, installed, is_there};

const MESSAGES: u64 = 3_000;

fn run(arguments: &[&str]) -> (i32, String) {
    let mut process = Process::postrider(arguments);
    let code = process.end().code().unwrap();
    (code, process.complete())
}

fn filled() -> Site {
    let site = Site::new();
    let (messages, data) = (MESSAGES.to_string(), site.data());
    let arguments =
        ["sim", "ledger", "--messages", &messages, "--days", "3", "--data-dir", text(&data)];
    let (code, said) = run(&arguments);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("3000 messages") && said.contains("messages/s written"), "{said}");
    let (code, said) = run(&arguments);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("is not empty"), "{said}");
    site
}

fn verify(data: &Path) -> (i32, String) {
    run(&["ledger", "verify", "--data-dir", text(data)])
}

#[test]
fn a_gateway_goes_on_with_it_and_it_stays_sound() {
    let site = filled();
    let (code, said) = verify(&site.data());
    assert_eq!(code, 0, "{said}");
    assert!(said.starts_with("sound: 3000 messages"), "{said}");
    let (code, stat) = run(&["ledger", "stat", "--json", "--data-dir", text(&site.data())]);
    let stat: Value = serde_json::from_str(&stat).unwrap();
    assert_eq!((code, &stat["messages"]), (0, &MESSAGES.into()), "{stat}");
    let counted = stat["dispositions"].as_object().unwrap().values();
    assert_eq!(counted.filter_map(Value::as_u64).sum::<u64>(), MESSAGES);
    let mut gateway = site.start();
    let (code, said) = verify(&site.data());
    assert!(code == 1 && said.contains("in use by another process"), "{said}");
    let (code, said) = run(&["ledger", "stat", "--data-dir", text(&site.data())]);
    assert!(code == 1 && said.contains("in use by another process"), "{said}");
    let query = r#"{"query":"disposition:bounced reason:absent_subscriber"}"#;
    let (status, page) = post_json(site.http(), "/v1/messages/search", query);
    assert_eq!(status, 200, "{page}");
    let bounced = page["data"].as_array().unwrap();
    assert!(bounced.len() > 5, "{page}");
    let id = bounced[0]["id"].as_str().unwrap();
    let url = format!("http://{}", site.http());
    let (code, said) = run(&["trace", "--url", &url, "--key", KEY, id]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("UNDELIV err 027") && said.contains("attempt 1"), "{said}");
    gateway.kill();
    let (code, said) = verify(&site.data());
    assert_eq!(code, 0, "after a kill: {said}");
}

#[test]
fn an_export_is_read_by_programs_of_others() {
    let mut asked = Command::new(installed("parquet/bin/python"));
    if !is_there("the PyPI package pyarrow", asked.args(["-c", "import pyarrow.parquet"])) {
        return;
    }
    let site = filled();
    let _gateway = site.start();
    let url = format!("http://{}", site.http());
    let files = ["messages.jsonl", "messages.csv", "messages.parquet"].map(|name| site.file(name));
    for (format, file) in ["jsonl", "csv", "parquet"].iter().zip(&files) {
        let way = ["export", "--url", &url, "--key", KEY, "--format", format, "--texts"];
        let query = ["--query", "direction:mt", "--output", text(file)];
        let (code, said) = run(&[&way[..], &query].concat());
        assert_eq!(code, 0, "{said}");
        let (code, said) = run(&[&way[..], &query].concat());
        assert!(code == 1 && said.contains("is there already"), "{said}");
    }
    let mut reader = Command::new(installed("parquet/bin/python"));
    reader.arg(client("parquet/read.py")).args(&files);
    let output = reader.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    let mut words = said.split_whitespace();
    let count: u64 = words.next().unwrap().parse().unwrap();
    assert!((2_000..MESSAGES).contains(&count), "{said}: long messages are one row");
    assert_eq!(words.next().unwrap(), count.to_string(), "each has its text: {said}");
    let (code, said) =
        run(&["export", "--url", &url, "--key", KEY, "--query", "dispositon:bounced"]);
    assert!(code == 1 && said.contains("did you mean `disposition`?"), "{said}");
}
