//! The API over real sockets, before a real ledger and a pretended pipeline.

mod batch;

mod cancelling;

mod explaining;

mod gateway;

mod connections;

mod console;

mod content;

mod documents;

mod erasing;

mod idempotency;

mod jasmin;

mod kannel;

mod looking_up;

mod operating;

mod opting_out;

mod privacy;

mod refusing;

mod searching;

mod counting;

mod streaming;

mod submitting;

mod twilio;

mod webhooks;
