//! The binary of `refuse-unknown-route`.

shared::main!(refuse_unknown_route);
