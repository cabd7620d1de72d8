//! The binary of `manage-watchlist`.

shared::main!(manage_watchlist);
