//! What a token opens, if it still opens anything.

use shared::{
    access::{Permission, Role, staff_reach},
    authn::{
        CredentialKind, NewCredential, Realm,
        hand_off::{HandOff, IMPERSONATION_LIFETIME_S},
        session::OPEN_SESSION,
    },
    clock::Timestamp,
    domain::{BoundedText as _, Reason},
    error::Result,
    id::{CredentialId, StaffId},
};

/// Who stands behind the session that asked for the token, at the operator's.
pub(crate) struct Standing {
    pub(crate) staff: StaffId,
    pub(crate) role: Role,
}

/// What is known at the customer.
pub(crate) struct Opening {
    /// True where an earlier attempt at the same request opened it, and its answer was lost.
    pub(crate) is_done: bool,
    pub(crate) staff: StaffId,
    pub(crate) staff_role: Role,
    pub(crate) role: Role,
    pub(crate) reason: Reason,
    pub(crate) reveals_restricted: bool,
    pub(crate) realm: Realm,
}

/// The session that a member of the staff gets.
pub(crate) struct NewImpersonation {
    pub(crate) id: CredentialId,
    pub(crate) secret: NewCredential,
    pub(crate) permissions: Vec<Permission>,
    pub(crate) expires_at: Timestamp,
}

impl Opening {
    /// True where what is kept at both organizations is what the token says: the staff who asked still are who they
    /// were, in the session that asked, and nothing was rewritten on the way.
    pub(crate) fn matches(&self, standing: &Standing, hand_off: &HandOff) -> bool {
        let is_same_person = standing.staff == hand_off.staff && self.staff == hand_off.staff;
        let is_same_role = standing.role == self.staff_role && self.role == hand_off.role;
        is_same_person && is_same_role && self.reason.as_str() == hand_off.reason
    }

    /// A session with the intersection of what the two roles may, for half an hour at most.
    pub(crate) fn session(&self, hand_off: &HandOff, now: Timestamp) -> Result<NewImpersonation> {
        Ok(NewImpersonation {
            id: CredentialId::new(now),
            secret: NewCredential::generate(CredentialKind::Impersonation, self.realm, hand_off.organization)?,
            permissions: staff_reach(self.staff_role, self.role, self.reveals_restricted).collect(),
            expires_at: now.plus_seconds(IMPERSONATION_LIFETIME_S),
        })
    }
}

impl NewImpersonation {
    /// What it may do, as it stands in a column. `session.open` lets it say what it is, and end itself.
    pub(crate) fn words(&self) -> Vec<&'static str> {
        self.permissions.iter().map(|permission| permission.word()).chain([OPEN_SESSION]).collect()
    }
}
