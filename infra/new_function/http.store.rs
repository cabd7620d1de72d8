//! Every SQL statement that `@name@` may run.

use serde::Serialize;
use shared::{
    id::OrganizationId,
    tenant::{Lookup, Statement},
};
use utoipa::ToSchema;

/// SAY WHAT IS ANSWERED.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = @resource@Answer)]
pub struct Answer {
    /// The caller's organization.
    pub organization_id: OrganizationId,
}

/// SAY WHAT IS LOOKED UP.
pub(crate) fn load_answer() -> Lookup<Answer> {
    Statement::new("-- @name@.load_answer\nSELECT app.organization_id() AS organization_id")
        .one(|row| Ok(Answer { organization_id: row.read("organization_id")? }))
}
