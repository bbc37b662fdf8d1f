//! Who there is: accounts with their senders and habits, carriers, and the people they write to.

use std::io;

use super::countries_table::{COUNTRIES, Country, shares};
use crate::base::id::{AccountId, CarrierId};
use crate::ledger::names::Names;
use crate::sim::ids::IdStyle;

/// Accounts; the first send far more than the last.
const ACCOUNTS: usize = 240;

/// Countries that most accounts keep to.
const HOMES: usize = 2;

/// Messages that a person gets on average.
const MESSAGES_EACH: u64 = 12;

/// What an account does, and of a hundred of its messages how many are codes and how many are notices.
const TRADES: [(&str, u8, u8); 7] = [
    ("bank", 60, 38),
    ("shop", 5, 55),
    ("courier", 5, 94),
    ("clinic", 2, 97),
    ("social", 92, 5),
    ("promo", 0, 10),
    ("utility", 10, 85),
];

/// Beginnings and ends of senders' names: eleven characters at most together (TS 23.040 §9.1.2.5).
const BRANDS: [&str; 16] = [
    "Nord", "Luma", "Vela", "Orbi", "Kesto", "Palo", "Brisa", "Quanta", "Terra", "Zephy", "Alto",
    "Mira", "Solis", "Ferro", "Aqua", "Delta",
];
const ENDS: [&str; 8] = ["Bank", "Shop", "Post", "Care", "Chat", "Deals", "Power", "Go"];

/// Somebody who sends.
#[derive(Clone, Debug)]
pub(super) struct Account {
    pub(super) id: AccountId,
    pub(super) brand: String,
    /// Share of codes, and of codes and notices, of a hundred.
    pub(super) codes: u8,
    pub(super) notices: u8,
    homes: [usize; HOMES],
    /// `registered_delivery`; 0 for those who use the API.
    pub(super) wants: u8,
    /// Whether it comes by the API, with references of its own.
    pub(super) api: bool,
}

/// Somebody who delivers.
#[derive(Clone, Debug)]
pub(super) struct Carrier {
    pub(super) id: CarrierId,
    pub(super) ids: IdStyle,
    pub(super) next_number: u64,
}

/// All of them.
#[derive(Debug)]
pub(super) struct World {
    pub(super) accounts: Vec<Account>,
    weights: Vec<u64>,
    pub(super) carriers: Vec<Carrier>,
    /// Where the carriers of a country begin.
    first_carrier: Vec<usize>,
    people: u64,
}

impl World {
    /// Makes it up and gives everybody a number in the directory.
    pub(super) fn new(
        names: &Names,
        messages: u64,
        random: &mut fastrand::Rng,
    ) -> io::Result<Self> {
        let mut known: Vec<String> = Vec::new();
        let mut accounts: Vec<Account> = (0..ACCOUNTS).map(|rank| account(rank, random)).collect();
        for rank in 0..ACCOUNTS {
            let (trade, ..) = TRADES[rank % TRADES.len()];
            known.push(format!("{trade}-{:03}", rank / TRADES.len() + 1));
        }
        let carrier_names: Vec<String> = COUNTRIES
            .iter()
            .flat_map(|country| {
                country.carriers.iter().map(|(name, _)| format!("{}-{name}", country.code))
            })
            .collect();
        let all =
            |names: &[String]| names.iter().map(String::as_str).collect::<Vec<_>>().join("\n");
        let (joined, joined_carriers) = (all(&known), all(&carrier_names));
        let lines: Vec<&str> = joined.lines().collect();
        let carrier_lines: Vec<&str> = joined_carriers.lines().collect();
        names.register(&lines, &carrier_lines)?;
        for (account, name) in accounts.iter_mut().zip(&known) {
            account.id = names.account(name)?;
        }
        let (mut carriers, mut first_carrier) = (Vec::new(), Vec::new());
        let mut named = carrier_names.iter();
        for country in COUNTRIES {
            first_carrier.push(carriers.len());
            for ((_, ids), name) in country.carriers.iter().zip(&mut named) {
                let (id, next_number) = (names.carrier(name)?, random.u64(1 << 24..1 << 32));
                carriers.push(Carrier { id, ids: *ids, next_number });
            }
        }
        let mut sum = 0;
        let weights = (0..ACCOUNTS as u64).map(|rank| {
            sum += 1_000_000 / (rank + 3);
            sum
        });
        let weights = weights.collect();
        let people = (messages / MESSAGES_EACH).max(100);
        Ok(Self { accounts, weights, carriers, first_carrier, people })
    }

