//! Addresses as numbering plans and carriers see them: what an address is, which number and which
//! country it means, and in which form a carrier wants it.
//!
//! [`kind`] tells kinds apart by TON, NPI and characters alone, at the speed of the hot path;
//! [`plan`] knows the numbering plans of all countries and is for the edge. [`canonical`] brings what
//! came into E.164, [`outbound`] what leaves into the carrier's form; both return what they changed as
//! a value, so that it can be told. Nothing is ever completed, shortened or corrected by resemblance:
//! a number is rewritten when a country's plan says what it means, and otherwise stays as it came.
//! Of the rank of `message`, whose [`Address`](crate::message::address::Address) it reads: routes,
//! configuration and the API all need it. Not here: who is routed where.

pub mod canonical;

pub mod change;

pub mod country;

pub mod kind;

pub mod outbound;

pub mod plan;

pub mod sender;

#[cfg(test)]
mod tests;
