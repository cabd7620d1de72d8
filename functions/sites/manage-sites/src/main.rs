//! The binary of `manage-sites`.

shared::main!(manage_sites);
