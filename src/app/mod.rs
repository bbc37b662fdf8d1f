//! Building everything and draining everything: the only place that may know all others.

pub mod api;

mod config_diff;

pub mod demo;

pub mod drain;

pub mod gateway;

pub mod govern;

pub mod headroom;

pub mod heart;

pub mod news;

pub mod notify;

pub mod operator;

pub mod reload;

pub mod serve;

pub mod signals;
