//! Two organizations to play with, made through the functions themselves, and a story told with them.

mod caller;
mod chain;
mod evidence;
mod member;
mod seed;
mod story;

pub use member::Owner;
pub use seed::{Organization, seed};
pub use story::tell;
