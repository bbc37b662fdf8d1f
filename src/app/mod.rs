//! Building everything and draining everything: the only place that may know all others.

pub mod gateway;

pub mod serve;
