//! How far a credential reaches: what it may do, and until when. Nobody gives more than they have, or takes from who has.

use super::session::FRESH_S;
use crate::{
    access::{Permission, Role},
    clock::Timestamp,
    error::{Error, Result},
    tenant::{Lookup, Statement},
};

/// What a credential may do.
#[derive(Debug)]
pub struct Reach {
    permissions: Vec<String>,
    /// When it ends; a session's end bounds nothing that is made in it.
    pub expires_at: Option<Timestamp>,
    session_started_at: Option<Timestamp>,
}

impl Reach {
    /// Of the credential whose secret has this SHA-256; of one that is not there, nothing.
    #[must_use]
    pub fn of(secret_sha256: [u8; 32]) -> Lookup<Self> {
        Statement::new("-- authn.reach_of\nSELECT * FROM app.reach_of($1)").bind(secret_sha256.to_vec()).one(|row| {
            let permissions: Option<Vec<String>> = row.read("permissions")?;
            Ok(Self {
                permissions: permissions.unwrap_or_default(),
                expires_at: row.read("expires_at")?,
                session_started_at: row.read("session_started_at")?,
            })
        })
    }

    /// Refuses what outlives a session, in one that was not started or proven a short while ago: whoever finds it open
    /// must not be able to stay.
    ///
    /// # Errors
    /// [`Error::Unproven`] `not_fresh`.
    pub fn expect_fresh(&self, now: Timestamp) -> Result<()> {
        let is_stale = self.session_started_at.is_some_and(|started| now.seconds_since(started) >= FRESH_S);
        if is_stale { Err(Error::unproven("", "not_fresh")) } else { Ok(()) }
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
