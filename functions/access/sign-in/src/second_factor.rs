//! The second step: a code of the member's app, or one of their recovery codes. Again later, it makes the session a fresh
//! one, which is what a change of the second factor asks for.

use serde::Deserialize;
use shared::{
    Error, Result,
    audit::{Action, AuditEvent, Diff, Internal, TargetKind},
    authn::{
        password::slow_hash,
        recovery::RecoveryCode,
        refusals::count_refused,
        session::{Assurance, Holder, NewSession},
        totp::{TotpCode, TotpSecret},
    },
    door::{AdmittedRead, Demand},
    http::{Reply, Request},
    id::MemberId,
};
use utoipa::ToSchema;

use crate::{
    Deps, OpenedSession,
    refusal::{Step, refusal},
    store::{self, Factor, Spent},
};

/// What is proven: exactly one of the two.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// The code that the app shows.
    code: Option<TotpCode>,
    /// One of the recovery codes, which is then used up.
    recovery_code: Option<RecoveryCode>,
}

/// Puts a whole session in the place of the one that proves.
pub(crate) async fn prove(deps: &Deps, request: &Request) -> Result<Reply> {
    let proof: Proof = request.json()?;
    let is_code = match (&proof.code, &proof.recovery_code) {
        (Some(_), None) => true,
        (None, Some(_)) => false,
        _ => return Err(Error::malformed("", "exactly_one")),
    };

    let (admitted, ()) = deps.sessions.admit(request, Demand::OpenSession, ()).await?;
    let member = admitted.caller().member.ok_or(Error::Forbidden)?;
    let (own, now) = (admitted.caller().credential, admitted.now());
    // Counted and committed before the proof is looked at, so that many at once guess no more often.
    let factor =
        admitted.with_tenant(async |tx| tx.find(store::begin_second_factor(member, own, request, now)).await).await??;

    let Some(spent) = compare(deps, &admitted, member, &factor, &proof)? else {
        return refuse(&admitted, request, is_code).await;
    };
    let caller = admitted.caller();
    let holder = Holder { organization: caller.organization, realm: caller.realm, member, role: factor.role };
    let session = NewSession::new(holder, Assurance::SecondFactor, None, now)?.ending_by(factor.not_after);

    let reply = Reply::ok(&OpenedSession::of(&session))?.with_session(&session.secret);
    let with = if is_code { "totp" } else { "recovery_code" };
    let started = Diff::new()
        .added("assurance", session.assurance)
        .added("session_id", session.id)
        .added("second_factor", Internal(with));
    let replaced = request.credential()?.sha256;
    let is_spent = admitted
        .with_tenant(async |tx| {
            if !tx.find(store::spend(member, &spent, &factor, now)).await? {
                return Ok(false);
            }
            tx.write(session.prove(replaced, request.source_ip.as_deref(), request.client())).await?;
            admitted
                .audit(tx, AuditEvent::new(Action::SessionStarted, TargetKind::Member, member).with(started))
                .await?;
            Ok(true)
        })
        .await?;

    // The same code was used a moment ago.
    if is_spent { Ok(reply) } else { refuse(&admitted, request, is_code).await }
}

/// What would be used up, if the proof is right. Nothing is, yet.
fn compare(
    deps: &Deps,
    admitted: &AdmittedRead,
    member: MemberId,
    factor: &Factor,
    proof: &Proof,
) -> Result<Option<Spent>> {
    if let Some(code) = &proof.recovery_code {
        let hash = slow_hash(code.text().expose_secret(), &factor.recovery_salt)?;
        return Ok(Some(Spent::Recovery { hash }));
    }
    let Some(code) = &proof.code else { return Ok(None) };
    let organization = admitted.caller().organization;
    let secret = TotpSecret::of(deps.secrets.open(organization, member, &factor.totp_sealed)?);
    let Some(step) = secret.step_of(code, admitted.now())? else { return Ok(None) };
    let resealed = if deps.secrets.is_outdated(&factor.totp_sealed)? {
        Some(deps.secrets.seal(organization, member, secret.bytes().expose_secret())?)
    } else {
        None
    };
    Ok(Some(Spent::Step { step, resealed }))
}

async fn refuse(admitted: &AdmittedRead, request: &Request, is_code: bool) -> Result<Reply> {
    let organization = admitted.caller().organization;
    admitted
        .with_tenant(async |tx| {
            let counted = count_refused(tx, request.source_ip.as_deref(), admitted.now()).await?;
            let Some(failures) = counted else { return Ok(()) };
            admitted.audit(tx, refusal(organization, failures, Step::SecondFactor, admitted.caller().member)).await
        })
        .await?;
    Err(Error::unprocessable(if is_code { "/code" } else { "/recovery_code" }, "wrong"))
}
