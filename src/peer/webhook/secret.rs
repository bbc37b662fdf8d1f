//! Signing secrets and signatures, as Standard Webhooks has them.
//!
//! A secret is `whsec_` and 24 to 64 octets in base64; a signature is `v1,` and the base64 of HMAC-SHA256
//! over `id.timestamp.body`. While a secret is being changed both sign, with a space between.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use crate::base::clock::Timestamp;
use crate::base::secret::Secret;

/// Octets of a secret that is made here.
const SECRET_BYTES: usize = 32;

/// What a secret begins with.
pub const PREFIX: &str = "whsec_";

/// A secret, and until when it signs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SigningSecret {
    octets: Secret,
    /// [`Timestamp::NEVER`] for the one in force.
    pub until: Timestamp,
}

impl SigningSecret {
    /// A new one, that nobody can guess.
    ///
    /// # Errors
    /// When the machine has no randomness to give.
    pub fn make() -> Result<Self, String> {
        let mut octets = [0; SECRET_BYTES];
        fill(&mut octets)?;
        Ok(Self { octets: Secret::new(octets), until: Timestamp::NEVER })
    }

    /// One that was written down.
    pub fn read(text: &str, until: Timestamp) -> Option<Self> {
        let octets = BASE64.decode(text.strip_prefix(PREFIX)?).ok()?;
        let length = (24..=64).contains(&octets.len());
        length.then(|| Self { octets: Secret::new(octets), until })
    }

    /// As whoever verifies with it gets it.
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}", BASE64.encode(self.octets.reveal()))
    }

    fn sign(&self, id: &str, seconds: u64, body: &[u8]) -> Option<String> {
        // Keys of any length are good for HMAC.
        let mut mac = Hmac::<Sha256>::new_from_slice(self.octets.reveal()).ok()?;
        mac.update(format!("{id}.{seconds}.").as_bytes());
        mac.update(body);
        Some(format!("v1,{}", BASE64.encode(mac.finalize().into_bytes())))
    }
}

/// The header `webhook-signature`: a signature by each secret that is in force.
pub fn signature(secrets: &[SigningSecret], id: &str, now: Timestamp, body: &[u8]) -> String {
    let seconds = now.0 / 1_000_000;
    let live = secrets.iter().filter(|secret| now < secret.until);
    live.filter_map(|secret| secret.sign(id, seconds, body)).collect::<Vec<_>>().join(" ")
}

/// Octets that nobody can guess.
///
/// # Errors
/// When the machine has none to give.
pub fn fill(octets: &mut [u8]) -> Result<(), String> {
    let provider = rustls::crypto::ring::default_provider();
    let failed = |_| "the machine has no randomness to give".to_owned();
    provider.secure_random.fill(octets).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_614_265_330_000_000);

    #[test]
    fn the_example_of_the_standards_libraries_signs_as_they_do() {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let secret = SigningSecret::read(secret, Timestamp::NEVER).unwrap();
        let body = br#"{"test": 2432232314}"#;
        let signed = signature(&[secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", NOW, body);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn two_secrets_sign_while_both_are_in_force() {
        let (old, new) = (SigningSecret::make().unwrap(), SigningSecret::make().unwrap());
        assert_ne!(old, new);
        let old = SigningSecret { until: NOW, ..old };
        let before = Timestamp(NOW.0 - 1);
        let secrets = [new, old];
        assert_eq!(signature(&secrets, "a", before, b"x").split(' ').count(), 2);
        assert_eq!(signature(&secrets, "a", NOW, b"x").split(' ').count(), 1);
    }

    #[test]
    fn a_secret_reads_back_and_shows_itself_to_nobody_else() {
        let secret = SigningSecret::make().unwrap();
        let text = secret.reveal();
        assert_eq!(SigningSecret::read(&text, Timestamp::NEVER), Some(secret.clone()));
        assert!(!format!("{secret:?}").contains(&text[6..]));
        for wrong in ["whsec_", "whsec_c2hvcnQ=", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_*"] {
            assert!(SigningSecret::read(wrong, Timestamp::NEVER).is_none(), "{wrong}");
        }
    }
}
