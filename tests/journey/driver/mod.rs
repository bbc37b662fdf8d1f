//! What the scenarios are played with: processes, peers on sockets, and patience.

pub mod carrier;

pub mod collector;

pub mod esme;

pub mod http;

pub mod load;

pub mod node;

pub mod operator;

pub mod patience;

pub mod peer;

pub mod pki;

pub mod process;

pub mod receiver;

pub mod site;

pub mod smsc;

pub mod smsc_of_others;

pub mod stranger;

pub mod tools;
