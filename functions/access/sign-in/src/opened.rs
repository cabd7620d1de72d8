//! The answer to a sign-in.

use serde::Serialize;
use shared::{
    access::Role,
    authn::session::{Assurance, NewSession, NextStep, forgery_token},
    clock::Timestamp,
    id::{CredentialId, MemberId},
};
use utoipa::ToSchema;

/// A session that was opened; the session itself is in the cookie.
#[derive(Debug, Serialize, ToSchema)]
pub struct OpenedSession {
    /// The session.
    pub session_id: CredentialId,
    /// Who signed in.
    pub member_id: MemberId,
    /// Their role.
    pub role: Role,
    /// What was proven.
    pub assurance: Assurance,
    /// What must be done before the session opens anything but itself; null for a whole session.
    pub next: Option<NextStep>,
    /// When it ends, if it is used until then; unused, after 30 minutes.
    pub expires_at: Timestamp,
    /// To be sent as `x-csrf-token` with everything that changes something.
    pub csrf_token: String,
}

impl OpenedSession {
    /// What is told of a session.
    #[must_use]
    pub fn of(session: &NewSession) -> Self {
        Self {
            session_id: session.id,
            member_id: session.holder.member,
            role: session.holder.role,
            assurance: session.assurance,
            next: session.next,
            expires_at: session.expires_at,
            csrf_token: forgery_token(&session.secret.text),
        }
    }
}
