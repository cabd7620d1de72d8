//! Admits a member with what they have, and decides whether the session is fresh enough to change it.

use shared::{
    Error, Result,
    door::{AdmittedRead, Demand},
    http::Request,
    id::MemberId,
};

use crate::{
    Deps,
    store::{self, Standing},
};

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
    /// Refuses to touch a second factor, unless the one in use was proven a short while ago, or a session without one
    /// was started then: a stranger who finds a session open must not be able to take the account over. A session that
    /// waits for its first one has just been given the password.
    pub(crate) fn expect_fresh(&self, admitted: &AdmittedRead) -> Result<()> {
        match (self.not_after, self.has_second_factor) {
            (Some(_), _) => admitted.caller().expect_fresh(admitted.now()),
            (None, true) => Err(Error::unproven("", "not_fresh")),
            (None, false) => Ok(()),
        }
    }
}
