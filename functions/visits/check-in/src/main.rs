//! The binary of `check-in`.

shared::main!(check_in);
