//! The bodies of the fuzz targets, one file each. They run under libFuzzer here, and over their
//! corpora as plain tests in `tests/wire`, `ledger::hostile`, `ledger::text::hostile` and `spool::cold::hostile`.

pub mod address;

pub mod cold;

pub mod frame;

pub mod log_recovery;

pub mod pdu;

pub mod profile;

pub mod receipt;

pub mod search;

pub mod session;

pub mod text;

pub mod text_index;

pub mod udh;
