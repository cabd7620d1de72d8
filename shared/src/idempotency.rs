//! A claim on an Idempotency-Key: the first execution's answer is kept for 24 hours and given again.

use crate::{
    clock::Clock,
    error::{Error, Result},
    id::{CredentialId, OrganizationId},
    tenant::{Db, Statement, resume},
    vault::{Vault, WrappedTenantKey},
};

/// A claim that this request holds until it is settled or released.
#[derive(Clone)]
pub struct HeldClaim {
    pub(crate) db: Db,
    pub(crate) vault: Vault,
    pub(crate) clock: Clock,
    pub(crate) organization: OrganizationId,
    pub(crate) credential: CredentialId,
    pub(crate) key_sha256: [u8; 32],
    pub(crate) request_id: String,
    pub(crate) tenant_key: WrappedTenantKey,
}

impl std::fmt::Debug for HeldClaim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HeldClaim")
    }
}

impl HeldClaim {
    /// Opens a later transaction of this request; raises when credential or claim are no longer ours.
    pub(crate) fn resume(&self) -> Statement {
        resume(self.organization, self.credential, Some(self.key_sha256), &self.request_id, self.clock)
    }

    /// Keeps the sealed answer, in the transaction that `resume` opened.
    pub(crate) fn settle(&self, sealed: Vec<u8>) -> Statement {
        Statement::new("-- idempotency.settle\nSELECT app.settle($1, $2, $3, $4)")
            .bind(self.credential)
            .bind(self.key_sha256.to_vec())
            .bind(sealed)
            .bind(self.clock.now())
    }

    /// A call that begins with the parameters of `app.resume_and_settle`, in one transaction with what it does besides.
    pub(crate) fn resume_and_settle(&self, sql: &'static str, sealed: Vec<u8>) -> Statement {
        Statement::new(sql)
            .bind(self.organization)
            .bind(self.credential)
            .bind(self.key_sha256.to_vec())
            .bind(self.request_id.clone())
            .bind(sealed)
            .bind(self.clock.now())
    }

    /// The answer under the tenant key.
    pub(crate) async fn seal(&self, answer: &[u8]) -> Result<Vec<u8>> {
        self.vault.tenant_key(&self.tenant_key).await?.seal_answer(&self.name(), answer)
    }

    /// An answer that was kept before.
    pub(crate) async fn open(&self, sealed: &[u8]) -> Result<Vec<u8>> {
        let answer = self.vault.tenant_key(&self.tenant_key).await?.open_answer(&self.name(), sealed)?;
        Ok(answer.expose_secret().clone())
    }

    /// Keeps the answer of a request that recorded nothing, in a transaction of its own.
    ///
    /// # Errors
    /// When the claim is no longer ours or a dependency fails.
    pub async fn settle_alone(&self, answer: &[u8]) -> Result<()> {
        let sealed = self.seal(answer).await?;
        self.db.round_trip(&[self.resume(), self.settle(sealed)]).await.map(drop)
    }

    /// Gives the claim back: a retry with the same key shall execute.
    ///
    /// # Errors
    /// When the claim is no longer ours or the database fails.
    pub async fn release(&self) -> Result<()> {
        let release = Statement::new("-- idempotency.release\nSELECT app.release($1, $2)")
            .bind(self.credential)
            .bind(self.key_sha256.to_vec());
        self.db.round_trip(&[self.resume(), release]).await.map(drop)
    }

    fn name(&self) -> Vec<u8> {
        [self.credential.uuid().as_bytes().as_slice(), &self.key_sha256].concat()
    }
}

/// What a key was answered with, as it is kept.
///
/// # Errors
/// [`Error::Internal`] when there is nothing to open.
pub(crate) fn kept(answer: Option<Vec<u8>>) -> Result<Vec<u8>> {
    answer.ok_or_else(|| Error::internal("a settled claim has no answer"))
}
