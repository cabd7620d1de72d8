//! The operations on passwords.

use set_password::{
    ResetRequest,
    change::{PasswordChange, RenewedSession},
    use_link::{Acceptance, Completion, PasswordSet},
};
use shared::http::Nothing;

use super::document::{Operation, Schemas};

pub(super) fn all(schemas: &mut Schemas) -> Vec<Operation> {
    let (accept, complete) = ("POST /v1/member-invitations/accept", "POST /v1/password-resets/complete");
    let (renewed, nothing) = (schemas.of::<RenewedSession>(), schemas.of::<Nothing>());
    let set = schemas.of::<PasswordSet>();
    let operations = vec![
        Operation::new(accept, "accept-invitation", "Makes an invited person a member.", set.clone())
            .body(schemas.of::<Acceptance>())
            .naming_things(),
        Operation::new(
            "POST /v1/password-resets",
            "request-password-reset",
            "Has a link sent to the member with this address, if there is one.",
            nothing,
        )
        .accepts()
        .body(schemas.of::<ResetRequest>()),
        Operation::new(complete, "complete-password-reset", "Sets another password by the link that was sent.", set)
            .body(schemas.of::<Completion>())
            .naming_things(),
        Operation::new("POST /v1/session/password", "change-password", "Changes the password one knows.", renewed)
            .body(schemas.of::<PasswordChange>())
            .in_session(),
    ];
    operations.into_iter().map(Operation::without_key).collect()
}
