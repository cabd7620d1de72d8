//! The operations of signing in, of sessions, and of second factors.

use enrol_second_factor::{BegunTotp, ConfirmedTotp, FirstCode, RecoveryCodes};
use manage_sessions::{OwnSession, Session};
use shared::http::Nothing;
use sign_in::{OpenedSession, Proof, SignIn};

use super::document::{Operation, Schemas};

pub(super) fn all(schemas: &mut Schemas) -> Vec<Operation> {
    let mut operations = signing_in(schemas);
    operations.extend(sessions(schemas));
    operations.extend(second_factors(schemas));
    operations
}

fn signing_in(schemas: &mut Schemas) -> Vec<Operation> {
    let opened = schemas.of::<OpenedSession>();
    let second = "POST /v1/session/second-factor";
    vec![
        Operation::new("POST /v1/session", "sign-in", "Opens a session, which a cookie carries.", opened.clone())
            .without_key()
            .body(schemas.of::<SignIn>())
            .proving(),
        Operation::new(second, "prove-second-factor", "Makes the session a whole one.", opened)
            .without_key()
            .body(schemas.of::<Proof>())
            .in_session(),
    ]
}

fn sessions(schemas: &mut Schemas) -> Vec<Operation> {
    let (own, nothing) = (schemas.of::<OwnSession>(), schemas.of::<Nothing>());
    let revoke = "POST /v1/sessions/{session_id}/revoke";
    let listed = schemas.list_of::<Session>();
    vec![
        Operation::new("GET /v1/session", "read-session", "What one is signed in as.", own).in_session(),
        Operation::new("DELETE /v1/session", "sign-out", "Ends the session.", nothing.clone())
            .without_key()
            .optional_body(schemas.of::<Nothing>())
            .in_session(),
        Operation::new("GET /v1/sessions", "list-sessions", "Where one is signed in, the oldest first.", listed)
            .paged()
            .in_session(),
        Operation::new(revoke, "revoke-session", "Ends a session of one's own at once.", nothing)
            .without_key()
            .optional_body(schemas.of::<Nothing>())
            .in_session(),
    ]
}

fn second_factors(schemas: &mut Schemas) -> Vec<Operation> {
    let (begun, confirmed) = (schemas.of::<BegunTotp>(), schemas.of::<ConfirmedTotp>());
    let (codes, nothing) = (schemas.of::<RecoveryCodes>(), schemas.of::<Nothing>());
    let confirm = "POST /v1/session/totp/confirm";
    let again = "POST /v1/session/recovery-codes";
    let operations = vec![
        Operation::new("POST /v1/session/totp", "begin-totp", "Shows a secret for an authenticator app, once.", begun)
            .creates()
            .optional_body(schemas.of::<Nothing>()),
        Operation::new(confirm, "confirm-totp", "Lets the app count from its first code on.", confirmed)
            .body(schemas.of::<FirstCode>()),
        Operation::new(
            "DELETE /v1/session/totp",
            "drop-totp",
            "Removes a second factor that is not required.",
            nothing,
        )
        .optional_body(schemas.of::<Nothing>()),
        Operation::new(again, "replace-recovery-codes", "Shows ten new recovery codes, once.", codes)
            .creates()
            .optional_body(schemas.of::<Nothing>()),
    ];
    operations.into_iter().map(|operation| operation.without_key().in_session()).collect()
}
