//! The rules of the house, as tests: who may import whom, how long a file may be, what every file
//! begins with, and what may not be left lying about.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    unreachable_pub,
    missing_docs,
    reason = "a test that cannot go on should stop and say why"
)]

mod dependencies;

mod files;

mod imports;

mod sources;
