//! A strict reader of JSON that keeps every value as the very bytes it was written in. Common readers take duplicate
//! keys and lone surrogates, and lose how a number was spelled; what is hashed here are the bytes.

mod raw;
mod scan;
mod string;

pub(crate) use raw::Kind;
pub use raw::{Fields, Raw};
pub use scan::{Fault, Rules};
