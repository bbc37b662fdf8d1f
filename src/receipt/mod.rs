//! Receipts: whose they are, what they mean, and who is owed one.

pub mod awaiting;

pub mod classify;

pub mod owed;

pub mod parked;

pub mod recent;
