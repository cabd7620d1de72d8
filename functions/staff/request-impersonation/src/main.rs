//! The binary of `request-impersonation`.

shared::main!(request_impersonation);
