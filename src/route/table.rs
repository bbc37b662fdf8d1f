//! All rules, compiled, and the choice between them.
//!
//! For each `order` there is a tree of prefixes; the rules of one prefix stand with the most
//! conditions first. Choosing allocates nothing.

use super::draw::draw;
use super::prefix::{PREFIX_DIGITS_MAX, PrefixTree};
use super::question::{Facts, Question};
use super::rule::Rule;
use crate::address::country::Country;
use crate::address::plan;
use crate::base::id::CarrierId;

/// Rules of one table.
pub const RULES_MAX: usize = 100_000;

/// Why rules cannot be a table.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TableError {
    /// More than [`RULES_MAX`].
    #[error("{0} routes are more than {RULES_MAX}")]
    TooMany(usize),
    /// Not up to 15 digits.
    #[error("route {0}: a prefix is not up to {PREFIX_DIGITS_MAX} digits")]
    Prefix(String),
    /// A country that has no numbers.
    #[error("route {0}: {1} has no numbering plan")]
    Country(String, Country),
}

/// All rules, compiled.
#[derive(Clone, Debug, Default)]
pub struct RouteTable {
    rules: Vec<Compiled>,
    /// By `order`, the lowest first.
    levels: Vec<PrefixTree>,
}

/// A rule with what is asked of it again and again.
#[derive(Clone, Debug)]
pub(super) struct Compiled {
    pub(super) rule: Rule,
    /// The prefixes it is found by: its own, or the calling codes of its countries.
    pub(super) prefixes: Vec<Vec<u8>>,
    pub(super) conditions: u8,
}

/// What was chosen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Choice<'t> {
    /// The rule.
    pub rule: &'t Rule,
    /// Its place among all rules.
    pub place: usize,
    /// Who takes the message.
    pub carrier: CarrierId,
}

impl RouteTable {
    /// Compiles rules.
    ///
    /// # Errors
    /// The first rule that cannot be one.
    pub fn new(rules: Vec<Rule>) -> Result<Self, TableError> {
        if rules.len() > RULES_MAX {
            return Err(TableError::TooMany(rules.len()));
        }
        let rules: Vec<Compiled> = rules.into_iter().map(compile).collect::<Result<_, _>>()?;
        let mut orders: Vec<u16> = rules.iter().map(|compiled| compiled.rule.order).collect();
        orders.sort_unstable();
        orders.dedup();
        let mut levels = vec![PrefixTree::default(); orders.len()];
        for (place, compiled) in rules.iter().enumerate() {
            let level = orders.binary_search(&compiled.rule.order).unwrap_or_default();
            for prefix in &compiled.prefixes {
                if !levels[level].insert(prefix, place as u32) {
                    return Err(TableError::Prefix(compiled.rule.name.clone()));
                }
            }
        }
        for level in &mut levels {
            level.sort_by_key(|place| std::cmp::Reverse(rules[place as usize].conditions));
        }
        Ok(Self { rules, levels })
    }

    /// The rules, as they were given.
    pub fn rules(&self) -> impl ExactSizeIterator<Item = &Rule> {
        self.rules.iter().map(|compiled| &compiled.rule)
    }

    pub(super) fn compiled(&self) -> &[Compiled] {
        &self.rules
    }

    /// The rule for a message; `None`: there is no route.
    pub fn choose(&self, question: &Question<'_>) -> Option<Choice<'_>> {
        let facts = Facts::new(question);
        self.levels
            .iter()
            .find_map(|level| level.find(facts.digits, |places| self.pick(places, &facts)))
    }

    /// Who is next after those that were tried: the rule's carrier, then its failover list, as far as
    /// its budget goes and never the carrier the message came from. `None`: nobody.
    pub fn next_carrier(&self, question: &Question<'_>, tried: &[CarrierId]) -> Option<CarrierId> {
        let Choice { rule, .. } = self.choose(question)?;
        let spent = tried.len() >= usize::from(rule.budget.carriers_max)
            || (!tried.is_empty() && question.age >= rule.budget.time_max);
        if spent {
            return None;
        }
        std::iter::once(&rule.carrier)
            .chain(&rule.failover)
            .find(|&carrier| !tried.contains(carrier) && question.origin != Some(*carrier))
            .copied()
    }

    /// The choice among the rules of one prefix, which stand with the most conditions first.
    fn pick(&self, places: &[u32], facts: &Facts<'_, '_>) -> Option<Choice<'_>> {
        let matching = |place: &u32| {
            let compiled = &self.rules[*place as usize];
            compiled.rule.mismatch(facts).is_none().then_some((*place as usize, compiled))
        };
        let mut candidates = places.iter().enumerate();
        let (start, (first, leader)) =
            candidates.find_map(|(start, place)| Some((start, matching(place)?)))?;
        // Most prefixes have one rule.
        if start + 1 == places.len() {
            let rule = &leader.rule;
            return Some(Choice { rule, place: first, carrier: rule.carrier });
        }
        let equals = || {
            places[start + 1..]
                .iter()
                .take_while(|place| self.rules[**place as usize].conditions == leader.conditions)
                .filter_map(matching)
        };
        let (mut cost, mut total, mut count) = (leader.rule.cost, leader.rule.share(), 1);
        for (_, other) in equals() {
            let other = &other.rule;
            if other.cost < cost {
                (cost, total, count) = (other.cost, other.share(), 1);
            } else if other.cost == cost {
                (total, count) = (total + other.share(), count + 1);
            }
        }
        let mut drawn = if count == 1 { 0 } else { draw(facts.question, total) };
        let cheapest = std::iter::once((first, leader))
            .chain(equals())
            .filter(|(_, other)| other.rule.cost == cost);
        for (place, Compiled { rule, .. }) in cheapest {
            match drawn.checked_sub(rule.share()) {
                Some(rest) => drawn = rest,
                None => return Some(Choice { rule, place, carrier: rule.carrier }),
            }
        }
        None
    }
}

impl Compiled {
    /// The length of the longest prefix of this rule that a number begins with.
    pub(super) fn prefix_length(&self, digits: &[u8]) -> Option<usize> {
        let found = self.prefixes.iter().filter(|prefix| digits.starts_with(prefix));
        found.map(Vec::len).max()
    }
}

fn compile(rule: Rule) -> Result<Compiled, TableError> {
    let mut prefixes = rule.prefixes.clone();
    for &country in &rule.countries {
        let code = plan::calling_code(country)
            .ok_or_else(|| TableError::Country(rule.name.clone(), country))?;
        if rule.prefixes.is_empty() {
            prefixes.push(code.to_string().into_bytes());
        }
    }
    if prefixes.is_empty() {
        prefixes.push(Vec::new());
    }
    Ok(Compiled { conditions: rule.conditions(), prefixes, rule })
}
