//! Nobody gives, or takes from, more than they have themselves.

use shared::{
    Error, Result,
    access::{Permission, Role},
    audit::{Action, AuditEvent, Diff, TargetKind},
    gate::WriteGate,
    http::{Reply, Request},
    tenant::Lookup,
};

use crate::{members::Standing, store};

/// What a credential may do.
pub(crate) struct Reach(pub(crate) Vec<String>);

impl Reach {
    /// A permission of the role that the credential has not, if there is one.
    pub(crate) fn lacks(&self, role: Role) -> Option<Permission> {
        role.permissions().find(|permission| !self.0.iter().any(|held| held == permission.word()))
    }
}

/// The member of the path, and what the caller may do.
pub(crate) fn lookups(request: &Request) -> Result<(Lookup<Standing>, Lookup<Reach>)> {
    let caller = request.credential()?.sha256;
    Ok((store::load_standing(request.target("member_id")), store::reach_of(caller)))
}

/// Refuses what is done to somebody who may do more than the caller, and says in the log what the caller lacks for it.
pub(crate) async fn refuse(gate: WriteGate, request: &Request, lacking: Permission) -> Result<Reply> {
    let reply = Reply::problem(&Error::Forbidden, gate.request_id());
    let entry = AuditEvent::new(Action::AccessRefused, TargetKind::Route, request.route())
        .with(Diff::new().added("permission", lacking));
    gate.record(&reply, |batch| batch.audit(entry)).await?;
    Ok(reply)
}
