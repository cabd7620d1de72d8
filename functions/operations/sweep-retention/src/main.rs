//! The binary of `sweep-retention`.

shared::main!(sweep_retention);
