//! Nobody gives, or takes from, more than they have themselves.

use shared::{
    Result,
    access::{Permission, Reach},
    audit::Diff,
    gate::WriteGate,
    http::{Reply, Request},
    tenant::Lookup,
};

use crate::{members::Standing, store};

/// The member of the path, and what the caller may do.
pub(crate) fn lookups(request: &Request) -> Result<(Lookup<Standing>, Lookup<Reach>)> {
    let caller = request.credential()?.sha256;
    Ok((store::load_standing(request.target("member_id")), store::reach_of(caller)))
}

/// Refuses what is done to somebody who may do more than the caller, and says in the log what the caller lacks for it.
pub(crate) async fn refuse(gate: WriteGate, request: &Request, lacking: Permission) -> Result<Reply> {
    gate.forbid(request, Diff::new().added("permission", lacking)).await
}
