//! Counters that differ in one label of a closed list of words, held together.

use metrics::Counter;

use super::names::Metric;
use super::registry::Registry;

/// One counter for each word.
#[derive(Debug)]
pub struct Family {
    words: &'static [&'static str],
    counters: Box<[Counter]>,
}

impl Family {
    /// Registers a counter for each word, which is the metric's last label.
    pub(super) fn new(
        registry: &Registry,
        metric: &Metric,
        labels: &[&str],
        words: &'static [&'static str],
    ) -> Self {
        let one = |&word: &&'static str| {
            let labels: Vec<&str> = labels.iter().copied().chain([word]).collect();
            registry.counter(metric, &labels)
        };
        Self { words, counters: words.iter().map(one).collect() }
    }

    /// The counter of the word with this number; of the last word if there is no such number.
    pub fn at(&self, number: usize) -> &Counter {
        &self.counters[number.min(self.counters.len() - 1)]
    }

    /// The counter of a word; of the last word if it is not of the list.
    pub fn named(&self, word: &str) -> &Counter {
        self.at(self.words.iter().position(|&known| known == word).unwrap_or(usize::MAX))
    }
}
