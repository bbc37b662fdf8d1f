//! Any text as a query: what is read is written down so that it reads back, and what is not is told with
//! a place within the text.

use postrider::base::clock::Timestamp;
use postrider::search::expression::{Pattern, Wanted};
use postrider::search::number_forms::{keys, prefixes};
use postrider::search::parse::{TERMS_MAX, parse};
use postrider::search::reading::Reading;

/// Runs one input.
pub fn run(data: &[u8]) {
    let query = String::from_utf8_lossy(data);
    let expression = match parse(&query) {
        Ok(expression) => expression,
        Err(error) => {
            assert!((1..=query.chars().count().max(1)).contains(&error.at), "{query:?}: {error}");
            assert!(error.to_string().len() < 2_000, "it is short");
            return;
        }
    };
    assert!(expression.terms.len() <= TERMS_MAX);
    let written = expression.to_string();
    assert_eq!(parse(&written).as_ref(), Ok(&expression), "{query:?} {written:?}");
    for term in &expression.terms {
        match &term.wanted {
            Wanted::Word(word) => drop(Reading::all_of(word)),
            Wanted::To(Pattern::Exact(text)) => assert!(!keys(text, &[]).is_empty()),
            Wanted::To(Pattern::Prefix(digits)) => assert!(!prefixes(digits, &[]).is_empty()),
            Wanted::Since(when) | Wanted::Until(when) => {
                let now = Timestamp(1_761_051_787_000_000);
                assert!(when.moment(now) <= Timestamp::NEVER);
            }
            _ => {}
        }
    }
}
