//! What a query means in a ledger: names become their numbers, words become all that they can be.
//!
//! Asks the ledger for the messages of carriers' ids, so it may wait for the disk. Not here: reading
//! the query (`parse`), searching (`ledger`).

use std::io;

use super::expression::{Expression, Pattern, Term, Wanted};
use super::key::Key;
use super::number_forms;
use super::number_text;
use super::reading::Reading;
use super::syntax_error::QueryError;
use crate::address::country::Country;
use crate::base::clock::Timestamp;
use crate::base::id::{AccountId, CarrierId};
use crate::ledger::number_set::NumberSet;
use crate::ledger::predicate::{Ords, Predicate};
use crate::ledger::store::Ledger;
use crate::ledger::text::phrase::Words;
use crate::message::carrier_id::{NormalId, candidates};

/// Who asks, when, and where from.
#[derive(Debug)]
pub struct Resolver<'a> {
    /// Where it is looked for.
    pub ledger: &'a Ledger,
    /// The present, for moments such as `2h`.
    pub now: Timestamp,
    /// The countries that accounts write their numbers in.
    pub home: &'a [Country],
    /// The one account that the caller may see; `None` for all.
    pub account: Option<&'a str>,
    /// Whether the caller may know texts: who may not finds nothing by them.
    pub reads_texts: bool,
}

/// What a query means.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Meaning {
    /// All of these have to hold.
    pub all: Vec<Predicate>,
    /// What each bare word was read as, in their order.
    pub read_as: Vec<(String, Vec<Reading>)>,
    /// Carriers' ids that were looked for: receipts without a message may have them.
    pub carrier_ids: Vec<String>,
}

/// Why a query has no meaning for its caller.
#[derive(Debug)]
pub enum NotResolved {
    /// A term names what is not there.
    Query(Option<Key>, QueryError),
    /// It names an account that is not the caller's.
    OtherAccount,
    /// It asks for words of texts, which the caller may not know.
    Texts,
    /// The ledger could not be read.
    Io(io::Error),
}

impl From<io::Error> for NotResolved {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl Resolver<'_> {
    /// What a query means.
    ///
    /// # Errors
    /// Why it means nothing.
    pub fn meaning(&self, expression: &Expression) -> Result<Meaning, NotResolved> {
        let mut meaning = Meaning::default();
        if let Some(own) = self.account {
            let own = self.ledger.names().find_account(own);
            // Of an account that the ledger does not know there is nothing.
            meaning.all.push(own.map_or(Predicate::Any(Vec::new()), Predicate::Account));
        }
        for term in &expression.terms {
            let Some(predicate) = self.predicate(term, expression, &mut meaning)? else {
                continue;
            };
            meaning.all.push(match term.negated {
                true => Predicate::Not(Box::new(predicate)),
                false => predicate,
            });
        }
        Ok(meaning)
    }

    /// What a term asks for; `None` if every message has it.
    fn predicate(
        &self,
        term: &Term,
        whole: &Expression,
        meaning: &mut Meaning,
    ) -> Result<Option<Predicate>, NotResolved> {
        Ok(Some(match &term.wanted {
            Wanted::Word(word) => self.word(word, meaning)?,
            Wanted::To(pattern) => Predicate::To(self.numbers(pattern, term)?),
            Wanted::From(pattern) => Predicate::From(self.numbers(pattern, term)?),
            Wanted::Number(pattern) => either(self.numbers(pattern, term)?),
            Wanted::Id(id) => Predicate::Ords(self.message(id)),
            Wanted::CarrierId(id) => {
                meaning.carrier_ids.push(id.clone());
                Predicate::Ords(self.correlated(id, None)?)
            }
            Wanted::Ref(text) => Predicate::Reference(text.clone().into_bytes()),
            Wanted::Account(name) => Predicate::Account(self.account(name, term)?),
            Wanted::Carrier(name) => self.carrier(name, term, whole)?,
            Wanted::Disposition(one) => Predicate::Disposition(*one),
            Wanted::Status(one) => Predicate::Status(*one),
            Wanted::Reason(one) => Predicate::Reason(*one),
            Wanted::Direction(one) => Predicate::Direction(*one),
            // There are no others yet.
            Wanted::Type(_) if term.negated => Predicate::Not(Box::new(Predicate::Any(Vec::new()))),
            Wanted::Type(_) => return Ok(None),
            Wanted::Tag(text) => Predicate::Tag(text.clone().into_bytes()),
            Wanted::Text(text) => self.text(text, term)?,
            Wanted::Since(when) => Predicate::Accepted(when.moment(self.now)..Timestamp::NEVER),
            Wanted::Until(when) => Predicate::Accepted(Timestamp(0)..when.moment(self.now)),
        }))
    }

    fn numbers(&self, pattern: &Pattern, term: &Term) -> Result<NumberSet, NotResolved> {
        let set = match pattern {
            Pattern::Exact(text) => Some(NumberSet::any(number_forms::keys(text, self.home))),
            Pattern::Prefix(digits) => {
                let forms = number_forms::prefixes(digits, self.home);
                NumberSet::prefixes(forms.iter().map(String::as_bytes))
            }
            Pattern::Last(digits) => NumberSet::ending(digits.as_bytes()),
        };
        // What was read cannot be otherwise; an expression that somebody made may be.
        set.ok_or_else(|| self.wrong(term, "is no pattern of a number"))
    }

    fn wrong(&self, term: &Term, problem: &str) -> NotResolved {
        let error = QueryError::new(term.at, &term.wanted.value(), problem);
        NotResolved::Query(term.wanted.key(), error)
    }

    fn message(&self, id: &str) -> Ords {
        Ords::new(self.ledger.id_cipher().open(id.as_bytes()).into_iter().collect())
    }

