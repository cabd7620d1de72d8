//! The binary of `list-visits`.

shared::main!(list_visits);
