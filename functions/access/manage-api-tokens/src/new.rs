//! A token is made.

use serde::{Deserialize, Serialize};
use shared::{
    Error, Result,
    access::Permission,
    audit::{Action, AuditEvent, Diff, Internal, TargetKind},
    authn::{CredentialKind, NewCredential, reach::Reach},
    clock::Timestamp,
    domain::{BoundedText as _, text::Name},
    http::{Reply, Request},
    id::{CredentialId, SiteId},
};
use utoipa::ToSchema;

use crate::{Deps, store, token::ApiToken};

const DAY_S: i64 = 86_400;
/// How long a token lasts of which nothing is said.
const LIFETIME_S_DEFAULT: i64 = 90 * DAY_S;
/// Longest that a token may last.
const LIFETIME_S_MAX: i64 = 366 * DAY_S;

/// A token to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewApiToken {
    /// Name, as `Gate house integration`.
    name: Name,
    /// What it may do: some of what its maker may, each once.
    #[schema(min_items = 1)]
    scopes: Vec<Permission>,
    /// The only site at which it may act; every site unless said. Its scopes are then of those that one site has: kiosks,
    /// the site itself, check-in, check-out, reading and revealing visits, and the evidence of those.
    site_id: Option<SiteId>,
    /// When it ends: within 366 days, and not after its maker. In 90 days unless said, or with its maker.
    expires_at: Option<Timestamp>,
}

/// A token that was made.
#[derive(Debug, Serialize, ToSchema)]
pub struct CreatedApiToken {
    /// The token.
    pub api_token: ApiToken,
    /// The credential itself. Shown once: null when this answer is a replay.
    pub secret: Option<String>,
}

impl NewApiToken {
    /// What needs no knowledge but the body's own.
    fn check(&self, now: Timestamp) -> Result<()> {
        if self.scopes.is_empty() {
            return Err(Error::malformed("/scopes", "empty"));
        }
        let repeated = (1..self.scopes.len()).find(|at| {
            let (before, rest) = self.scopes.split_at(*at);
            rest.first().is_some_and(|scope| before.contains(scope))
        });
        if let Some(at) = repeated {
            return Err(Error::malformed(format!("/scopes/{at}"), "repeated"));
        }
        let beyond_a_site = self.scopes.iter().position(|scope| !scope.is_of_one_site());
        if let (Some(_), Some(at)) = (self.site_id, beyond_a_site) {
            return Err(Error::malformed(format!("/scopes/{at}"), "of_every_site"));
        }
        match self.expires_at {
            Some(at) if at <= now => Err(Error::malformed("/expires_at", "in_the_past")),
            Some(at) if at > now.plus_seconds(LIFETIME_S_MAX) => Err(Error::malformed("/expires_at", "too_far")),
            _ => Ok(()),
        }
    }

    /// When the token ends: not after the credential of its maker.
    fn within(&self, maker: &Reach, now: Timestamp) -> Result<Timestamp> {
        match (self.expires_at, maker.expires_at) {
            (Some(wanted), Some(end)) if wanted > end => Err(Error::unprocessable("/expires_at", "after_its_maker")),
            (Some(wanted), _) => Ok(wanted),
            (None, end) => {
                let default = now.plus_seconds(LIFETIME_S_DEFAULT);
                Ok(end.map_or(default, |end| end.min(default)))
            }
        }
    }
}

/// Makes a token and shows its secret once.
pub(crate) async fn create(deps: &Deps, request: &Request) -> Result<Reply> {
    let new: NewApiToken = request.json()?;
    new.check(deps.door.now())?;

    let lookups = (Reach::of(request.credential()?.sha256), store::has_site(new.site_id));
    let (admitted, (reach, has_site)) = deps.door.admit(request, Permission::TokenManage, lookups).await?;
    admitted.caller().expect_fresh(admitted.now())?;
    if !has_site {
        return Err(Error::unprocessable("/site_id", "unknown_value"));
    }
    if let Some((at, lacking)) = new.scopes.iter().enumerate().find(|(_, scope)| !reach.holds(**scope)) {
        let refusal = Error::unprocessable(format!("/scopes/{at}"), "beyond_its_maker");
        return admitted.refuse_access(request, &refusal, Diff::new().added("permission", *lacking)).await;
    }
    let expires_at = new.within(&reach, admitted.now())?;

    let (caller, now) = (admitted.caller().clone(), admitted.now());
    let secret = NewCredential::generate(CredentialKind::ApiToken, caller.realm, caller.organization)?;
    let token = ApiToken {
        api_token_id: CredentialId::new(now),
        name: new.name.as_str().to_owned(),
        scopes: new.scopes,
        site_id: new.site_id,
        created_at: now,
        expires_at: Some(expires_at),
        revoked_at: None,
        last_used_at: None,
    };
    let shown = |secret| CreatedApiToken { api_token: token.clone(), secret };
    let reply = Reply::created(&shown(Some(secret.text.expose_secret().clone())))?.replayed_as(&shown(None))?;
    let diff = Diff::new()
        .added("name", Internal(&token.name))
        .added("scopes", token.scopes.clone())
        .added("expires_at", expires_at)
        .added_if_some("site_id", token.site_id);
    admitted
        .record(reply, |batch| {
            store::add_token(batch, &token, caller.credential, secret.sha256);
            batch.audit(AuditEvent::new(Action::ApiTokenCreated, TargetKind::ApiToken, token.api_token_id).with(diff));
        })
        .await
}
