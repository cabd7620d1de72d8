//! The binary of `manage-access-reviews`.

shared::main!(manage_access_reviews);
