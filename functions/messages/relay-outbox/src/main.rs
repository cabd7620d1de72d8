//! The binary of `relay-outbox`.

shared::main!(relay_outbox);
