//! Signatures over what is sent to a customer's host, in the form of Standard Webhooks (HMAC-SHA-256, `v1`).

use aws_lc_rs::hmac;
use base64::{Engine as _, prelude::BASE64_STANDARD};

use crate::{
    error::Result,
    secret::{Secret, random_bytes},
};

/// What stands before the base64 of a secret, so that a leak is recognised.
const PREFIX: &str = "whsec_";

/// The secret that we and the host share. An attacker who knows it can pass off anything as ours to that host, and to
/// no other.
pub struct SigningSecret(Secret<Vec<u8>>);

impl SigningSecret {
    /// A new one: 256 random bits.
    ///
    /// # Errors
    /// Internal, when the random generator fails.
    pub fn generate() -> Result<Self> {
        Ok(Self(Secret::new(random_bytes::<32>()?.to_vec())))
    }

    /// One that was kept sealed.
    #[must_use]
    pub const fn of_bytes(bytes: Secret<Vec<u8>>) -> Self {
        Self(bytes)
    }

    /// The bytes to be sealed.
    #[must_use]
    pub const fn bytes(&self) -> &Secret<Vec<u8>> {
        &self.0
    }

    /// The secret as it is shown, once.
    #[must_use]
    pub fn text(&self) -> Secret<String> {
        Secret::new(format!("{PREFIX}{}", BASE64_STANDARD.encode(self.0.expose_secret())))
    }

    /// The header `webhook-signature` of a message: over its id, the seconds since 1970 at which it is sent, and its
    /// body.
    #[must_use]
    pub fn sign(&self, id: &str, seconds: u64, body: &[u8]) -> String {
        let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, self.0.expose_secret()));
        context.update(format!("{id}.{seconds}.").as_bytes());
        context.update(body);
        format!("v1,{}", BASE64_STANDARD.encode(context.sign().as_ref()))
    }
}

impl std::fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SigningSecret(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification (standardwebhooks, `spec/standard-webhooks.md`), whose secret is shown there.
    #[test]
    fn a_signature_is_the_one_of_the_specification() {
        let bytes = BASE64_STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let secret = SigningSecret::of_bytes(Secret::new(bytes));
        let signature = secret.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        assert_eq!(secret.text().expose_secret(), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    }
}
