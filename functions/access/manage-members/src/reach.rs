//! A member cannot give a role, or change a member, that may do more than they.

use shared::{
    Error, Result,
    access::Permission,
    audit::Diff,
    authn::reach::Reach,
    door::AdmittedWrite,
    http::{Reply, Request},
    tenant::Lookup,
};

use crate::store::{self, Standing};

/// The member of the path, and what the caller may do.
pub(crate) fn lookups(request: &Request) -> Result<(Lookup<Standing>, Lookup<Reach>)> {
    let caller = request.credential()?.sha256;
    Ok((store::load_standing(request.target("member_id")), Reach::of(caller)))
}

/// Refuses a change of a member who may do more than the caller, and writes into the log what the caller lacks.
pub(crate) async fn refuse(admitted: AdmittedWrite, request: &Request, lacking: Permission) -> Result<Reply> {
    admitted.forbid(request, Diff::new().added("permission", lacking)).await
}

/// Refuses to give a role that may do more than the caller, likewise.
pub(crate) async fn refuse_role(admitted: AdmittedWrite, request: &Request, lacking: Permission) -> Result<Reply> {
    let refusal = Error::unprocessable("/role", "beyond_its_maker");
    admitted.refuse_access(request, &refusal, Diff::new().added("permission", lacking)).await
}
