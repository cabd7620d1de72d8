//! How far a credential reaches: what it may do, and until when. A caller cannot give more than they have,
//! or take from a member who has more.

use crate::{
    access::{Permission, Role},
    clock::Timestamp,
    tenant::{Lookup, Statement},
};

/// What a credential may do.
#[derive(Debug)]
pub struct Reach {
    permissions: Vec<String>,
    /// When it ends; a session's end bounds nothing that is made in it.
    pub expires_at: Option<Timestamp>,
}

impl Reach {
    /// Of the credential whose secret has this SHA-256; of one that is not there, nothing.
    #[must_use]
    pub fn of(secret_sha256: [u8; 32]) -> Lookup<Self> {
        Statement::new("-- authn.reach_of\nSELECT permissions, expires_at FROM app.reach_of($1)")
            .bind(secret_sha256.to_vec())
            .one(|row| {
                let permissions: Option<Vec<String>> = row.read("permissions")?;
                Ok(Self { permissions: permissions.unwrap_or_default(), expires_at: row.read("expires_at")? })
            })
    }

    /// True where the credential has the permission.
    #[must_use]
    pub fn holds(&self, permission: Permission) -> bool {
        self.permissions.iter().any(|held| held == permission.word())
    }

    /// A permission of the role that the credential has not, if there is one.
    #[must_use]
    pub fn lacks(&self, role: Role) -> Option<Permission> {
        role.permissions().find(|permission| !self.holds(*permission))
    }
}
