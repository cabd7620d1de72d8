//! An authenticator app: its secret is shown, its first code is awaited, and then it counts.

use serde::{Deserialize, Serialize};
use shared::{
    Error, Result,
    audit::{Action, AuditEvent, Diff, TargetKind},
    authn::{
        session::{Assurance, Holder, NewSession, forgery_token},
        totp::{TotpCode, TotpSecret},
    },
    clock::Timestamp,
    door::Demand,
    http::{Nothing, Reply, Request},
    id::CredentialId,
};
use utoipa::ToSchema;

use crate::{Deps, codes::NewCodes, standing::admit, store};

/// A secret whose first code is awaited.
#[derive(Debug, Serialize, ToSchema)]
pub struct BegunTotp {
    /// The secret, to be typed into an app: base32. Shown once.
    pub secret: String,
    /// The same as an `otpauth://` URI, to be shown as a QR. Shown once.
    pub uri: String,
}

/// The first code that the app shows.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FirstCode {
    /// Six digits.
    code: TotpCode,
}

/// A second factor that counts from now on, and the session that goes on in the place of the one that asked.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConfirmedTotp {
    /// Ten codes, each of which stands in for the app once. Shown once.
    pub recovery_codes: Vec<String>,
    /// The session, which is a whole one; it is in the cookie.
    pub session_id: CredentialId,
    /// When it ends, if it is used until then.
    pub expires_at: Timestamp,
    /// To be sent as `x-csrf-token` with everything that changes something.
    pub csrf_token: String,
}

/// Makes a secret. One that is in use stays so until the first code of the new one.
pub(crate) async fn begin(deps: &Deps, request: &Request) -> Result<Reply> {
    let Nothing {} = request.json_or_empty()?;

    let (admitted, member, standing) = admit(deps, request, Demand::OpenSession).await?;
    standing.expect_fresh(&admitted)?;

    let secret = TotpSecret::generate()?;
    let sealed = deps.secrets.seal(admitted.caller().organization, member, secret.bytes().expose_secret())?;
    let begun = BegunTotp {
        secret: secret.base32()?,
        uri: secret.uri(&format!("Doorbook {}", standing.organization_name), &standing.email)?,
    };
    let (own, now) = (request.credential()?.sha256, admitted.now());
    admitted.with_tenant(async |tx| tx.write(store::begin_totp(own, sealed, now)).await).await?;

    Reply::created(&begun)
}

/// Lets the secret count, gives recovery codes, and puts a whole session in the place of every one there was.
pub(crate) async fn confirm(deps: &Deps, request: &Request) -> Result<Reply> {
    let first: FirstCode = request.json()?;

    let (admitted, member, standing) = admit(deps, request, Demand::OpenSession).await?;
    standing.expect_fresh(&admitted)?;
    let (caller, now) = (admitted.caller(), admitted.now());
    let pending = standing.pending_sealed.ok_or_else(|| Error::conflict("no_enrolment_begun"))?;
    let secret = TotpSecret::of(deps.secrets.open(caller.organization, member, &pending)?);
    let step = secret.step_of(&first.code, now)?.ok_or_else(|| Error::unprocessable("/code", "wrong"))?;

    let codes = NewCodes::generate()?;
    let holder = Holder { organization: caller.organization, realm: caller.realm, member, role: standing.role };
    let session = NewSession::new(holder, Assurance::SecondFactor, None, now)?.ending_by(standing.not_after);
    let confirmed = ConfirmedTotp {
        recovery_codes: codes.shown.clone(),
        session_id: session.id,
        expires_at: session.expires_at,
        csrf_token: forgery_token(&session.secret.text),
    };
    let reply = Reply::ok(&confirmed)?.with_session(&session.secret);
    let enrolled = Diff::new().added("session_id", session.id).added("replaced_another", standing.has_second_factor);
    let own = request.credential()?.sha256;
    admitted
        .with_tenant(async |tx| {
            tx.write(store::confirm_totp(own, pending, step, &codes, now)).await?;
            tx.write(session.prove(own, request.source_ip.as_deref(), request.client())).await?;
            tx.write(store::tell_member(member, now)).await?;
            admitted
                .audit(tx, AuditEvent::new(Action::SecondFactorEnrolled, TargetKind::Member, member).with(enrolled))
                .await
        })
        .await?;

    Ok(reply)
}

/// Removes the second factor of a member who is not required to have one.
pub(crate) async fn give_up(deps: &Deps, request: &Request) -> Result<Reply> {
    let Nothing {} = request.json_or_empty()?;

    let (admitted, member, standing) = admit(deps, request, Demand::OwnSession).await?;
    if standing.is_demanded {
        return Err(Error::conflict("second_factor_required"));
    }
    standing.expect_fresh(&admitted)?;

    let (own, now) = (request.credential()?.sha256, admitted.now());
    if standing.has_second_factor {
        admitted
            .with_tenant(async |tx| {
                tx.write(store::drop_second_factor(own, now)).await?;
                tx.write(store::tell_member(member, now)).await?;
                admitted.audit(tx, AuditEvent::new(Action::SecondFactorDropped, TargetKind::Member, member)).await
            })
            .await?;
    }

    Reply::ok(&Nothing {})
}
