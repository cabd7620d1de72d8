//! Who may do what, as the one table in `shared::access` has it.

use serde::Serialize;
use shared::access::{KIOSK_PERMISSIONS, Permission, Role};
use utoipa::ToSchema;

/// Every role with what it may do, and what a kiosk may do.
#[derive(Debug, Serialize, ToSchema)]
pub struct Roles {
    /// The roles of members.
    pub items: Vec<RoleRow>,
    /// What a kiosk may do at its own site.
    pub kiosk_permissions: Vec<Permission>,
}

/// A role with what it may do.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoleRow {
    /// The role.
    pub role: Role,
    /// What it may do, in alphabetical order.
    pub permissions: Vec<Permission>,
}

impl Roles {
    pub(crate) fn of_table() -> Self {
        let row = |role: &Role| RoleRow { role: *role, permissions: role.permissions().collect() };
        Self { items: Role::ALL.iter().map(row).collect(), kiosk_permissions: KIOSK_PERMISSIONS.to_vec() }
    }
}
