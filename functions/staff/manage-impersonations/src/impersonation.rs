//! An impersonation, as it is shown.

use serde::Serialize;
use shared::{
    access::{Permission, Role, staff_reach},
    clock::Timestamp,
    domain::{
        Reason,
        impersonation::{ImpersonationEnder, ImpersonationState},
    },
    id::{ImpersonationId, OrganizationId, StaffId},
};
use utoipa::ToSchema;

/// What a member of the operator's staff opened here, or asked to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Impersonation {
    /// The impersonation, which every entry under it cites.
    pub impersonation_id: ImpersonationId,
    /// Who of the operator's staff.
    pub staff_id: StaffId,
    /// Their name.
    pub staff_name: String,
    /// The operator's own organization.
    pub staff_organization_id: OrganizationId,
    /// What they are there.
    pub staff_role: Role,
    /// What they act as here.
    pub role: Role,
    /// Why, in their words.
    pub reason: Reason,
    /// Where it stands.
    pub state: ImpersonationState,
    /// When they asked.
    pub requested_at: Timestamp,
    /// When a member let them in; null where no member has.
    pub approved_at: Option<Timestamp>,
    /// Since when they may reveal Restricted values, where a role of theirs may; null where they may not.
    pub restricted_approved_at: Option<Timestamp>,
    /// When they came in.
    pub opened_at: Option<Timestamp>,
    /// When it ends, or ended, by itself.
    pub expires_at: Option<Timestamp>,
    /// When it was ended.
    pub ended_at: Option<Timestamp>,
    /// Who did; null where its time ran out, or the operator took back what it stood on.
    pub ended_by: Option<ImpersonationEnder>,
}

impl Impersonation {
    /// What the customer's word adds to what they may do, where both of their roles may.
    pub(crate) fn restricted_reach(&self) -> Vec<&'static str> {
        let with_word = staff_reach(self.staff_role, self.role, true);
        with_word.filter(|permission| *permission == Permission::VisitReveal).map(Permission::word).collect()
    }
}