    /// Draws a sender.
    pub(super) fn account(&self, random: &mut fastrand::Rng) -> usize {
        let drawn = random.u64(..self.weights.last().copied().unwrap_or(1));
        self.weights.partition_point(|upto| *upto <= drawn)
    }

    /// Draws the country of a sender's message.
    pub(super) fn country(&self, account: usize, random: &mut fastrand::Rng) -> usize {
        if random.u8(..10) < 6 {
            let homes = &self.accounts[account].homes;
            return homes[usize::from(random.u8(..4) == 0)];
        }
        any_country(random)
    }

    /// Draws somebody in a country: some get many messages, most get few.
    pub(super) fn person(&self, country: usize, random: &mut fastrand::Rng) -> u64 {
        let people = self.people * u64::from(COUNTRIES[country].share) / u64::from(shares());
        let chance = random.f64();
        (chance * chance * people.max(1) as f64) as u64
    }

    /// Draws a carrier of a country.
    pub(super) fn carrier(&self, country: usize, person: u64) -> usize {
        // A person has one carrier.
        self.first_carrier[country] + person as usize % COUNTRIES[country].carriers.len()
    }

    /// Another carrier of the same country.
    pub(super) fn other_carrier(&self, carrier: usize) -> usize {
        let country = self.first_carrier.partition_point(|first| *first <= carrier) - 1;
        let (first, count) = (self.first_carrier[country], COUNTRIES[country].carriers.len());
        first + (carrier - first + 1) % count
    }
}

fn any_country(random: &mut fastrand::Rng) -> usize {
    let mut drawn = random.u32(..shares());
    COUNTRIES
        .iter()
        .position(|country| match drawn.checked_sub(country.share) {
            Some(left) => {
                drawn = left;
                false
            }
            None => true,
        })
        .unwrap_or(0)
}

fn account(rank: usize, random: &mut fastrand::Rng) -> Account {
    let (_, codes, notices) = TRADES[rank % TRADES.len()];
    let brand =
        format!("{}{}", BRANDS[random.usize(..BRANDS.len())], ENDS[random.usize(..ENDS.len())]);
    let api = random.u8(..10) < 3;
    Account {
        id: AccountId::NONE,
        brand,
        codes,
        notices: codes + notices,
        homes: std::array::from_fn(|_| any_country(random)),
        // SMPP §5.2.17: most want all receipts, some those of failures, few none.
        wants: if api { 0 } else { [1, 1, 1, 1, 1, 1, 1, 2, 2, 0][random.usize(..10)] },
        api,
    }
}

/// Writes the number of somebody in a country, without a `+`.
pub(super) fn write_number(country: &Country, person: u64, out: &mut Vec<u8>) {
    let prefix = country.mobile[person as usize % country.mobile.len()];
    let digits = country.digits - prefix.len();
    let room = 10_u64.pow(digits as u32);
    // Odd and no multiple of five: neighbours do not look alike, and no two share a number.
    let mut rest = (person / country.mobile.len() as u64).wrapping_mul(6_180_339_887) % room;
    out.clear();
    out.extend_from_slice(country.calling.as_bytes());
    out.extend_from_slice(prefix.as_bytes());
    let first = out.len();
    out.resize(first + digits, b'0');
    for place in (first..out.len()).rev() {
        out[place] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::plan;

    #[test]
    fn numbers_are_valid_ones_of_their_countries() {
        let mut number = Vec::new();
        for country in COUNTRIES {
            let mut valid = 0;
            for person in 0..200 {
                write_number(country, person, &mut number);
                let text = format!("+{}", std::str::from_utf8(&number).expect("digits"));
                let known = plan::country_of(&number).map(|found| found.code().to_lowercase());
                valid += u32::from(known.as_deref() == Some(country.code) && text.len() < 17);
            }
            assert!(valid >= 180, "{}: {valid} of 200", country.code);
        }
    }

    #[test]
    fn two_people_never_share_a_number() {
        let mut seen = std::collections::HashSet::new();
        for country in COUNTRIES {
            for person in 0..20_000 {
                let mut number = Vec::new();
                write_number(country, person, &mut number);
                assert!(seen.insert(number));
            }
        }
    }
}
