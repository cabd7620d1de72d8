//! The operations on API tokens.

use manage_api_tokens::{CreatedApiToken, NewApiToken, token::ApiToken};
use shared::{access::Permission, http::Nothing};

use super::document::{Operation, Schemas};

pub(super) fn all(schemas: &mut Schemas) -> Vec<Operation> {
    let (token, tokens) = (schemas.of::<ApiToken>(), schemas.list_of::<ApiToken>());
    let created = schemas.of::<CreatedApiToken>();
    let (create, list) = ("POST /v1/api-tokens", "GET /v1/api-tokens");
    let revoke = "POST /v1/api-tokens/{api_token_id}/revoke";
    let operations = vec![
        Operation::new(create, "create-api-token", "Makes an API token, shown once.", created)
            .creates()
            .body(schemas.of::<NewApiToken>()),
        Operation::new(list, "list-api-tokens", "API tokens, the oldest first.", tokens).paged(),
        Operation::new(revoke, "revoke-api-token", "Ends an API token at once.", token)
            .optional_body(schemas.of::<Nothing>()),
    ];
    operations.into_iter().map(|operation| operation.allowed_by(Permission::TokenManage)).collect()
}
