//! Values with a form of their own: ASCII of SMPP, words of a list, addresses to listen on.

use std::net::SocketAddr;

use toml::de::DeValue;

use super::section::{Given, Section};
use super::words::{did_you_mean, words, wrong_type};

impl Section<'_> {
    /// A string of at most so many octets of ASCII, as SMPP carries it.
    pub(super) fn ascii(
        &self,
        key: &'static str,
        default: &str,
        octets_max: usize,
        section: &str,
    ) -> String {
        let allowed = format!("printable ASCII of at most {octets_max} octets (SMPP §{section})");
        let Some(text) = self.text_or_none(key, &allowed) else { return default.to_owned() };
        if text.len() > octets_max {
            self.fail(key, format!("is {} octets long", text.len()), allowed);
        } else if !text.bytes().all(|octet| (0x20..0x7f).contains(&octet)) {
            self.fail(key, "is not printable ASCII".to_owned(), allowed);
        }
        text
    }

    /// One string or a list of them; in the environment with commas between.
    pub(super) fn texts(&self, key: &'static str, allowed: &str) -> Option<Vec<String>> {
        let given = self.given(key)?;
        let texts: Option<Vec<String>> = match &given {
            Given::File(DeValue::String(text), _) => Some(vec![text.to_string()]),
            Given::File(DeValue::Array(items), _) => {
                items.iter().map(|item| Some(item.get_ref().as_str()?.to_owned())).collect()
            }
            Given::File(..) => None,
            Given::Environment(_, text) => {
                Some(text.split(',').map(|item| item.trim().to_owned()).collect())
            }
        };
        if texts.is_none() {
            self.reject(key, &given, wrong_type(&given), allowed.to_owned());
        }
        texts
    }

    /// Whether a value is written as a list.
    pub(super) fn is_list(&self, key: &'static str) -> bool {
        matches!(self.given(key), Some(Given::File(DeValue::Array(_), _)))
    }

    /// One of some words.
    pub(super) fn choice<T: Copy>(
        &self,
        key: &'static str,
        default: T,
        choices: &[(&'static str, T)],
    ) -> T {
        let allowed = words(choices);
        let Some(text) = self.text_or_none(key, &allowed) else { return default };
        match choices.iter().find(|(word, _)| *word == text) {
            Some((_, value)) => *value,
            None => {
                let problem =
                    format!("is not known{}", did_you_mean(&text, choices.iter().map(|c| c.0)));
                self.fail(key, problem, allowed);
                default
            }
        }
    }

    /// Several of some words; in the environment with commas between.
    pub(super) fn choices<T: Copy>(
        &self,
        key: &'static str,
        choices: &[(&'static str, T)],
    ) -> Option<Vec<T>> {
        let given = self.given(key)?;
        let allowed = format!("a list of {}", words(choices));
        let texts: Option<Vec<&str>> = match &given {
            Given::File(DeValue::Array(items), _) => {
                items.iter().map(|item| item.get_ref().as_str()).collect()
            }
            Given::File(..) => None,
            Given::Environment(_, text) => Some(text.split(',').map(str::trim).collect()),
        };
        let Some(texts) = texts else {
            self.reject(key, &given, wrong_type(&given), allowed);
            return None;
        };
        let (mut values, mut known) = (Vec::new(), true);
        for text in texts {
            match choices.iter().find(|(word, _)| *word == text) {
                Some((_, value)) => values.push(*value),
                None => {
                    let hint = did_you_mean(text, choices.iter().map(|c| c.0));
                    let problem = format!("`{text}` is not known{hint}");
                    self.reject(key, &given, problem, allowed.clone());
                    known = false;
                }
            }
        }
        known.then_some(values)
    }

    /// An address and port to listen on, or `off`.
    pub(super) fn listen(
        &self,
        key: &'static str,
        default: Option<SocketAddr>,
    ) -> Option<SocketAddr> {
        const ALLOWED: &str = "an address and a port such as \"127.0.0.1:2775\", or \"off\"";
        let Some(text) = self.text_or_none(key, ALLOWED) else { return default };
        if text == "off" {
            return None;
        }
        match text.parse::<SocketAddr>() {
            Ok(address) => Some(address),
            Err(_) => {
                let problem = if text.contains(':') {
                    "is not an address and a port".to_owned()
                } else {
                    "has no port".to_owned()
                };
                self.fail(key, problem, ALLOWED.to_owned());
                default
            }
        }
    }
}
