//! The binary of `sweep-id-scans`.

shared::main!(sweep_id_scans);
