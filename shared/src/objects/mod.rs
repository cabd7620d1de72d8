//! Photos and signatures: read as images and nothing else, sealed by the vault, kept in an S3 bucket.

mod image;
mod image_end;
mod store;

#[cfg(test)]
mod image_tests;

pub use image::Picture;
pub use store::{ObjectKey, Objects, Page};
