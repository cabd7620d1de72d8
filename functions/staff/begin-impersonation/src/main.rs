//! The binary of `begin-impersonation`.

shared::main!(begin_impersonation);
