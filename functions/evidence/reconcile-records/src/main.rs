//! The binary of `reconcile-records`.

shared::main!(reconcile_records);
