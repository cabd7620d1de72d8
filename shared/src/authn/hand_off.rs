//! How a member of the operator's staff goes over to a customer: a PASETO v4 public token (paseto.io, version 4), which
//! says who, where to, as what and why. It is good for five minutes and for one opening; what it opens is kept by the
//! database, and ended there.
//!
//! Its key is Ed25519 (RFC 8032), of a seed that is HKDF-SHA-256 (RFC 5869) of the one secret with a label and its
//! version, which stands in the footer: what was signed before a rotation can be read during it.

use pasetors::{
    Public,
    keys::{AsymmetricPublicKey, AsymmetricSecretKey},
    token::UntrustedToken,
    version4::{PublicToken, V4},
};
use serde::{Deserialize, Serialize};

use crate::{
    access::Role,
    clock::Timestamp,
    error::{Error, Result},
    id::{CredentialId, HandOffId, ImpersonationId, OrganizationId, StaffId},
    settings::VersionedSecret,
    vault::{self, RootSecret},
    wiring::{Fatal, Needs, Part, Start},
};

/// How long a token is good for, in seconds.
pub const HAND_OFF_LIFETIME_S: i64 = 5 * 60;
/// How long what it opens lasts at most, in seconds.
pub const IMPERSONATION_LIFETIME_S: i64 = 30 * 60;
/// Longest token that is looked at: a reason of 500 characters, each of four bytes and escaped, in base64.
const TOKEN_BYTES_MAX: usize = 8192;
const LABEL: &str = "doorbook impersonation hand-off";
const AUDIENCE: &str = "impersonation";
/// Signed with the token and not written in it (PASETO's implicit assertion): no token of another purpose fits.
const ASSERTION: &[u8] = b"doorbook/hand-off/v1";

/// What a token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandOff {
    /// The token itself: it opens only while it is the newest of its impersonation.
    #[serde(rename = "jti")]
    pub id: HandOffId,
    /// Who goes over.
    #[serde(rename = "sub")]
    pub staff: StaffId,
    /// The operator's own organization, in which they are signed in.
    pub staff_organization: OrganizationId,
    /// The session in which they asked. With it the token ends.
    pub staff_session: CredentialId,
    /// The customer.
    pub organization: OrganizationId,
    /// What is opened.
    pub impersonation: ImpersonationId,
    /// What they act as.
    pub role: Role,
    /// Why, in their words.
    pub reason: String,
    /// When it was made.
    #[serde(rename = "iat")]
    pub issued_at: Timestamp,
    /// When it ends.
    #[serde(rename = "exp")]
    pub expires_at: Timestamp,
    #[serde(rename = "aud")]
    audience: String,
}

/// The claims that its maker fills in.
pub struct Passage {
    /// Who goes over.
    pub staff: StaffId,
    /// The operator's own organization.
    pub staff_organization: OrganizationId,
    /// The session in which they ask.
    pub staff_session: CredentialId,
    /// The customer.
    pub organization: OrganizationId,
    /// What is opened.
    pub impersonation: ImpersonationId,
    /// What they act as.
    pub role: Role,
    /// Why, in their words.
    pub reason: String,
}

impl HandOff {
    /// One that begins now.
    #[must_use]
    pub fn new(id: HandOffId, passage: Passage, now: Timestamp) -> Self {
        let Passage { staff, staff_organization, staff_session, organization, impersonation, role, reason } = passage;
        Self {
            id,
            staff,
            staff_organization,
            staff_session,
            organization,
            impersonation,
            role,
            reason,
            issued_at: now,
            expires_at: now.plus_seconds(HAND_OFF_LIFETIME_S),
            audience: AUDIENCE.to_owned(),
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Footer {
    kid: u16,
}

impl Part for HandOffKeys {
    fn needs() -> Needs {
        RootSecret::needs()
    }

    fn build(start: &mut Start) -> Result<Self, Fatal> {
        Ok(Self::new(start.part()?))
    }
}

/// Signs under the current secret, and reads what it or the retiring one signed.
#[derive(Clone)]
pub struct HandOffKeys(RootSecret);

impl HandOffKeys {
    /// The keys of this secret.
    #[must_use]
    pub const fn new(secret: RootSecret) -> Self {
        Self(secret)
    }

    /// The token of a hand-off.
    ///
    /// # Errors
    /// [`Error::Internal`] when it cannot be signed.
    pub fn sign(&self, hand_off: &HandOff) -> Result<String> {
        let current = &self.0.get()?.current;
        let (claims, footer) = (json(hand_off)?, json(&Footer { kid: current.version })?);
        PublicToken::sign(&secret_key(current)?, &claims, Some(&footer), Some(ASSERTION))
            .map_err(|_| Error::internal("a hand-off could not be signed"))
    }

    /// What a token says, if it is one of ours, for this purpose, and has not ended.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] when it is none.
    pub fn read(&self, token: &str, now: Timestamp) -> Result<HandOff> {
        self.verified(token).filter(|found| found.is_good(now)).ok_or(Error::Unauthenticated)
    }

    fn verified(&self, token: &str) -> Option<HandOff> {
        if token.len() > TOKEN_BYTES_MAX {
            return None;
        }
        let token = UntrustedToken::<Public, V4>::try_from(token).ok()?;
        let footer: Footer = serde_json::from_slice(token.untrusted_footer()).ok()?;
        let secrets = self.0.get().ok()?;
        let known = [Some(&secrets.current), secrets.retiring.as_ref()];
        let secret = known.into_iter().flatten().find(|secret| secret.version == footer.kid)?;
        let public = AsymmetricPublicKey::<V4>::try_from(&secret_key(secret).ok()?).ok()?;
        let trusted = PublicToken::verify(&public, &token, Some(token.untrusted_footer()), Some(ASSERTION)).ok()?;
        serde_json::from_str(trusted.payload()).ok()
    }
}

impl HandOff {
    fn is_good(&self, now: Timestamp) -> bool {
        let ends = self.issued_at.plus_seconds(HAND_OFF_LIFETIME_S);
        self.audience == AUDIENCE && self.issued_at <= now && now < self.expires_at && self.expires_at <= ends
    }
}

fn json(value: &impl Serialize) -> Result<Vec<u8>> {
    serde_json::to_vec(value).map_err(Error::internal)
}

fn secret_key(secret: &VersionedSecret) -> Result<AsymmetricSecretKey<V4>> {
    let seed = vault::seed(secret, LABEL)?;
    // PASETO keeps the public half behind the seed.
    let pair = aws_lc_rs::signature::Ed25519KeyPair::from_seed_unchecked(seed.as_slice()).map_err(Error::internal)?;
    let public = aws_lc_rs::signature::KeyPair::public_key(&pair);
    let both = zeroize::Zeroizing::new([seed.as_slice(), public.as_ref()].concat());
    AsymmetricSecretKey::<V4>::from(&both).map_err(|_| Error::internal("no key of PASETO's form"))
}

#[cfg(test)]
#[path = "hand_off_tests.rs"]
mod tests;
