//! What is peculiar to a carrier, as data: its habits, its tables of codes, its parameters.
//!
//! A [`Profile`](profile::Profile) answers what else would be a special case in the code: which
//! version to bind with, what a `command_status` or an `err` means here, in which form an id comes,
//! in which zone a date is. The defaults are the standard's and the field's; `config` reads others
//! from TOML.
//!
//! The rank is that of `deliver` and `receipt`, which know nothing of it: the pipeline asks a profile
//! where it used to ask a fixed table.
//! **Invariants**: a profile is checked and sorted when it is made; looking something up in it
//! allocates nothing and takes at most as many steps as the logarithm of its table.
//! Not here: files, TOML, sockets.

pub mod err;

mod err_table;

pub mod habit;

pub mod message_id;

pub mod profile;

pub mod state;

pub mod status;

mod status_table;

pub mod tlv;

pub mod verdict;

pub mod zone;
