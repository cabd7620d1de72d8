//! Pure nouns and rules: no I/O, and no value that cannot be.

pub mod text;
pub mod visit;

pub use text::{BoundedText, Locale, Reason};
