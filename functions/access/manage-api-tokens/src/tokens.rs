//! Handles `GET /v1/api-tokens` and `POST /v1/api-tokens/{api_token_id}/revoke`.

use shared::{
    Result,
    access::Permission,
    audit::{Action, AuditEvent, Diff, TargetKind},
    http::{List, Nothing, Reply, Request},
    id::CredentialId,
};

use crate::{Deps, store, token::ApiToken};

/// Lists the organization's tokens, the oldest first, those that ended among them.
pub(crate) async fn list(deps: &Deps, request: &Request) -> Result<Reply> {
    let mut query = request.query()?;
    let page = query.take_page::<CredentialId>()?;
    query.finish()?;

    let lookup = store::list_tokens(&page);
    let (_gate, tokens) = deps.reads.admit(request, Permission::TokenManage, lookup).await?;

    Reply::ok(&List::cut(&page, tokens, |token: &ApiToken| token.api_token_id)?)
}

/// Ends a token at once, and those that were made with it, which a thief of the token may have made. An ended token stays
/// ended.
pub(crate) async fn revoke(deps: &Deps, request: &Request) -> Result<Reply> {
    let Nothing {} = request.json_or_empty()?;

    let id: CredentialId = request.target("api_token_id");
    let lookups = (store::load_token(id), store::list_made_with(id));
    let (admitted, (found, made_with)) = deps.door.admit(request, Permission::TokenManage, lookups).await?;

    let now = admitted.now();
    let was_revoked = found.revoked_at.is_some();
    let token = ApiToken { revoked_at: found.revoked_at.or(Some(now)), ..found };
    let reply = Reply::ok(&token)?;
    admitted
        .record(reply, |batch| {
            if !was_revoked {
                store::revoke_token(batch, id, &made_with, now);
                for ended in std::iter::once(id).chain(made_with) {
                    let facts = Diff::new().added("revoked_at", now).added_if_some("with", (ended != id).then_some(id));
                    batch.audit(AuditEvent::new(Action::ApiTokenRevoked, TargetKind::ApiToken, ended).with(facts));
                }
            }
        })
        .await
}
