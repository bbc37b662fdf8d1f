//! The rates of routes and of destinations' prefixes, compiled: which of them a message counts in, and
//! how far each is used.
//!
//! One book for all shards; a limit's bucket is shared, so that it holds however many carriers its
//! messages leave by. Of the prefixes that a destination begins with the longest counts, and of two that
//! are as long the one that names the carrier.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::settings::Settings;
use crate::base::clock::Timestamp;
use crate::base::id::CarrierId;
use crate::deliver::limits::Limits;
use crate::route::prefix::PrefixTree;
use crate::throttle::bucket::Bucket;
use crate::throttle::limiter::Rate;

/// What a limit is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LimitKind {
    /// All that a route takes, whichever of its carriers it leaves by.
    Route,
    /// Destinations that begin so.
    Prefix,
}

impl LimitKind {
    /// The word people and the API read.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Route => "route",
            Self::Prefix => "prefix",
        }
    }
}

/// One limit.
#[derive(Debug)]
pub struct Limit {
    /// What it is about.
    pub kind: LimitKind,
    /// The route's name, or the limit's.
    pub name: String,
    /// Only what leaves by this carrier.
    pub carrier: Option<CarrierId>,
    bucket: Bucket,
    /// Messages that it holds.
    held: AtomicU64,
    /// Until when it holds the next of them.
    until: AtomicU64,
    /// Parts that have left under it.
    parts: AtomicU64,
}

/// All limits.
#[derive(Clone, Debug, Default)]
pub struct LimitBook {
    limits: Vec<Arc<Limit>>,
    /// Counts reloads that have changed limits.
    edition: u8,
    /// Places of prefixes' limits.
    prefixes: PrefixTree,
    /// By the route's place in the compiled table: the place of its limit.
    routes: Vec<Option<usize>>,
}

/// Which limit holds a message back, and for how long.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Over {
    /// The limit's place.
    pub place: usize,
    /// The time to wait.
    pub wait: Duration,
}

impl LimitBook {
    /// Compiles the limits of the settings. `carriers` are numbers in the place of places, and a route
    /// whose carrier is not there is none of the table.
    pub fn new(settings: &Settings, carriers: &[CarrierId]) -> Self {
        let mut book = Self::default();
        for limit in &settings.limits {
            let carrier = limit.carrier.and_then(|place| carriers.get(place)).copied();
            let named = limit.carrier.and_then(|place| settings.carriers.get(place));
            let name = limit.called(named.map(|carrier| carrier.name.as_str()));
            let Some(rate) = rate(limit.rate_per_second, limit.burst) else { continue };
            let place = book.add(LimitKind::Prefix, name, carrier, rate);
            let everything = [String::new()];
            let prefixes =
                if limit.prefixes.is_empty() { &everything } else { &limit.prefixes[..] };
            for prefix in prefixes {
                // What is no prefix limits nothing; the configuration refuses it.
                book.prefixes.insert(prefix.as_bytes(), place as u32);
            }
        }
        let limits = &book.limits;
        book.prefixes.sort_by_key(|place| {
            limits.get(place as usize).is_none_or(|limit| limit.carrier.is_none())
        });
        for (place, route) in settings.routes.iter().enumerate() {
            if carriers.get(route.carrier).is_none() {
                continue;
            }
            let rate = route.rate_per_second.and_then(|per_second| rate(per_second, route.burst));
            let limit =
                rate.map(|rate| book.add(LimitKind::Route, route.called(place), None, rate));
            book.routes.push(limit);
        }
        book
    }

    fn add(
        &mut self,
        kind: LimitKind,
        name: String,
        carrier: Option<CarrierId>,
        rate: Rate,
    ) -> usize {
        let zero = || AtomicU64::new(0);
        let (held, until, parts) = (zero(), zero(), zero());
        let bucket = Bucket::new(rate);
        self.limits.push(Arc::new(Limit { kind, name, carrier, bucket, held, until, parts }));
        self.limits.len() - 1
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.limits.is_empty()
    }

