//! The binary of `set-password`.

shared::main!(set_password);