    /// The messages that a carrier, or any, knows under an id.
    fn correlated(&self, id: &str, by: Option<CarrierId>) -> io::Result<Ords> {
        let forms: Vec<NormalId> = candidates(id.as_bytes()).collect();
        let forms: Vec<&[u8]> = forms.iter().map(NormalId::as_octets).collect();
        let (_, carriers) = self.ledger.names().counts();
        let all = (0..u16::try_from(carriers).unwrap_or(u16::MAX)).map(CarrierId);
        let mut found = Vec::new();
        for carrier in all.filter(|carrier| by.is_none_or(|by| by == *carrier)) {
            found.extend(self.ledger.correlate(carrier, &forms)?);
        }
        Ok(Ords::new(found))
    }

    fn account(&self, name: &str, term: &Term) -> Result<AccountId, NotResolved> {
        let names = self.ledger.names();
        match self.account {
            Some(own) if own != name => Err(NotResolved::OtherAccount),
            Some(_) => Ok(names.find_account(name).unwrap_or(NOBODY)),
            None => names.find_account(name).ok_or_else(|| {
                let all = (0..names.counts().0).map_while(|at| u16::try_from(at).ok());
                let all: Vec<_> = all.filter_map(|at| names.account_name(AccountId(at))).collect();
                unknown(term, name, "is no account that is known", &all)
            }),
        }
    }

    /// A carrier: where it was routed to, or who gave it the id that is asked for beside it.
    fn carrier(
        &self,
        name: &str,
        term: &Term,
        whole: &Expression,
    ) -> Result<Predicate, NotResolved> {
        let names = self.ledger.names();
        let found = names.find_carrier(name).ok_or_else(|| {
            let all = (0..names.counts().1).map_while(|at| u16::try_from(at).ok());
            let all: Vec<_> = all.filter_map(|at| names.carrier_name(CarrierId(at))).collect();
            unknown(term, name, "is no carrier that is known", &all)
        })?;
        let mut any = vec![Predicate::Carrier(found)];
        for other in whole.terms.iter().filter(|other| !other.negated) {
            if let Wanted::CarrierId(id) = &other.wanted {
                any.push(Predicate::Ords(self.correlated(id, Some(found))?));
            }
        }
        Ok(if any.len() == 1 { any.remove(0) } else { Predicate::Any(any) })
    }

    fn text(&self, text: &str, term: &Term) -> Result<Predicate, NotResolved> {
        if !self.reads_texts {
            return Err(NotResolved::Texts);
        }
        Words::of(text).map(Predicate::Text).ok_or_else(|| self.wrong(term, "has no word in it"))
    }

    /// All that a bare word can be. What is an id that is known is looked for where there are lists, so
    /// that an old message is found at once, and not in every record since; digits are, too. As long as
    /// segments of a former version have no lists of references, these are none.
    fn word(&self, word: &str, meaning: &mut Meaning) -> Result<Predicate, NotResolved> {
        let mut readings = Reading::all_of(word);
        readings.retain(|reading| *reading != Reading::Text || self.reads_texts);
        let has_lists = self.ledger.has_lists();
        if !has_lists && !readings.contains(&Reading::Sender) {
            readings.retain(|reading| *reading != Reading::Reference);
        }
        let mut any = Vec::with_capacity(readings.len() + 1);
        if readings.contains(&Reading::MessageId) {
            any.push(Predicate::Ords(self.message(word)));
        }
        if readings.contains(&Reading::CarrierId) {
            meaning.carrier_ids.push(word.to_owned());
            any.push(Predicate::Ords(self.correlated(word, None)?));
        }
        if self.is_known(&any)? {
            readings.retain(|one| match one {
                Reading::Reference => has_lists,
                reading => *reading != Reading::Text,
            });
        }
        for reading in &readings {
            match reading {
                Reading::MessageId | Reading::CarrierId => {}
                Reading::Number => {
                    let number = number_text::read(word);
                    let number = number.as_deref().unwrap_or(word);
                    let set = NumberSet::any(number_forms::keys(number, self.home));
                    any.extend([Predicate::To(set.clone()), Predicate::From(set)]);
                }
                Reading::Sender => {
                    let key = number_forms::keys(word, &[]);
                    any.push(Predicate::From(NumberSet::any(key)));
                }
                Reading::Reference => {
                    any.push(Predicate::Reference(word.as_bytes().to_vec()));
                }
                Reading::Text => any.extend(Words::of(word).map(Predicate::Text)),
            }
        }
        meaning.read_as.push((word.to_owned(), readings));
        Ok(Predicate::Any(any))
    }

    /// Whether one of these is a message that the caller may see.
    fn is_known(&self, any: &[Predicate]) -> io::Result<bool> {
        let own = self.account.map(|own| self.ledger.names().find_account(own));
        for one in any {
            let Predicate::Ords(ords) = one else { continue };
            for ord in ords.iter() {
                let stored = self.ledger.message(ord)?;
                let account = stored.map(|stored| stored.message().account);
                if account.is_some() && own.is_none_or(|own| own == account) {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }
}

/// For an account that the ledger does not know, whose searches find nothing as it is.
const NOBODY: AccountId = AccountId::NONE;

fn either(numbers: NumberSet) -> Predicate {
    Predicate::Any(vec![Predicate::To(numbers.clone()), Predicate::From(numbers)])
}

fn unknown(term: &Term, name: &str, problem: &str, all: &[String]) -> NotResolved {
    let error = QueryError::new(term.at, name, problem);
    let error = error.among(all.iter().map(String::as_str), name);
    NotResolved::Query(term.wanted.key(), error)
}
