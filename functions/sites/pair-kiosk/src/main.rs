//! The binary of `pair-kiosk`.

shared::main!(pair_kiosk);
