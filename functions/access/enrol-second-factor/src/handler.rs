//! What a member asks about their second factor; each tells its own story in its module. Contract in
//! `functions/access/enrol-second-factor/README.md`. Promises T5, E1.

use shared::{
    Error, Result,
    access::Role,
    clock::Timestamp,
    door::{AdmittedRead, Demand},
    http::{Reply, Request},
    id::MemberId,
};

use crate::{Deps, recovery, store, totp};

/// Answers the routes that `template.yaml` gives this function.
///
/// # Errors
/// The refusals of the contract; see the README's table.
pub async fn handle(deps: &Deps, request: &Request) -> Result<Reply> {
    match request.route() {
        "POST /v1/session/totp" => totp::begin(deps, request).await,
        "POST /v1/session/totp/confirm" => totp::confirm(deps, request).await,
        "DELETE /v1/session/totp" => totp::give_up(deps, request).await,
        "POST /v1/session/recovery-codes" => recovery::replace(deps, request).await,
        _ => Err(Error::NotFound),
    }
}

/// What a member has, and the session in which they ask.
pub(crate) struct Standing {
    pub(crate) role: Role,
    pub(crate) email: String,
    pub(crate) organization_name: String,
    pub(crate) is_demanded: bool,
    pub(crate) has_second_factor: bool,
    pub(crate) pending_sealed: Option<Vec<u8>>,
    /// When the session ends, where it is a whole one.
    pub(crate) not_after: Option<Timestamp>,
}

/// Admits a member, with what they have.
pub(crate) async fn admit(
    deps: &Deps,
    request: &Request,
    demand: Demand,
) -> Result<(AdmittedRead, MemberId, Standing)> {
    let (admitted, ()) = deps.sessions.admit(request, demand, ()).await?;
    let member = admitted.caller().member.ok_or(Error::Forbidden)?;
    let session = admitted.caller().credential;
    let standing = admitted.with_tenant(async |tx| tx.find(store::load_standing(member, session)).await).await?;
    Ok((admitted, member, standing))
}

impl Standing {
    /// Refuses to touch a second factor, unless the one in use was proven a short while ago, or a session without one was
    /// started then: whoever finds a session open must not be able to take the account over. A session that waits for its
    /// first one has just been given the password.
    pub(crate) fn expect_fresh(&self, admitted: &AdmittedRead) -> Result<()> {
        match (self.not_after, self.has_second_factor) {
            (Some(_), _) => admitted.caller().expect_fresh(admitted.now()),
            (None, true) => Err(Error::unproven("", "not_fresh")),
            (None, false) => Ok(()),
        }
    }
}
