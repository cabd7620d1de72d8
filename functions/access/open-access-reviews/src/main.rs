//! The binary of `open-access-reviews`.

shared::main!(open_access_reviews);
