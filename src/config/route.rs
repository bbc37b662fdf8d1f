//! `[[route]]`: which carrier takes which destinations.

use super::section::Section;
use super::words::did_you_mean;
use crate::pipeline::settings::{CarrierConfig, RouteConfig};

const PREFIX: &str = "up to 15 digits, with or without `+`; \"\" is the default route";

pub(super) fn read(section: &Section<'_>, carriers: &[CarrierConfig]) -> RouteConfig {
    let prefix = section.text_or_none("prefix", PREFIX).unwrap_or_default();
    let digits = prefix.strip_prefix('+').unwrap_or(&prefix);
    if digits.len() > 15 || !digits.bytes().all(|octet| octet.is_ascii_digit()) {
        section.fail("prefix", "is not a prefix of a number".to_owned(), PREFIX.to_owned());
    }
    let carrier = carrier(section, carriers);
    section.finish();
    RouteConfig { prefix: digits.to_owned(), carrier }
}

fn carrier(section: &Section<'_>, carriers: &[CarrierConfig]) -> usize {
    let names = || carriers.iter().map(|carrier| carrier.name.as_str());
    let allowed = match carriers.len() {
        0 => "the name of a carrier, of which there is none yet".to_owned(),
        1..=20 => format!("a carrier: {}", names().collect::<Vec<_>>().join(", ")),
        count => format!("the name of one of the {count} carriers"),
    };
    let Some(name) = section.text_or_none("carrier", &allowed) else {
        section.missing("carrier", &allowed);
        return 0;
    };
    names().position(|known| known == name).unwrap_or_else(|| {
        let problem = format!("no such carrier{}", did_you_mean(&name, names()));
        section.fail("carrier", problem, allowed);
        0
    })
}
