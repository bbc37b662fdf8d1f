//! The console in Debian's Chromium: the five commonest questions, keys alone, no script, 320 pixels, both themes, axe.

use std::process::Command;
use std::time::Duration;

use crate::driver::patience::until_within;
use crate::driver::process::Process;
use crate::driver::site::{KEY, Site};
use crate::driver::smsc::Smsc;
use crate::driver::tools::{client, installed, is_there};

/// The users of `config/loopback.toml`.
fn users() -> String {
    let loopback = include_str!("../../config/loopback.toml");
    let begin = loopback.find("[[user]]").expect("users");
    loopback[begin..].to_owned()
}

/// Some eighty pages, each looked at by axe in two themes.
const BROWSER_WITHIN: Duration = Duration::from_secs(300);

fn node() -> Command {
    let mut node = Command::new("node");
    node.env("NODE_PATH", installed("browser/node_modules"));
    node
}

#[test]
fn a_rep_answers_in_three_actions_in_a_real_browser() {
    let there = is_there("chromium", Command::new("/usr/bin/chromium").arg("--version"))
        && is_there("playwright-core", node().args(["-e", "require('playwright-core')"]));
    if !there {
        return;
    }
    let smsc = Smsc::start();
    let site = Site::with_sink(smsc.address(), "").sections(&users());
    let mut gateway = site.start();
    let url = format!("http://{}", site.http());
    let mut arguments = vec![client("browser/console.js").display().to_string(), url, KEY.into()];
    // Those of .github/pictures, for whoever makes them anew.
    arguments.extend(std::env::var("POSTRIDER_PICTURES"));
    let mut browser = Process::start("browser", node().args(&arguments));
    until_within(BROWSER_WITHIN, "the browser ends", || (!browser.runs()).then_some(()));
    let status = browser.end();
    let said = browser.complete();
    assert!(status.success(), "{said}");
    println!("{said}");
    gateway.terminate();
    let data = site.data().display().to_string();
    let mut verified = Process::postrider(&["audit", "verify", "--data-dir", &data]);
    let code = verified.end().code();
    let said = verified.complete();
    assert_eq!(code, Some(0), "{said}");
}
