//! The binary of `manage-impersonations`.

shared::main!(manage_impersonations);
