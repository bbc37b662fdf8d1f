//! A password or key that no log, error or debug print can show.
//!
//! **Invariant**: neither `Debug` nor `Display` reveals it or its length. Not here: where it came
//! from (`config::secret`).

use std::fmt;

/// Octets to keep to ourselves.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Secret(Box<[u8]>);

impl Secret {
    /// Takes the octets in.
    pub fn new(octets: impl Into<Vec<u8>>) -> Self {
        Self(octets.into().into_boxed_slice())
    }

    /// The octets, for the wire.
    pub const fn reveal(&self) -> &[u8] {
        &self.0
    }

    /// Whether these are the same octets, in a time that depends on the length only.
    pub fn matches(&self, given: &[u8]) -> bool {
        let difference = self.0.iter().zip(given).fold(0, |sum, (a, b)| sum | (a ^ b));
        // The hint keeps the compiler from leaving the fold at the first difference.
        std::hint::black_box(difference) == 0 && self.0.len() == given.len()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_prints_as_nothing_but_a_secret() {
        let secret = Secret::new("hunter2");
        assert_eq!(format!("{secret} {secret:?} {secret:#?}"), "(secret) (secret) (secret)");
    }

    #[test]
    fn only_the_same_octets_match() {
        let secret = Secret::new("hunter2");
        assert!(secret.matches(b"hunter2"));
        for other in [&b"hunter3"[..], b"hunter", b"hunter22", b""] {
            assert!(!secret.matches(other));
        }
    }
}
