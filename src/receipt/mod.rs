//! Receipts: whose they are, and who is owed one.

pub mod awaiting;

pub mod ends;

pub mod owed;

pub mod parked;

pub mod recent;
