//! Drawing questions, and asking them.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use super::kind::Kind;
use super::sample::{Sample, Sampled};
use crate::base::id::{CarrierId, MessageOrd};
use crate::ledger::number_set::NumberSet;
use crate::ledger::predicate::Predicate;
use crate::ledger::query::Query;
use crate::ledger::store::Ledger;
use crate::ledger::text::phrase::Words;
use crate::message::address::NumberKey;
use crate::message::carrier_id::NormalId;
use crate::message::record::Direction;

/// How far a window of time reaches to both sides of a message.
const WINDOW: Duration = Duration::from_secs(6 * 60 * 60);

/// Draws questions from what a directory has.
#[derive(Debug)]
pub struct Prober {
    ledger: Arc<Ledger>,
    random: fastrand::Rng,
    sample: Sample,
}

/// A question.
#[derive(Clone, Debug)]
pub struct Question(Asked);

#[derive(Clone, Debug)]
enum Asked {
    Id(MessageOrd),
    CarriersId(CarrierId, Vec<u8>),
    /// The last of so many pages.
    Search(Query, usize),
}

/// An answer.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Answer {
    /// What was found, the newest first.
    pub ords: Vec<MessageOrd>,
    /// Whether the budget of a search ended it.
    pub cut: bool,
}

impl Prober {
    /// Looks at some messages of a directory.
    ///
    /// # Errors
    /// What the disk said, or that there is no message.
    pub fn new(ledger: Arc<Ledger>, seed: u64) -> io::Result<Self> {
        let mut random = fastrand::Rng::with_seed(seed);
        let sample = Sample::of(&ledger, &mut random)?;
        if sample.messages.is_empty() {
            return Err(io::Error::other("there is no message to ask for"));
        }
        Ok(Self { ledger, random, sample })
    }

    /// Draws a question; `None` if the sample has nothing of the kind.
    pub fn draw(&mut self, kind: Kind) -> Option<Question> {
        let one = self.some(|_| true)?;
        let all = match kind {
            Kind::Id => return Some(Question(Asked::Id(one.ord))),
            Kind::CarriersId => {
                let (carrier, id) = self.some(|it| it.carriers_id.is_some())?.carriers_id?;
                return Some(Question(Asked::CarriersId(carrier, NormalId::new(&id).to_vec())));
            }
            Kind::NoCarriersId => {
                let id = format!("{:032x}", self.random.u128(..));
                let (carrier, _) = self.some(|it| it.carriers_id.is_some())?.carriers_id?;
                return Some(Question(Asked::CarriersId(carrier, id.into_bytes())));
            }
            Kind::WindowPage5 => {
                let window = Predicate::Accepted(one.at - WINDOW..one.at + WINDOW);
                let way = Predicate::Direction(Direction::Outbound);
                return Some(Question(Asked::Search(Query::of(vec![window, way]), 5)));
            }
            _ => self.predicates(kind, &one)?,
        };
        Some(Question(Asked::Search(Query::of(all), 1)))
    }

