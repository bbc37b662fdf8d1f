//! Identifiers: the dense ordinal a message has inside, and the public id the world sees.
//!
//! The ledger numbers messages densely (`Ord`), so that its columns are arrays. What leaves the
//! gateway is a keyed 64-bit permutation of that number in base 32: looking a message up by id needs
//! no index, and ids do not tell how much traffic there is.
//! **Invariant**: `IdCipher::open(seal(ord)) == ord` for every ord and key.

use std::fmt;

use super::foreign_id;

/// A message's place in the ledger: dense, from 0, in order of acceptance.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct MessageOrd(pub u64);

/// An account's number in the ledger; names are kept beside it and never renumbered.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct AccountId(pub u16);

/// A carrier's number in the ledger; names are kept beside it and never renumbered.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct CarrierId(pub u16);

impl AccountId {
    /// No account: a message from a handset that is nobody's, or not yet.
    pub const NONE: Self = Self(u16::MAX);
}

impl CarrierId {
    /// No carrier: a message that never had a route.
    pub const NONE: Self = Self(u16::MAX);
}

/// Number of characters of a public id.
pub const PUBLIC_ID_LEN: usize = 13;

/// A public id: 13 characters of Crockford's base 32 in lower case.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PublicId([u8; PUBLIC_ID_LEN]);

impl PublicId {
    /// The characters as octets, as an SMPP `message_id` carries them (without NUL).
    pub const fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The 64 bits that the characters stand for.
    pub fn number(&self) -> u64 {
        // Made of a number, it always is one.
        decode(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for PublicId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|&octet| fmt::Write::write_char(f, char::from(octet)))
    }
}

impl fmt::Debug for PublicId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The keyed permutation between ordinals and public ids.
#[derive(Clone, Copy, Debug)]
pub struct IdCipher {
    keys: [u32; ROUNDS],
}

/// Rounds of the Feistel network. It hides volume and order from a curious reader; it is no secret.
const ROUNDS: usize = 4;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

impl IdCipher {
    /// A permutation of its own for each data directory, from the directory's random key.
    pub fn new(key: u64) -> Self {
        let mut keys = [0; ROUNDS];
        let mut seed = key;
        for round in &mut keys {
            seed = mix64(seed.wrapping_add(0x9e37_79b9_7f4a_7c15));
            *round = (seed >> 32) as u32;
        }
        Self { keys }
    }

    /// The public id of a message.
    pub fn seal(&self, ord: MessageOrd) -> PublicId {
        let (mut left, mut right) = ((ord.0 >> 32) as u32, ord.0 as u32);
        for &key in &self.keys {
            (left, right) = (right, left ^ round(right, key));
        }
        encode(u64::from(left) << 32 | u64::from(right))
    }

    /// The message a public id names, if these characters can be one. Case does not matter, the API's
    /// `msg_` prefix may be there, and the forms that clients of other gateways are given
    /// ([`foreign_id`]) name the same message.
    pub fn open(&self, id: &[u8]) -> Option<MessageOrd> {
        let native = decode(id.strip_prefix(b"msg_").unwrap_or(id));
        let sealed = native.or_else(|| foreign_id::number(id))?;
        let (mut left, mut right) = ((sealed >> 32) as u32, sealed as u32);
        for &key in self.keys.iter().rev() {
            (left, right) = (right ^ round(left, key), left);
        }
        Some(MessageOrd(u64::from(left) << 32 | u64::from(right)))
    }
}

fn round(half: u32, key: u32) -> u32 {
    (mix64(u64::from(half) << 32 | u64::from(key)) >> 16) as u32
}

/// The finalizer of splitmix64: every input bit reaches every output bit.
fn mix64(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn encode(mut value: u64) -> PublicId {
    let mut octets = [0; PUBLIC_ID_LEN];
    for octet in octets.iter_mut().rev() {
        *octet = ALPHABET[(value & 31) as usize];
        value >>= 5;
    }
    PublicId(octets)
}

fn decode(id: &[u8]) -> Option<u64> {
    if id.len() != PUBLIC_ID_LEN {
        return None;
    }
    let mut value: u128 = 0;
    for octet in id {
        let lower = octet.to_ascii_lowercase();
        let digit = ALPHABET.iter().position(|&letter| letter == lower)?;
        value = value << 5 | digit as u128;
    }
    u64::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ordinal_comes_back_from_its_public_id() {
        let cipher = IdCipher::new(42);
        for ord in (0..10_000).chain([u64::MAX, 1 << 40]) {
            let id = cipher.seal(MessageOrd(ord));
            assert_eq!(cipher.open(id.as_bytes()), Some(MessageOrd(ord)));
        }
    }

    #[test]
    fn an_id_is_read_in_capitals_and_with_the_prefix_of_the_api() {
        let cipher = IdCipher::new(7);
        let id = cipher.seal(MessageOrd(99)).to_string();
        assert_eq!(cipher.open(id.to_uppercase().as_bytes()), Some(MessageOrd(99)));
        assert_eq!(cipher.open(format!("msg_{id}").as_bytes()), Some(MessageOrd(99)));
    }

    #[test]
    fn what_cannot_be_an_id_is_none() {
        let cipher = IdCipher::new(7);
        assert_eq!(cipher.open(b""), None);
        assert_eq!(cipher.open(b"zzzzzzzzzzzzz"), None, "65 bits");
        assert_eq!(cipher.open(b"0123u56789012"), None, "u is not in the alphabet");
    }

    #[test]
    fn neighbours_do_not_look_alike() {
        let cipher = IdCipher::new(7);
        let (a, b) = (cipher.seal(MessageOrd(1)), cipher.seal(MessageOrd(2)));
        let same = a.as_bytes().iter().zip(b.as_bytes()).filter(|(a, b)| a == b).count();
        assert!(same < 6, "{a} {b}");
    }
}
