//! What is kept of a secret: enough to know it again, and not the secret.

use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq;

use crate::id::hex;

/// The SHA-256 of a secret of at least 128 random bits, as hex digits. (Of passwords, which people choose, argon2id's hash is kept.)
#[derive(Clone, Debug)]
pub struct Digest(String);

impl Digest {
    /// Of that secret.
    #[must_use]
    pub fn of(secret: &str) -> Self {
        Self(hex(&Sha256::digest(secret.as_bytes())))
    }

    /// Its digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether these are its digits; takes as long whatever they are.
    #[must_use]
    pub fn is(&self, digits: &str) -> bool {
        self.0.as_bytes().ct_eq(digits.as_bytes()).into()
    }
}
