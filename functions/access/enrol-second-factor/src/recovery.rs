//! Recovery codes, and new ones in the place of all old ones.

use serde::Serialize;
use shared::{
    Error, Result,
    audit::{Action, AuditEvent, TargetKind},
    authn::{
        password::slow_hash,
        recovery::{RECOVERY_CODES, RecoveryCode},
    },
    door::Demand,
    http::{Nothing, Reply, Request},
    secret::random_bytes,
};
use utoipa::ToSchema;

use crate::{Deps, handler::admit, store};

/// Codes that were just made, each of which stands in for the second factor once.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecoveryCodes {
    /// Ten codes. Shown once.
    pub recovery_codes: Vec<String>,
}

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
    admitted
        .with_tenant(async |tx| {
            tx.write(store::replace_codes(member, &codes)).await?;
            admitted.audit(tx, AuditEvent::new(Action::RecoveryCodesReplaced, TargetKind::Member, member)).await
        })
        .await?;

    Ok(reply)
}
