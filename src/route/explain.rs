//! Why a message goes where it goes: what every rule of the table made of it.
//!
//! The choice is the table's own; what is said of the other rules asks the same conditions of each,
//! without the tree of prefixes, and compares by the same order.

use std::cmp::Reverse;

use super::question::{Facts, Question};
use super::rule::{Mismatch, Rule};
use super::table::{Choice, Compiled, RouteTable};
use crate::address::country::Country;
use crate::address::kind::Kind;

/// What was chosen and what became of all the others.
#[derive(Clone, Debug)]
pub struct Explanation<'t> {
    /// What is chosen; `None`: there is no route.
    pub choice: Option<Choice<'t>>,
    /// The country of the destination, if it is known.
    pub country: Option<Country>,
    /// What the sender is.
    pub sender_kind: Kind,
    /// Every rule, in the order in which they go before each other for this message; those that do not
    /// match come last, as they were written.
    pub rules: Vec<Weighed<'t>>,
}

/// A rule and what it made of the message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Weighed<'t> {
    /// The rule.
    pub rule: &'t Rule,
    /// Its place among all rules.
    pub place: usize,
    /// What it made of the message.
    pub outcome: Outcome,
}

/// What a rule made of a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// It takes it.
    Chosen,
    /// It matches, and another goes before it.
    Behind(Behind),
    /// It does not match.
    NotMatched(Mismatch),
}

/// Why a rule that matches is not the one chosen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Behind {
    /// The other has a lower `order`.
    Order {
        /// Of this rule.
        own: u16,
        /// Of the one chosen.
        chosen: u16,
    },
    /// The other has a longer prefix.
    Prefix {
        /// Digits of this rule's.
        own: usize,
        /// Digits of the one chosen.
        chosen: usize,
    },
    /// The other has more conditions.
    Conditions {
        /// Of this rule.
        own: u8,
        /// Of the one chosen.
        chosen: u8,
    },
    /// The other is cheaper.
    Cost {
        /// Of this rule.
        own: u32,
        /// Of the one chosen.
        chosen: u32,
    },
    /// All is equal, and the draw by weight fell to the other.
    Draw,
}

/// What rules that match are ordered by, the first first.
type Rank = (u16, Reverse<usize>, Reverse<u8>, u32);

impl RouteTable {
    /// Says what would be chosen for a message, and of every rule why it is or why not.
    pub fn explain(&self, question: &Question<'_>) -> Explanation<'_> {
        let facts = Facts::new(question);
        let choice = self.choose(question);
        let ranked: Vec<Result<Rank, Mismatch>> =
            self.compiled().iter().map(|compiled| compiled.rank(&facts)).collect();
        let chosen = choice.and_then(|choice| Some((choice.place, ranked[choice.place].ok()?)));
        let mut rules: Vec<Weighed<'_>> = self
            .compiled()
            .iter()
            .zip(&ranked)
            .enumerate()
            .map(|(place, (compiled, rank))| Weighed {
                rule: &compiled.rule,
                place,
                outcome: outcome(place, *rank, chosen),
            })
            .collect();
        rules.sort_by_key(|weighed| match (ranked[weighed.place], weighed.outcome) {
            (Ok(rank), Outcome::Chosen) => (false, Some(rank), false),
            (Ok(rank), _) => (false, Some(rank), true),
            (Err(_), _) => (true, None, true),
        });
        Explanation { choice, country: facts.country(), sender_kind: facts.sender_kind(), rules }
    }
}

impl Compiled {
    /// Its rank for a message, or the first condition that does not hold.
    fn rank(&self, facts: &Facts<'_, '_>) -> Result<Rank, Mismatch> {
        let length = self.prefix_length(facts.digits);
        let mismatch = self.rule.mismatch(facts);
        match (length, mismatch) {
            // The calling code stands for a country that was asked for: say the country.
            (None, _) if self.rule.prefixes.is_empty() => Err(Mismatch::Country(facts.country())),
            (None, _) => Err(Mismatch::Prefix),
            (_, Some(mismatch)) => Err(mismatch),
            (Some(length), None) => {
                let Rule { order, cost, .. } = self.rule;
                Ok((order, Reverse(length), Reverse(self.conditions), cost))
            }
        }
    }
}

fn outcome(place: usize, rank: Result<Rank, Mismatch>, chosen: Option<(usize, Rank)>) -> Outcome {
    let own = match rank {
        Ok(own) => own,
        Err(mismatch) => return Outcome::NotMatched(mismatch),
    };
    let Some((chosen_place, chosen)) = chosen else {
        // The table chooses whenever a rule matches.
        return Outcome::Behind(Behind::Draw);
    };
    if place == chosen_place {
        return Outcome::Chosen;
    }
    Outcome::Behind(if own.0 != chosen.0 {
        Behind::Order { own: own.0, chosen: chosen.0 }
    } else if own.1 != chosen.1 {
        Behind::Prefix { own: own.1.0, chosen: chosen.1.0 }
    } else if own.2 != chosen.2 {
        Behind::Conditions { own: own.2.0, chosen: chosen.2.0 }
    } else if own.3 != chosen.3 {
        Behind::Cost { own: own.3, chosen: chosen.3 }
    } else {
        Behind::Draw
    })
}
