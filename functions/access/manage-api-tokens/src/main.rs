//! The binary of `manage-api-tokens`.

shared::main!(manage_api_tokens);
