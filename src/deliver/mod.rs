//! Getting a message to its carrier: the queue it waits in, what a refusal means, when to try again.

pub mod backoff;

pub mod failure;

pub mod queue;
