//! The binary of `describe-api`.

shared::main!(describe_api);
