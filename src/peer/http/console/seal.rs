//! Opaque words for addresses: what somebody looks for, so that no number ever stands in one.
//!
//! A word is what was sealed, encrypted with a key of this data directory: ChaCha20-Poly1305, whose nonce is a keyed
//! hash of the plain text. So the same number has the same word here, for links that are kept, and no other directory
//! can read it. File `console.key`: `postrider console key 1` and 64 hexadecimal digits.

use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use ring::rand::{SecureRandom as _, SystemRandom};
use sha2::Sha256;

use crate::base::hex::hex;
use crate::peer::http::compat::form::unhex;
use crate::spool::disk::{Disk, read_small, replace};
use crate::spool::error::OpenError;

const FILE: &str = "console.key";
const HEADER: &str = "postrider console key 1\n";

/// Octets of what can be sealed: a query and a little more.
const PLAIN_OCTETS_MAX: usize = 2 << 10;

/// What a word stands for; one kind is never taken for another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// A query.
    Query,
    /// A number, or a sender's name.
    Number,
}

impl Kind {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::Query => b"query",
            Self::Number => b"number",
        }
    }
}

/// Seals and opens.
#[derive(Debug)]
pub(super) struct Seal {
    cipher: LessSafeKey,
    nonces: [u8; 32],
}

impl Seal {
    /// With the key of a data directory, which gets one if it has none.
    pub(super) fn open(disk: &dyn Disk) -> Result<Self, OpenError> {
        let octets = match read_small(disk, FILE, 4096) {
            Ok(octets) => octets,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let octets = new_key().map_err(|error| OpenError::io(FILE, error))?;
                replace(disk, FILE, &octets).map_err(|error| OpenError::io(FILE, error))?;
                octets
            }
            Err(error) => return Err(OpenError::io(FILE, error)),
        };
        let damaged = || OpenError::damaged(FILE, "it is no key of version 1");
        let digits = octets.strip_prefix(HEADER.as_bytes()).ok_or_else(damaged)?;
        let key = unhex(digits.trim_ascii_end()).filter(|key| key.len() == 32);
        Self::with(&key.ok_or_else(damaged)?).ok_or_else(damaged)
    }

    fn with(key: &[u8]) -> Option<Self> {
        let cipher = UnboundKey::new(&CHACHA20_POLY1305, &derived(key, b"words")?).ok()?;
        Some(Self { cipher: LessSafeKey::new(cipher), nonces: derived(key, b"nonces")? })
    }

    /// The word for a text; `None` if it is too long.
    pub(super) fn seal(&self, kind: Kind, plain: &str) -> Option<String> {
        if plain.len() > PLAIN_OCTETS_MAX {
            return None;
        }
        let mut hash = Hmac::<Sha256>::new_from_slice(&self.nonces).ok()?;
        hash.update(kind.label());
        hash.update(&[0]);
        hash.update(plain.as_bytes());
        let nonce: [u8; 12] = *hash.finalize().into_bytes().first_chunk()?;
        let mut octets = plain.as_bytes().to_vec();
        let sealed = Nonce::assume_unique_for_key(nonce);
        self.cipher.seal_in_place_append_tag(sealed, Aad::from(kind.label()), &mut octets).ok()?;
        Some(URL_SAFE_NO_PAD.encode([&nonce[..], &octets].concat()))
    }

    /// The text of a word of ours.
    pub(super) fn unseal(&self, kind: Kind, word: &str) -> Option<String> {
        if word.len() > PLAIN_OCTETS_MAX * 2 {
            return None;
        }
        let mut octets = URL_SAFE_NO_PAD.decode(word).ok()?;
        let nonce: [u8; 12] = *octets.first_chunk()?;
        let nonce = Nonce::assume_unique_for_key(nonce);
        let sealed = octets.get_mut(12..)?;
        let plain = self.cipher.open_in_place(nonce, Aad::from(kind.label()), sealed).ok()?;
        String::from_utf8(plain.to_vec()).ok()
    }
}

fn derived(key: &[u8], label: &[u8]) -> Option<[u8; 32]> {
    let mut hash = Hmac::<Sha256>::new_from_slice(key).ok()?;
    hash.update(label);
    Some(hash.finalize().into_bytes().into())
}

fn new_key() -> io::Result<Vec<u8>> {
    let mut key = [0; 32];
    SystemRandom::new().fill(&mut key).map_err(|_| io::Error::other("no random numbers"))?;
    Ok(format!("{HEADER}{}\n", hex(&key)).into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spool::sim_disk::SimDisk;

    #[test]
    fn a_word_is_the_same_after_a_restart_and_of_no_use_elsewhere() {
        let (disk, other) = (SimDisk::new(1), SimDisk::new(1));
        let word = Seal::open(&disk).expect("a key").seal(Kind::Number, "+447700900123");
        let word = word.expect("short enough");
        let again = Seal::open(&disk).expect("the same key");
        assert_eq!(again.seal(Kind::Number, "+447700900123").as_ref(), Some(&word));
        assert_eq!(again.unseal(Kind::Number, &word).as_deref(), Some("+447700900123"));
        assert!(!word.contains("7700"));
        assert_eq!(again.unseal(Kind::Query, &word), None, "another kind");
        assert_eq!(Seal::open(&other).expect("another").unseal(Kind::Number, &word), None);
    }

    #[test]
    fn a_word_that_somebody_made_up_or_changed_opens_nothing() {
        let seal = Seal::open(&SimDisk::new(1)).expect("a key");
        let word = seal.seal(Kind::Query, "to:1 text:\"é\"").expect("short enough");
        for at in 0..word.len() {
            let mut changed = word.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).expect("ASCII");
            assert_eq!(seal.unseal(Kind::Query, &changed), None);
        }
        for wrong in ["", "A", "AAAA", "é", &"A".repeat(100_000)] {
            assert_eq!(seal.unseal(Kind::Query, wrong), None);
        }
        assert_eq!(seal.seal(Kind::Query, &"q".repeat(3_000)), None);
    }

    #[test]
    fn a_key_that_is_none_is_refused_with_its_name() {
        let disk = SimDisk::new(1);
        replace(&disk, FILE, b"postrider console key 2\n00\n").expect("written");
        let error = Seal::open(&disk).map(drop).expect_err("no key").to_string();
        assert!(error.starts_with("console.key is damaged"), "{error}");
    }
}
