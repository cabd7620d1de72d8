//! The binary of `read-export`.

shared::main!(read_export);
