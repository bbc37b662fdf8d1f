//! The bodies of the fuzz targets, one file each. They run under libFuzzer here, and over their
//! corpora as plain tests in `tests/wire`, which takes in the same files.

pub mod frame;

pub mod pdu;

pub mod session;
