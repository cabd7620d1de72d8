//! The binary of `manage-retention`.

shared::main!(manage_retention);
