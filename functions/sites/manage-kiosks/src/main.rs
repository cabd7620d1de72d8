//! The binary of `manage-kiosks`.

shared::main!(manage_kiosks);
