//! What somebody looks for, as addresses have it: the query is sealed, filters are plain.

use super::query_text;
use super::seal::{Kind, Seal};
use crate::message::disposition::Disposition;
use crate::message::record::Direction;
use crate::search::expression::{Expression, Term, Wanted};
use crate::search::parse::parse;
use crate::search::syntax_error::QueryError;
use crate::search::when::When;

/// Times that can be chosen: name, word, seconds.
pub(super) const RANGES: [(&str, &str, u64); 4] = [
    ("1h", "Last hour", 3_600),
    ("24h", "Last 24 hours", 86_400),
    ("7d", "Last 7 days", 7 * 86_400),
    ("30d", "Last 30 days", 30 * 86_400),
];

/// Pages back that an address remembers.
const TRAIL_MAX: usize = 30;

/// A search.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Asked {
    /// As it was typed.
    pub(super) query: String,
    pub(super) disposition: String,
    pub(super) direction: String,
    pub(super) carrier: String,
    pub(super) account: String,
    pub(super) range: String,
    /// Where the page goes on.
    pub(super) after: String,
    /// Where the pages before went on, the first page first: `-` for the beginning.
    pub(super) trail: Vec<String>,
    /// Whether the sealed query was none of ours.
    pub(super) is_foreign: bool,
}

impl Asked {
    /// Reads the parameters of an address.
    pub(super) fn read(seal: &Seal, pairs: &[(String, String)]) -> Self {
        let mut asked = Self::default();
        for (name, value) in pairs {
            asked.set(seal, name, value);
        }
        asked
    }

    fn set(&mut self, seal: &Seal, name: &str, value: &str) {
        match name {
            "q" if value.is_empty() => {}
            "q" => match seal.unseal(Kind::Query, value) {
                Some(query) => self.query = query,
                None => self.is_foreign = true,
            },
            "trail" => {
                let steps = value.split(',').filter(|it| is_cursor(it)).map(str::to_owned);
                self.trail = steps.take(TRAIL_MAX).collect();
            }
            _ => drop(self.filter(name, value)),
        }
    }

    /// Sets a filter, if that is one.
    pub(super) fn filter(&mut self, name: &str, value: &str) -> Option<()> {
        let place = match name {
            "disposition" => &mut self.disposition,
            "direction" => &mut self.direction,
            "carrier" => &mut self.carrier,
            "account" => &mut self.account,
            "range" => &mut self.range,
            "after" => &mut self.after,
            _ => return None,
        };
        place.clear();
        place.extend(value.trim().chars().take(64));
        Some(())
    }

    /// What it means, without where the page goes on.
    pub(super) fn expression(&self) -> Result<Expression, QueryError> {
        let mut expression = parse(&self.query)?;
        let mut and = |wanted| expression.terms.push(Term { negated: false, wanted, at: 0 });
        if let Some(one) = Disposition::from_name(&self.disposition) {
            and(Wanted::Disposition(one));
        }
        match &*self.direction {
            "in" => and(Wanted::Direction(Direction::Inbound)),
            "out" => and(Wanted::Direction(Direction::Outbound)),
            _ => {}
        }
        if !self.carrier.is_empty() {
            and(Wanted::Carrier(self.carrier.clone()));
        }
        if !self.account.is_empty() {
            and(Wanted::Account(self.account.clone()));
        }
        if let Some(seconds) = self.seconds() {
            and(Wanted::Since(When::Ago(seconds)));
        }
        Ok(expression)
    }

    /// The time that is looked at, if it is not all.
    pub(super) fn seconds(&self) -> Option<u64> {
        RANGES.iter().find(|range| range.0 == self.range).map(|range| range.2)
    }

    /// Whether any filter narrows it.
    pub(super) const fn is_filtered(&self) -> bool {
        !self.disposition.is_empty()
            || !self.direction.is_empty()
            || !self.carrier.is_empty()
            || !self.account.is_empty()
            || !self.range.is_empty()
    }

    /// The query, sealed.
    pub(super) fn sealed(&self, seal: &Seal) -> String {
        let sealed = (!self.query.is_empty()).then(|| seal.seal(Kind::Query, &self.query));
        sealed.flatten().unwrap_or_default()
    }

    /// Its address at a path.
    pub(super) fn address(&self, seal: &Seal, path: &str) -> String {
        query_text::with(
            path,
            &[
                ("q", &self.sealed(seal)),
                ("disposition", &self.disposition),
                ("direction", &self.direction),
                ("carrier", &self.carrier),
                ("account", &self.account),
                ("range", &self.range),
                ("after", &self.after),
                ("trail", &self.trail.join(",")),
            ],
        )
    }

    /// The same from its beginning, with something changed.
    pub(super) fn but(&self, change: impl FnOnce(&mut Self)) -> Self {
        let mut other = Self { after: String::new(), trail: Vec::new(), ..self.clone() };
        change(&mut other);
        other
    }

    /// The page behind this one.
    pub(super) fn older(&self, next: String) -> Self {
        let mut trail = self.trail.clone();
        let here = if self.after.is_empty() { "-" } else { &self.after };
        trail.push(here.to_owned());
        let surplus = trail.len().saturating_sub(TRAIL_MAX);
        trail.drain(..surplus);
        Self { after: next, trail, ..self.clone() }
    }

    /// The page before this one; the first if that is not known.
    pub(super) fn newer(&self) -> Option<Self> {
        if self.after.is_empty() {
            return None;
        }
        let mut trail = self.trail.clone();
        let before = trail.pop().filter(|step| step != "-").unwrap_or_default();
        Some(Self { after: before, trail, ..self.clone() })
    }
}

fn is_cursor(text: &str) -> bool {
    let letter = |octet: u8| octet.is_ascii_alphanumeric() || octet == b'_' || octet == b'-';
    !text.is_empty() && text.len() <= 40 && text.bytes().all(letter)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spool::sim_disk::SimDisk;

    #[test]
    fn an_address_reads_back_and_shows_no_number() {
        let seal = Seal::open(&SimDisk::new(1)).expect("a key");
        let asked = Asked {
            query: "+447700900123".into(),
            disposition: "bounced".into(),
            range: "7d".into(),
            after: "msg_8fmwvqwy3ewcz".into(),
            trail: vec!["-".into()],
            ..Asked::default()
        };
        let address = asked.address(&seal, "/search");
        assert!(!address.contains("7700900"), "{address}");
        let query = address.split_once('?').expect("parameters").1;
        let pairs: Vec<_> = query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.replace("%2C", ",")))
            .collect();
        assert_eq!(Asked::read(&seal, &pairs), asked);
    }

    #[test]
    fn pages_lead_forth_and_back() {
        let first = Asked::default();
        assert_eq!(first.newer(), None);
        let second = first.older("msg_a".into());
        let third = second.older("msg_b".into());
        assert_eq!(third.newer(), Some(second.clone()));
        assert_eq!(second.newer(), Some(first));
        let mut far = third;
        for _ in 0..100 {
            far = far.older("msg_c".into());
        }
        assert_eq!(far.trail.len(), TRAIL_MAX);
    }
}
