//! The binary of `sweep-access-reviews`.

shared::main!(sweep_access_reviews);