    fn predicates(&mut self, kind: Kind, one: &Sampled) -> Option<Vec<Predicate>> {
        Some(match kind {
            Kind::To => vec![Predicate::To(exact(one.to.as_bytes()))],
            Kind::From => vec![Predicate::From(exact(&one.from))],
            Kind::NoNumber => {
                let number = format!("999{:012}", self.random.u64(..1_000_000_000_000));
                vec![Predicate::To(exact(number.as_bytes()))]
            }
            Kind::Ending(digits) => {
                let to = self.some(|it| it.to.len() >= digits)?.to;
                let ending = NumberSet::ending(&to.as_bytes()[to.len() - digits..])?;
                vec![Predicate::To(ending)]
            }
            Kind::Prefix(digits) => {
                let to = self.some(|it| it.to.len() >= digits)?.to;
                vec![Predicate::To(NumberSet::prefix(&to.as_bytes()[..digits])?)]
            }
            Kind::Account => vec![Predicate::Account(one.account)],
            Kind::Disposition => vec![Predicate::Disposition(one.disposition)],
            Kind::Reason => vec![Predicate::Reason(one.reason)],
            Kind::Direction => {
                let ways = [Direction::Inbound, Direction::Outbound];
                vec![Predicate::Direction(ways[self.random.usize(..2)])]
            }
            Kind::Reference => {
                let it = self.some(|it| !it.reference.is_empty())?;
                vec![Predicate::Reference(it.reference)]
            }
            Kind::NoReference => {
                let reference = format!("none-{:016x}", self.random.u64(..));
                vec![Predicate::Reference(reference.into_bytes())]
            }
            Kind::Tag => vec![Predicate::Tag(self.some(|it| !it.tag.is_empty())?.tag)],
            Kind::Word => vec![self.word()?],
            Kind::TwoCommonWords => vec![self.of(|it| &it.common)?, self.of(|it| &it.common)?],
            Kind::TwoWords => vec![self.word()?, self.word()?],
            Kind::RareWord => vec![self.of(|it| &it.rare)?],
            Kind::NoWord => {
                let word = format!("zq{:016x}", self.random.u64(..));
                vec![Predicate::Text(Words::of(&word)?)]
            }
            Kind::AccountDispositionWord => vec![
                Predicate::Account(one.account),
                Predicate::Disposition(one.disposition),
                self.word()?,
            ],
            Kind::ToWord => vec![Predicate::To(exact(one.to.as_bytes())), self.word()?],
            Kind::Id | Kind::CarriersId | Kind::NoCarriersId | Kind::WindowPage5 => return None,
        })
    }

    /// One of the messages that something holds for.
    fn some(&mut self, wanted: impl Fn(&Sampled) -> bool) -> Option<Sampled> {
        let from = self.random.usize(..self.sample.messages.len());
        let (before, after) = self.sample.messages.split_at(from);
        after.iter().chain(before).find(|it| wanted(it)).cloned()
    }

    /// A word of a text.
    fn word(&mut self) -> Option<Predicate> {
        let words = self.some(|it| !it.words.is_empty())?.words;
        Some(Predicate::Text(Words::of(&words[self.random.usize(..words.len())])?))
    }

    fn of(&mut self, which: impl Fn(&Sample) -> &Vec<String>) -> Option<Predicate> {
        let words = which(&self.sample);
        let word = words.get(self.random.usize(..words.len().max(1)))?;
        Some(Predicate::Text(Words::of(word)?))
    }

    /// Asks a question.
    ///
    /// # Errors
    /// What the disk said.
    pub fn ask(&self, question: &Question) -> io::Result<Answer> {
        match &question.0 {
            Asked::Id(ord) => {
                let there = self.ledger.message(*ord)?.is_some();
                Ok(Answer { ords: there.then_some(*ord).into_iter().collect(), cut: false })
            }
            Asked::CarriersId(carrier, id) => {
                Ok(Answer { ords: self.ledger.correlate(*carrier, &[id])?, cut: false })
            }
            Asked::Search(query, pages) => {
                let mut query = query.clone();
                let mut answer = Answer::default();
                for _ in 0..*pages {
                    let page = self.ledger.search(&query)?;
                    let ords = page.hits.iter().map(|hit| hit.ord).collect();
                    answer = Answer { ords, cut: page.budget_spent };
                    query.after = page.next;
                    if page.complete {
                        break;
                    }
                }
                Ok(answer)
            }
        }
    }

    /// Reads what an answer shows: records, states and histories.
    ///
    /// # Errors
    /// What the disk said.
    pub fn show(&self, answer: &Answer) -> io::Result<()> {
        for &ord in &answer.ords {
            self.ledger.message(ord)?;
            self.ledger.state(ord)?;
            self.ledger.events(ord)?;
        }
        Ok(())
    }
}

fn exact(number: &[u8]) -> NumberSet {
    NumberSet::exact(NumberKey::of(number))
}
