//! The binary of `rotate-export-key`.

shared::main!(rotate_export_key);
