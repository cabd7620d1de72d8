//! Photos and signatures: read as images and nothing else, sealed by the vault, kept in an S3 bucket.

mod drawing;
mod image;
mod image_end;
mod image_kind;
mod sent;
mod store;

#[cfg(test)]
mod image_tests;

pub use image::{Grey, Picture};
pub use sent::{IMAGE_BYTES_MAX, SentImage, read_documents, read_images};
pub use store::{ObjectKey, ObjectReader, ObjectSweeper, ObjectWriter, Page, PutObject};
