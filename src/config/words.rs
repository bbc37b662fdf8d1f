//! Words for messages: what was probably meant, what is allowed, what a value is.

use toml::de::DeValue;

use super::section::Given;

/// `; did you mean …?` if one of the words is close.
pub(super) fn did_you_mean<'w>(given: &str, words: impl Iterator<Item = &'w str>) -> String {
    let near = words
        .map(|word| (strsim::damerau_levenshtein(given, word), word))
        .filter(|&(distance, word)| distance <= 1 + word.len() / 4)
        .min();
    near.map_or_else(String::new, |(_, word)| format!("; did you mean `{word}`?"))
}

/// Choices as a list.
pub(super) fn words<T>(choices: &[(&'static str, T)]) -> String {
    choices.iter().map(|(word, _)| format!("\"{word}\"")).collect::<Vec<_>>().join(", ")
}

/// What was given instead of what was wanted.
pub(super) fn wrong_type(given: &Given<'_>) -> String {
    match given {
        Given::File(value, _) => format!("is {}", described(value)),
        Given::Environment(..) => "cannot be read".to_owned(),
    }
}

const fn described(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "a number",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
