//! The binary of `download-export`.

shared::main!(download_export);
