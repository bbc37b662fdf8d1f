//! `postrider tail`: what happens at a running gateway, as it happens, a line for each event.

mod arguments;

mod follow;

mod line;

mod sse;

pub(super) use arguments::{TailArgs, run};
