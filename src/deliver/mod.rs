//! Getting a message to its carrier: the queue it waits in, when to try again.

pub mod backoff;

pub mod lane;

pub mod life;

pub mod limits;

pub mod queue;
