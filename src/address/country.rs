//! Countries, as ISO 3166-1 alpha-2 names them.

use std::fmt;

/// A country or territory with a numbering plan, or [`Country::WORLD`] for the numbers of none.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country([u8; 3]);

impl Country {
    /// `001` of UN M.49: toll-free, satellite and other numbers that no country has.
    pub const WORLD: Self = Self(*b"001");

    /// The country of a code of two letters, in either case, or `001`. Whether there is a plan for it
    /// is for [`plan`](super::plan) to say.
    pub fn from_code(code: &str) -> Option<Self> {
        match *code.as_bytes() {
            [a, b] if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() => {
                Some(Self([a.to_ascii_uppercase(), b.to_ascii_uppercase(), 0]))
            }
            [b'0', b'0', b'1'] => Some(Self::WORLD),
            _ => None,
        }
    }

    /// The code: two capitals, or `001`.
    pub fn code(&self) -> &str {
        let octets = if self.0[2] == 0 { &self.0[..2] } else { &self.0[..] };
        // Letters and digits alone get in.
        std::str::from_utf8(octets).unwrap_or_default()
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_two_letters_or_the_world() {
        assert_eq!(Country::from_code("gb").map(|gb| gb.to_string()).as_deref(), Some("GB"));
        assert_eq!(Country::from_code("001"), Some(Country::WORLD));
        for code in ["", "G", "GBR", "44", "é", "G\0", "000"] {
            assert_eq!(Country::from_code(code), None, "{code:?}");
        }
    }
}
