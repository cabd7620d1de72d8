//! Tokens as they are shown, and their end.

use serde::Serialize;
use shared::{
    Result,
    access::Permission,
    audit::{Action, AuditEvent, Diff, TargetKind},
    clock::Timestamp,
    http::{List, Nothing, Reply, Request},
    id::{CredentialId, SiteId},
};
use utoipa::ToSchema;

use crate::{Deps, store};

/// An API token, without its secret: that is kept nowhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ApiToken {
    /// The token.
    pub api_token_id: CredentialId,
    /// Name.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Permission>,
    /// The only site at which it may act; null where it is every site.
    pub site_id: Option<SiteId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends by itself; null for the first one of an organization, which does not.
    pub expires_at: Option<Timestamp>,
    /// When it was ended.
    pub revoked_at: Option<Timestamp>,
    /// When it was used last, to the minute; null where it never was.
    pub last_used_at: Option<Timestamp>,
}

/// Lists the organization's tokens, the oldest first, those that ended among them.
pub(crate) async fn list(deps: &Deps, request: &Request) -> Result<Reply> {
    let mut query = request.query()?;
    let page = query.take_page::<CredentialId>()?;
    query.finish()?;

    let lookup = store::list_tokens(&page);
    let (_gate, tokens) = deps.reads.admit(request, Permission::TokenManage, lookup).await?;

    Reply::ok(&List::cut(&page, tokens, |token: &ApiToken| token.api_token_id))
}

/// Ends a token at once, and those that were made with it: whoever held it may have made them. One that was ended stays so.
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
        .record(&reply, |batch| {
            if !was_revoked {
                store::revoke_token(batch, id, &made_with, now);
                for ended in std::iter::once(id).chain(made_with) {
                    let facts = Diff::new().added("revoked_at", now).added_if_some("with", (ended != id).then_some(id));
                    batch.audit(AuditEvent::new(Action::ApiTokenRevoked, TargetKind::ApiToken, ended).with(facts));
                }
            }
        })
        .await?;

    Ok(reply)
}
