//! The journey itself: the engine that decides, the shards that run it, and the ports by which
//! people and programs reach it.
//!
//! An [`Engine`](engine::Engine) is one shard's share of the gateway: the accounts and the carriers
//! that live on it, and nothing of the others. It is a plain library, without tasks, locks or clocks:
//! facts go in by its methods, and what is to be done comes out as [`Effect`](effect::Effect)s. An
//! account and a carrier each belong to one shard for life, so their rates, windows, queues and
//! correlation need no lock; a message crosses from its account's shard to its carrier's by
//! [`Mail`](mail::Mail), in batches, after it is on disk.

pub mod account;

pub mod admission;

mod adopt;

pub mod ask;

pub mod board;

pub mod carrier;

pub mod carrier_change;

pub mod change;

pub mod change_ask;

pub mod changes;

pub mod conclude;

pub mod condition;

pub mod congestion;

pub mod consent;

pub mod correlate;

pub mod current;

pub mod effect;

pub mod engine;

pub mod facts;

pub mod failover;

mod errands;

pub mod headroom;

pub mod inbound;

pub mod joining;

pub mod limit_book;

pub mod limit_config;

pub mod limit_hold;

pub mod links;

pub mod made;

pub mod mail;

pub mod mo_book;

pub mod mo_config;

pub mod mo_view;

pub mod operate;

mod owed_what;

pub mod patience;

mod pauses;

pub mod port;

pub mod readdress;

pub mod receipts;

pub mod release;

mod replace;

pub mod report;

pub mod settings;

pub mod restore;

pub mod route_book;

pub mod route_config;

pub mod route_view;

pub mod routing;

pub mod shared;

pub mod silence;

pub mod standing;

pub mod submission;

pub mod submits;

pub mod turn;

pub mod unsendable;

mod withdraw;

mod withheld;
