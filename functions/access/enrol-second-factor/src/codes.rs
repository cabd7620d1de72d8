//! New recovery codes: as they are shown once, and as they are stored.

use shared::{
    Result,
    authn::{
        password::slow_hash,
        recovery::{RECOVERY_CODES, RecoveryCode},
    },
    secret::random_bytes,
};

/// Codes as they are shown, and as they are kept.
pub(crate) struct NewCodes {
    pub(crate) shown: Vec<String>,
    pub(crate) salt: [u8; 16],
    pub(crate) hashes: Vec<Vec<u8>>,
}

impl NewCodes {
    /// Makes ten, under a salt of their own.
    pub(crate) fn generate() -> Result<Self> {
        let mut new = Self { shown: Vec::new(), salt: random_bytes()?, hashes: Vec::new() };
        for _ in 0..RECOVERY_CODES {
            let code = RecoveryCode::generate()?;
            new.hashes.push(slow_hash(code.text().expose_secret(), &new.salt)?.to_vec());
            new.shown.push(code.shown());
        }
        Ok(new)
    }
}
