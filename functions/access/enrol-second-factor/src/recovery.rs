//! Recovery codes, and new ones in the place of all old ones.

use serde::Serialize;
use shared::{
    Error, Result,
    audit::{Action, AuditEvent, TargetKind},
    door::Demand,
    http::{Nothing, Reply, Request},
};
use utoipa::ToSchema;

use crate::{Deps, codes::NewCodes, standing::admit, store};

/// Codes that were just made, each of which stands in for the second factor once.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecoveryCodes {
    /// Ten codes. Shown once.
    pub recovery_codes: Vec<String>,
}

/// Makes new codes; the old ones are worth nothing from then on.
pub(crate) async fn replace(deps: &Deps, request: &Request) -> Result<Reply> {
    let Nothing {} = request.json_or_empty()?;

    let (admitted, member, standing) = admit(deps, request, Demand::OwnSession).await?;
    if !standing.has_second_factor {
        return Err(Error::conflict("no_second_factor"));
    }
    standing.expect_fresh(&admitted)?;

    let codes = NewCodes::generate()?;
    let reply = Reply::created(&RecoveryCodes { recovery_codes: codes.shown.clone() })?;
    let (own, now) = (request.credential()?.sha256, admitted.now());
    admitted
        .with_tenant(async |tx| {
            tx.write(store::replace_codes(own, &codes, now)).await?;
            admitted.audit(tx, AuditEvent::new(Action::RecoveryCodesReplaced, TargetKind::Member, member)).await
        })
        .await?;

    Ok(reply)
}
