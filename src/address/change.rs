//! What was changed about an address, as a value: the pipeline makes an event of it, so that nobody
//! has to guess how a number became another.

use std::fmt;

use super::country::Country;

/// The changes of one rewriting. The default is none.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Change {
    /// Type of number or numbering plan.
    pub type_of_number: bool,
    /// The leading `+`.
    pub plus: Option<Plus>,
    /// The digits.
    pub digits: Option<Digits>,
}

/// What became of a leading `+`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Plus {
    /// It is there now.
    Added,
    /// It was there.
    Dropped,
}

/// What became of the digits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Digits {
    /// Brought into E.164 by this country's plan: its trunk or international prefix went, a country
    /// code may have come.
    Completed(Country),
    /// The country code went: the carrier wants numbers of its country without.
    Shortened(Country),
}

impl Change {
    /// Whether nothing was changed.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

impl fmt::Display for Change {
    /// For people: `completed by the plan of GB, TON and NPI set`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        if let Some(digits) = self.digits {
            match digits {
                Digits::Completed(country) => write!(f, "completed by the plan of {country}")?,
                Digits::Shortened(country) => write!(f, "country code of {country} dropped")?,
            }
            separator = ", ";
        }
        if let Some(plus) = self.plus {
            let word = match plus {
                Plus::Added => "added",
                Plus::Dropped => "dropped",
            };
            write!(f, "{separator}+ {word}")?;
            separator = ", ";
        }
        if self.type_of_number {
            write!(f, "{separator}TON and NPI set")?;
        }
        Ok(())
    }
}
