//! Which events a stream has, and how much its client may see.

use super::api::Api;
use super::auth::Caller;
use super::problem::Problem;
use super::problem_table as kinds;
use super::query_pairs::wrong_parameter;
use crate::base::id::{AccountId, CarrierId};
use crate::feed::kind::{Kind, Kinds};
use crate::feed::notice::Wants;
use crate::ledger::names::Names;
use crate::message::address::NumberKey;
use crate::message::disposition::Disposition;
use crate::peer::webhook::format::Sight;

/// What a client asks for.
#[derive(Clone, Debug)]
pub(super) struct Filter {
    pub(super) wants: Wants,
    pub(super) carrier: Option<CarrierId>,
    /// Of messages to this number.
    pub(super) to: Option<NumberKey>,
    pub(super) dispositions: Vec<String>,
    pub(super) sight: Sight,
}

/// The filter of a caller's parameters.
pub(super) fn filter(
    api: &Api,
    caller: &Caller,
    parameters: Vec<(String, String)>,
) -> Result<Filter, Problem> {
    let names = api.ledger.names();
    let account = caller.account().map(|own| names.find_account(own).unwrap_or(AccountId::NONE));
    // Who reaches the socket may see numbers, but not without asking: terminals are looked at.
    let in_full = caller.sees_numbers() && !caller.is_local();
    let mut filter = Filter {
        wants: Wants { kinds: Kinds::ALL, account },
        carrier: None,
        to: None,
        dispositions: Vec::new(),
        sight: Sight { in_full, texts: caller.sees_texts() },
    };
    for (name, value) in parameters {
        filter.set(caller, names, &name, &value)?;
    }
    Ok(filter)
}

impl Filter {
    fn set(
        &mut self,
        caller: &Caller,
        names: &Names,
        name: &str,
        value: &str,
    ) -> Result<(), Problem> {
        match name {
            "types" => {
                let kinds = Kinds::from_names(value.split(',').map(str::trim));
                self.wants.kinds = kinds.map_err(|kind| {
                    wrong_parameter("types", format!("the type `{kind}` {}", Kind::no_kind(kind)))
                })?;
            }
            "account" => self.wants.account = Some(account(caller, names, value)?),
            "carrier" => {
                let carrier = names.find_carrier(value);
                self.carrier = Some(carrier.ok_or_else(|| wrong("carrier", value))?);
            }
            "to" => self.to = Some(number(value).ok_or_else(|| wrong("to", value))?),
            "disp" => {
                for word in value.split(',').map(str::trim) {
                    Disposition::from_name(word).ok_or_else(|| wrong("disp", word))?;
                    self.dispositions.push(word.to_owned());
                }
            }
            "numbers" => self.sight.in_full = in_full(caller, value)?,
            other => {
                let known = "there are types, account, carrier, to, disp and numbers";
                return Err(wrong(other, known));
            }
        }
        Ok(())
    }

    /// Whether a destination is the one that is asked for.
    pub(super) fn is_to(&self, addr: &[u8]) -> bool {
        self.to.is_none_or(|to| NumberKey::of(addr) == to)
    }
}

/// The one account that is asked for, which has to be the caller's own if it has one.
fn account(caller: &Caller, names: &Names, value: &str) -> Result<AccountId, Problem> {
    if caller.account().is_some_and(|own| own != value) {
        let detail = "the key reads one account, and this is another";
        return Err(Problem::new(kinds::ACCOUNT_NOT_ALLOWED, detail));
    }
    let found = names.find_account(value);
    // Of an account that has no messages yet the ledger does not know the name.
    let own = caller.account().map(|_| AccountId::NONE);
    found.or(own).ok_or_else(|| wrong("account", value))
}

/// A number; a `+` that nobody encoded has become a space.
fn number(value: &str) -> Option<NumberKey> {
    let digits = value.trim_start_matches(['+', ' ']);
    let number = (1..=20).contains(&digits.len()) && digits.bytes().all(|it| it.is_ascii_digit());
    number.then(|| NumberKey::of(digits.as_bytes()))
}

fn in_full(caller: &Caller, value: &str) -> Result<bool, Problem> {
    match value {
        "masked" => Ok(false),
        "full" if caller.sees_numbers() => Ok(true),
        "full" => {
            let detail = "numbers in full need the scope numbers:reveal";
            Err(Problem::new(kinds::SCOPE_MISSING, detail))
        }
        _ => Err(wrong("numbers", "it is full or masked")),
    }
}

fn wrong(parameter: &str, what: &str) -> Problem {
    wrong_parameter(parameter, format!("{parameter} is not known: {what}"))
}
