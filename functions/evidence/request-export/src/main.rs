//! The binary of `request-export`.

shared::main!(request_export);
