//! The binary of `read-visit`.

shared::main!(read_visit);
