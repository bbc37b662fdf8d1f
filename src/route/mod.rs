//! Choosing a carrier for a message, or an account for one from a handset ([`mo`]), and saying why.
//!
//! A [`Rule`](rule::Rule) has conditions and a carrier; a [`RouteTable`](table::RouteTable) is many of
//! them, compiled. The lowest `order` wins, then the longest prefix, then the rule with more further
//! conditions, then the lowest cost; among what is still equal a draw by weight decides. The draw is
//! made from account, sender and destination, so that it comes out the same whenever it is made
//! again: the parts of a long message stay together, a second try finds the list of the first, and a
//! simulation repeats. **Invariant**: [`explain`] and `choose` ask the same conditions, and
//! agree. Not here: names of accounts and carriers, what follows from having no route.

pub mod draw;

pub mod explain;

pub mod keyword;

pub mod mo;

pub mod prefix;

pub mod question;

pub mod rule;

pub mod table;

#[cfg(test)]
mod tests;
