//! The binary of `sweep-leftovers`.

shared::main!(sweep_leftovers);
