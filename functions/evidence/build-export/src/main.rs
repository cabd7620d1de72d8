//! The binary of `build-export`.

shared::main!(build_export);
