//! Building everything and draining everything: the only place that may know all others.

pub mod api;

pub mod demo;

pub mod gateway;

pub mod notify;

pub mod serve;
