//! The binary of `manage-sessions`.

shared::main!(manage_sessions);
