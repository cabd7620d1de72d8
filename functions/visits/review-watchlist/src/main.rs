//! The binary of `review-watchlist`.

shared::main!(review_watchlist);