    /// All of them.
    pub fn limits(&self) -> &[Arc<Limit>] {
        &self.limits
    }

    /// Which edition of the book this is.
    pub const fn edition(&self) -> u8 {
        self.edition
    }

    /// The book after another one: what is the same goes on where it was.
    pub fn after(mut self, before: &Self) -> Self {
        self.edition = before.edition.wrapping_add(1);
        for limit in &mut self.limits {
            let same = before.limits.iter().find(|other| {
                other.kind == limit.kind
                    && other.name == limit.name
                    && other.carrier == limit.carrier
                    && other.rate() == limit.rate()
            });
            if let Some(same) = same {
                *limit = Arc::clone(same);
            }
        }
        self
    }

    /// The limits of a message: of the route at this place of the table, and of its destination's
    /// digits.
    pub fn of(&self, route: Option<usize>, digits: &[u8], carrier: CarrierId) -> Limits {
        if self.limits.is_empty() {
            return self.none();
        }
        let applies = |place: &u32| {
            let limit = self.limits.get(*place as usize)?;
            limit.carrier.is_none_or(|only| only == carrier).then_some(*place as usize)
        };
        let prefix = self.prefixes.find(digits, |places| places.iter().find_map(applies));
        Limits::new(prefix, route.and_then(|place| self.routes.get(place).copied().flatten()))
            .of_edition(self.edition)
    }

    /// Those of a message that counts in none.
    pub const fn none(&self) -> Limits {
        Limits::NONE.of_edition(self.edition)
    }

    /// Takes a message's parts out of all its limits, or out of none.
    ///
    /// # Errors
    /// The first limit that has no room.
    pub fn take(&self, now: Timestamp, limits: Limits, parts: u8) -> Result<(), Over> {
        for (taken, place) in limits.places().enumerate() {
            let Some(limit) = self.limits.get(place) else { continue };
            if let Err(wait) = limit.bucket.take(now, parts) {
                limits.places().take(taken).for_each(|place| self.give_back_one(place, parts));
                return Err(Over { place, wait });
            }
        }
        Ok(())
    }

    /// Puts back what a message took that does not leave after all.
    pub fn give_back(&self, limits: Limits, parts: u8) {
        limits.places().for_each(|place| self.give_back_one(place, parts));
    }

    fn give_back_one(&self, place: usize, parts: u8) {
        if let Some(limit) = self.limits.get(place) {
            limit.bucket.give_back(parts);
        }
    }

    /// The first limit that has no room for a message now; takes nothing.
    pub fn over(&self, now: Timestamp, limits: Limits, parts: u8) -> Option<Over> {
        limits.places().find_map(|place| {
            let bucket = &self.limits.get(place)?.bucket;
            let parts = u32::from(parts.max(1)).min(bucket.rate().burst.get());
            let wait = bucket.wait(now, parts);
            (!wait.is_zero()).then_some(Over { place, wait })
        })
    }

    /// A message leaves.
    pub fn left(&self, limits: Limits, parts: u8) {
        for limit in limits.places().filter_map(|place| self.limits.get(place)) {
            limit.parts.fetch_add(u64::from(parts.max(1)), Ordering::Relaxed);
        }
    }
}

impl Limit {
    /// The rate that is kept.
    pub const fn rate(&self) -> Rate {
        self.bucket.rate()
    }

    /// Parts that may leave now.
    pub fn room(&self, now: Timestamp) -> u32 {
        self.bucket.room(now)
    }

    /// How long until so many parts may leave.
    pub fn wait(&self, now: Timestamp, parts: u32) -> Duration {
        self.bucket.wait(now, parts)
    }

    /// Messages that wait for it, over all carriers.
    pub fn held(&self) -> u64 {
        self.held.load(Ordering::Relaxed)
    }

    /// Until when the next of them waits; `None` when nothing does.
    pub fn until(&self) -> Option<Timestamp> {
        (self.held() > 0).then(|| Timestamp(self.until.load(Ordering::Relaxed)))
    }

