//! The binary of `manage-members`.

shared::main!(manage_members);
