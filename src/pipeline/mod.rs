//! The journey itself: the engine that decides, the shards that run it, and the ports by which
//! people and programs reach it.

pub mod port;

pub mod settings;
