//! Passwords: argon2id hashes as PHC strings, made and checked where that may take its time.
//!
//! **Invariants**: at most `CHECKS_MAX` are computed at a time, each in `MEMORY_KIB_MAX` of memory at
//! most; a name that nobody has takes as long as one that somebody has.

use std::sync::Arc;

use argon2::password_hash::{
    Ident, PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString,
};
use argon2::{ARGON2ID_IDENT, Algorithm, Argon2, Params, Version};
use ring::rand::{SecureRandom as _, SystemRandom};
use tokio::sync::Semaphore;

/// Hashes computed at a time.
const CHECKS_MAX: usize = 2;

/// Octets of a password.
pub const PASSWORD_OCTETS_MAX: usize = 256;

/// Memory of one hash, in KiB: 128 MiB. A PHC string that asks for more is refused.
pub const MEMORY_KIB_MAX: u32 = 128 << 10;

/// Rounds of one hash.
pub const ROUNDS_MAX: u32 = 16;

/// Why a text is no usable hash, or a password cannot be hashed.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PasswordError {
    /// Not a PHC string of argon2id.
    #[error("is no argon2id hash: $argon2id$v=19$…, as `postrider users hash` prints")]
    NoHash,
    /// It would take too much memory or time.
    #[error("asks for more than {MEMORY_KIB_MAX} KiB or {ROUNDS_MAX} rounds")]
    TooCostly,
    /// It is empty or too long.
    #[error("a password has 1 to {PASSWORD_OCTETS_MAX} octets")]
    Length,
    /// The system has no random numbers, or the hash failed.
    #[error("could not be hashed")]
    Failed,
}

/// The PHC string of a password: argon2id, 19 MiB, two rounds (OWASP's first choice), a new salt.
///
/// # Errors
/// The password cannot be one, or the system failed.
pub fn hash(password: &[u8]) -> Result<String, PasswordError> {
    if password.is_empty() || password.len() > PASSWORD_OCTETS_MAX {
        return Err(PasswordError::Length);
    }
    let mut salt = [0; 16];
    SystemRandom::new().fill(&mut salt).map_err(|_| PasswordError::Failed)?;
    let salt = SaltString::encode_b64(&salt).map_err(|_| PasswordError::Failed)?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::default());
    let hash = argon2.hash_password(password, &salt).map_err(|_| PasswordError::Failed)?;
    Ok(hash.to_string())
}

/// Whether a text is a hash that can be checked against.
///
/// # Errors
/// Why not.
pub fn check(phc: &str) -> Result<(), PasswordError> {
    let hash = PasswordHash::new(phc).map_err(|_| PasswordError::NoHash)?;
    let id: Ident<'_> = hash.algorithm;
    if id != ARGON2ID_IDENT || hash.hash.is_none() || hash.salt.is_none() {
        return Err(PasswordError::NoHash);
    }
    let params = Params::try_from(&hash).map_err(|_| PasswordError::NoHash)?;
    let costly = params.m_cost() > MEMORY_KIB_MAX || params.t_cost() > ROUNDS_MAX;
    if costly { Err(PasswordError::TooCostly) } else { Ok(()) }
}

/// Checks passwords, a few at a time.
#[derive(Debug)]
pub(super) struct Checker {
    turns: Arc<Semaphore>,
    /// The hash of a password that nobody knows, for names that nobody has.
    nobody: String,
}

impl Checker {
    pub(super) fn new() -> Self {
        let mut secret = [0; 32];
        // Without random numbers it is still nobody's: no user has this hash.
        let _unfilled = SystemRandom::new().fill(&mut secret);
        let nobody = hash(&secret).unwrap_or_default();
        Self { turns: Arc::new(Semaphore::new(CHECKS_MAX)), nobody }
    }

    /// Whether a password is the one of a hash; without a hash it is not, after the same time.
    pub(super) async fn is_right(&self, password: Vec<u8>, phc: Option<String>) -> bool {
        let known = phc.is_some();
        let phc = phc.unwrap_or_else(|| self.nobody.clone());
        let Ok(turn) = Arc::clone(&self.turns).acquire_owned().await else { return false };
        let right = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            verify(&password, &phc)
        });
        right.await.unwrap_or(false) && known
    }
}

fn verify(password: &[u8], phc: &str) -> bool {
    if password.len() > PASSWORD_OCTETS_MAX {
        return false;
    }
    let Ok(hash) = PasswordHash::new(phc) else { return false };
    // The parameters are those of the hash.
    Argon2::default().verify_password(password, &hash).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_known_by_its_hash_and_no_other_is() {
        let phc = hash(b"correct horse").expect("hashed");
        assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{phc}");
        assert_eq!(check(&phc), Ok(()));
        assert!(verify(b"correct horse", &phc));
        assert!(!verify(b"correct horsf", &phc) && !verify(b"", &phc));
        assert_ne!(phc, hash(b"correct horse").expect("hashed"), "each has a salt of its own");
    }

    #[test]
    fn what_is_no_hash_or_costs_too_much_is_refused() {
        let salted = "c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaA";
        for wrong in ["", "secret", "$argon2id$", "$2b$10$abcdefghijklmnopqrstuv"] {
            assert_eq!(check(wrong), Err(PasswordError::NoHash), "{wrong}");
        }
        let other = format!("$argon2i$v=19$m=64,t=2,p=1${salted}");
        assert_eq!(check(&other), Err(PasswordError::NoHash));
        for costs in ["m=1000000,t=2,p=1", "m=64,t=1000,p=1"] {
            let costly = format!("$argon2id$v=19${costs}${salted}");
            assert_eq!(check(&costly), Err(PasswordError::TooCostly), "{costs}");
        }
        assert_eq!(hash(b""), Err(PasswordError::Length));
        assert_eq!(hash(&[b'x'; 257]), Err(PasswordError::Length));
    }

    #[tokio::test]
    async fn a_name_that_nobody_has_is_checked_like_any_other() {
        let checker = Checker::new();
        let phc = hash(b"rep").expect("hashed");
        assert!(checker.is_right(b"rep".to_vec(), Some(phc)).await);
        assert!(check(&checker.nobody).is_ok(), "it takes the same time");
        assert!(!checker.is_right(b"rep".to_vec(), None).await);
    }
}
