//! Pure nouns and rules: no I/O, and no value that cannot be.

pub mod answers;
pub mod class;
pub mod export;
pub mod impersonation;
pub mod log_break;
pub mod mail;
pub mod member;
pub mod naming;
pub mod notice;
pub mod review;
pub mod stream;
pub mod text;
pub mod visit;

pub use text::{BoundedText, Locale, Reason};
