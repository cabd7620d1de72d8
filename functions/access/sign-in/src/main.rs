//! The binary of `sign-in`.

shared::main!(sign_in);
