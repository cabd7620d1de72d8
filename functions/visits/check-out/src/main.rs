//! The binary of `check-out`.

shared::main!(check_out);
