//! `[[mo_route]]`: which account gets which messages from handsets.

use super::route::{PREFIX, SENDER, name, place, places, prefixes, texts};
use super::section::Section;
use crate::pipeline::mo_config::MoRouteConfig;
use crate::pipeline::settings::{AccountConfig, CarrierConfig};
use crate::route::keyword::{WORD_LETTERS_MAX, first_word};

const DESTINATION: &str = "a short code or number of 1 to 20 octets, or a list of such";
const KEYWORD: &str = "one word of at most 64 letters in any script, or a list of such";

pub(super) fn read(
    section: &Section<'_>,
    accounts: &[AccountConfig],
    carriers: &[CarrierConfig],
) -> MoRouteConfig {
    let carriers: Vec<&str> = carriers.iter().map(|carrier| carrier.name.as_str()).collect();
    let route = MoRouteConfig {
        name: name(section),
        destinations: texts(section, "destination", DESTINATION, 20),
        prefixes: prefixes(section, PREFIX),
        carriers: places(section, "carrier", &carriers),
        senders: texts(section, "sender", SENDER, 20),
        sender_prefixes: texts(section, "sender_prefix", SENDER, 20),
        keywords: keywords(section),
        account: account(section, accounts).unwrap_or_default(),
    };
    section.finish();
    route
}

/// Words as they are compared. One that is not all of what stands there would match what nobody meant.
fn keywords(section: &Section<'_>) -> Vec<String> {
    let written = section.texts("keyword", KEYWORD).unwrap_or_default();
    let keywords = written.iter().filter_map(|keyword| {
        let one = keyword.split_whitespace().count() == 1;
        let word = first_word(keyword).filter(|_| one);
        let word = word.filter(|word| word.chars().count() < WORD_LETTERS_MAX);
        if word.is_none() {
            let problem = format!("`{keyword}` cannot be the first word of a text");
            section.fail("keyword", problem, KEYWORD.to_owned());
        }
        word
    });
    keywords.collect()
}

fn account(section: &Section<'_>, accounts: &[AccountConfig]) -> Option<usize> {
    let names: Vec<&str> = accounts.iter().map(|account| account.name.as_str()).collect();
    let allowed = super::route::one_of("account", names.iter().copied());
    let Some(name) = section.text_or_none("account", &allowed) else {
        section.missing("account", &allowed);
        return None;
    };
    place(section, "account", &name, names.iter().copied(), &allowed)
}
