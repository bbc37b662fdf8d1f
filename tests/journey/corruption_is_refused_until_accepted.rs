//! A log that is damaged before its end is refused, with the way on named; then it goes on.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;

use crate::driver::esme::Esme;
use crate::driver::http;
use crate::driver::site::Site;
use crate::driver::smsc::Smsc;

/// The one log file of a young data directory.
fn log_file(site: &Site) -> PathBuf {
    fn walk(directory: PathBuf, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(directory).unwrap().map(Result::unwrap) {
            match entry.path() {
                path if path.is_dir() => walk(path, found),
                path => found.push(path),
            }
        }
    }
    let mut files = Vec::new();
    walk(site.data(), &mut files);
    let is_log = |path: &PathBuf| {
        path.file_name().and_then(OsStr::to_str).is_some_and(|name| name.starts_with("log-"))
    };
    files.into_iter().filter(is_log).min().unwrap()
}

/// Turns the octets of `text` in the file over.
fn damage(file: &PathBuf, text: &[u8]) {
    let octets = fs::read(file).unwrap();
    let place = octets.windows(text.len()).position(|window| window == text).unwrap();
    let file = fs::OpenOptions::new().write(true).open(file).unwrap();
    file.write_all_at(&vec![b'#'; text.len()], place as u64).unwrap();
}

#[test]
fn damage_in_the_middle_is_refused_with_the_flag_named_and_accepted_with_the_flag() {
    let smsc = Smsc::start();
    let site = Site::with_sink(smsc.address(), "");
    let mut gateway = site.start();
    let mut esme = Esme::bind(site.smpp());
    let mut ids = Vec::new();
    for number in 0..20 {
        ids.push(esme.submit(&format!("message number {number:02}")));
        esme.receipt();
    }
    drop(esme);
    gateway.kill();
    let log = log_file(&site);
    damage(&log, b"message number 10");

    let mut refused = site.launch(&[]);
    assert_eq!(refused.end().code(), Some(1));
    let said = refused.complete();
    let name = log.file_name().unwrap().to_str().unwrap();
    for part in [name, "is damaged", "--accept-corruption"] {
        assert!(said.contains(part), "{part} is not in: {said}");
    }

    let mut gateway = site.start_with(&["--accept-corruption"]);
    let known = |id: &String| http::get(site.http(), &format!("/v1/messages/{id}")).0 == 200;
    assert!(ids.iter().filter(|id| known(id)).count() >= 19, "more than the damaged one is lost");
    let mut esme = Esme::bind(site.smpp());
    assert_ne!(esme.submit("after the damage"), ids[19]);
    drop(esme);
    gateway.terminate();
    site.start();
}
