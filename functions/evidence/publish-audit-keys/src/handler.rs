//! Handles `GET /.well-known/doorbook-audit-key`. Contract in `functions/evidence/publish-audit-keys/README.md`.
//! Promises E1, E4.

use shared::{
    Error, Result,
    http::{Reply, Request},
    id::OrganizationId,
};

use crate::{AuditKey, AuditKeys, Deps, VerifierFile};

/// Answers without a credential, and in the same way for any id, so that the answer does not tell which organizations
/// exist.
///
/// # Errors
/// 400 without an id.
pub async fn handle(deps: &Deps, request: &Request) -> Result<Reply> {
    let mut query = request.query_unauthenticated()?;
    let organization: Option<OrganizationId> = query.take("organization")?;
    query.finish()?;
    let organization_id = organization.ok_or_else(|| Error::malformed("?organization", "missing"))?;

    let keys = deps.door.log_keys().await?;

    let of_organization = |key| AuditKey::of(key, &deps.log.origin, organization_id);
    let keys = keys.into_iter().map(of_organization).collect();
    Reply::ok(&AuditKeys { organization_id, keys, verifiers: VerifierFile::all() })
}
