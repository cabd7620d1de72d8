//! Handles `GET /v1/sessions` and `POST /v1/sessions/{session_id}/revoke`.

use shared::{
    Error, Result,
    audit::{Action, AuditEvent, TargetKind},
    door::Demand,
    http::{List, Nothing, Reply, Request},
    id::CredentialId,
};

use crate::{Deps, session::Session, store};

/// Lists the member's sessions that have not ended, the oldest first.
pub(crate) async fn list(deps: &Deps, request: &Request) -> Result<Reply> {
    let mut query = request.query()?;
    let page = query.take_page::<CredentialId>()?;
    query.finish()?;

    let (admitted, ()) = deps.sessions.admit(request, Demand::OwnSession, ()).await?;
    let (member, own) = (admitted.caller().member.ok_or(Error::Forbidden)?, admitted.caller().credential);
    let lookup = store::list_sessions(member, own, &page, admitted.now());
    let sessions = admitted.with_tenant(async |tx| tx.find(lookup).await).await?;

    Reply::ok(&List::cut(&page, sessions, |session: &Session| session.session_id)?)
}

/// Ends one session of the member's. One that has ended stays so.
pub(crate) async fn revoke(deps: &Deps, request: &Request) -> Result<Reply> {
    let Nothing {} = request.json_or_empty()?;

    let (admitted, ()) = deps.sessions.admit(request, Demand::OwnSession, ()).await?;
    let (member, now) = (admitted.caller().member.ok_or(Error::Forbidden)?, admitted.now());
    let session: CredentialId = request.target("session_id");
    let entry = AuditEvent::new(Action::SessionEnded, TargetKind::Session, session);
    admitted
        .with_tenant(async |tx| {
            if tx.find(store::has_ended(member, session)).await? {
                return Ok(());
            }
            tx.write(store::end_session(member, session, now)).await?;
            admitted.audit(tx, entry).await
        })
        .await?;

    Reply::ok(&Nothing {})
}
