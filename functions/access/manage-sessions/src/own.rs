//! Handles `GET /v1/session` and `DELETE /v1/session`.

use shared::{
    Error, Result,
    audit::{Action, AuditEvent, Diff, Internal, TargetKind},
    door::Demand,
    http::{Nothing, Reply, Request},
};

use crate::{Deps, session::OwnSession, store};

/// Says what one is signed in as.
pub(crate) async fn read(deps: &Deps, request: &Request) -> Result<Reply> {
    request.query()?.finish()?;

    let (admitted, ()) = deps.sessions.admit(request, Demand::OpenSession, ()).await?;
    let (session, csrf_token) = (admitted.caller().credential, request.forgery_token());
    let csrf_token = csrf_token.ok_or(Error::Unauthenticated)?;
    let found = admitted.with_tenant(async |tx| tx.find(store::load_session(session)).await).await?;

    Reply::ok(&OwnSession { csrf_token, ..found })
}

/// Ends the session.
pub(crate) async fn sign_out(deps: &Deps, request: &Request) -> Result<Reply> {
    let Nothing {} = request.json_or_empty()?;

    let (admitted, ()) = deps.sessions.admit(request, Demand::OpenSession, ()).await?;
    let (caller, now) = (admitted.caller(), admitted.now());
    let (ending, entry) = match (caller.staff, caller.member) {
        (Some((_, impersonation)), _) => (
            store::end_impersonation(impersonation, now),
            AuditEvent::new(Action::ImpersonationEnded, TargetKind::Impersonation, impersonation)
                .with(Diff::new().added("ended_by", Internal("staff"))),
        ),
        (None, Some(member)) => (
            store::end_session(member, caller.credential, now),
            AuditEvent::new(Action::SessionEnded, TargetKind::Session, caller.credential),
        ),
        (None, None) => return Err(Error::Forbidden),
    };
    admitted
        .with_tenant(async |tx| {
            tx.write(ending).await?;
            admitted.audit(tx, entry).await
        })
        .await?;

    Ok(Reply::ok(&Nothing {})?.without_session())
}
