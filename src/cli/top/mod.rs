//! `postrider top`: a running gateway at a glance, anew every second.
//!
//! `snapshot` asks and reads, `rates` compares two snapshots, `page` makes lines of them, `screen` keeps
//! them on a terminal. Works by the operator's socket, or by the API of a gateway elsewhere.

mod arguments;

mod page;

mod rates;

mod screen;

mod snapshot;

pub(super) use arguments::{TopArgs, run};
