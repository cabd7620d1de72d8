//! The binary of `scan-id`.

shared::main!(scan_id);