    /// Parts that have left under it since the start.
    pub fn parts(&self) -> u64 {
        self.parts.load(Ordering::Relaxed)
    }

    pub(super) fn holds(&self, until: Timestamp) {
        self.held.fetch_add(1, Ordering::Relaxed);
        self.until.store(until.0, Ordering::Relaxed);
    }

    pub(super) fn holds_until(&self, until: Timestamp) {
        self.until.store(until.0, Ordering::Relaxed);
    }

    pub(super) fn lets_go(&self) {
        self.held.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A rate of the configuration; one of 0 is none.
fn rate(per_second: u32, burst: u32) -> Option<Rate> {
    let per_second = NonZeroU32::new(per_second)?;
    Some(Rate { per_second, burst: NonZeroU32::new(burst).unwrap_or(per_second) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::limit_config::LimitConfig;
    use crate::pipeline::route_config::RouteConfig;
    use crate::pipeline::settings::CarrierConfig;

    const NOW: Timestamp = Timestamp(1_790_000_000_000_000);

    fn limit(prefixes: &[&str], carrier: Option<usize>, rate_per_second: u32) -> LimitConfig {
        let prefixes = prefixes.iter().map(|&prefix| prefix.to_owned()).collect();
        LimitConfig { name: None, prefixes, carrier, rate_per_second, burst: 2 }
    }

    fn book() -> LimitBook {
        let carrier = |name: &str| CarrierConfig { name: name.into(), ..CarrierConfig::default() };
        let settings = Settings {
            carriers: vec![carrier("a"), carrier("b")],
            limits: vec![
                limit(&["44"], None, 10),
                limit(&["4477", "4478"], None, 20),
                limit(&["44"], Some(1), 30),
            ],
            routes: vec![
                RouteConfig::to("44", 0),
                RouteConfig { rate_per_second: Some(1), ..RouteConfig::to("", 1) },
            ],
            ..Settings::default()
        };
        LimitBook::new(&settings, &[CarrierId(5), CarrierId(6)])
    }

    fn names(book: &LimitBook, route: usize, digits: &[u8], carrier: u16) -> Vec<String> {
        let limits = book.of(Some(route), digits, CarrierId(carrier));
        limits.places().map(|place| book.limits()[place].name.clone()).collect()
    }

    #[test]
    fn the_longest_prefix_counts_and_of_equals_the_one_that_names_the_carrier() {
        let book = book();
        assert_eq!(names(&book, 0, b"447700900123", 5), ["4477 and 1 more"]);
        assert_eq!(names(&book, 0, b"447800900123", 6), ["4477 and 1 more"]);
        assert_eq!(names(&book, 0, b"442079460000", 5), ["44"]);
        assert_eq!(names(&book, 0, b"442079460000", 6), ["44 by b"]);
        assert_eq!(names(&book, 1, b"33612345678", 5), ["2"], "its route's alone");
        assert!(book.of(None, b"33612345678", CarrierId(5)).is_none());
        assert!(book.of(Some(9), b"60777", CarrierId(5)).is_none(), "no such route");
    }

    #[test]
    fn a_message_takes_from_both_its_limits_or_from_none() {
        let book = book();
        let both = book.of(Some(1), b"442079460000", CarrierId(5));
        let room = || both.places().map(|place| book.limits()[place].room(NOW)).collect::<Vec<_>>();
        assert_eq!(room(), [2, 1]);
        assert_eq!(book.take(NOW, both, 1), Ok(()));
        assert_eq!(room(), [1, 0]);
        let over = book.take(NOW, both, 1).expect_err("the route has no room");
        assert_eq!(book.limits()[over.place].kind, LimitKind::Route);
        assert_eq!(over.wait, Duration::from_secs(1));
        assert_eq!(room(), [1, 0], "the prefix has lost nothing");
        assert_eq!(book.over(NOW, both, 1), Some(over));
        book.give_back(both, 1);
        assert_eq!(room(), [2, 1]);
    }
}
