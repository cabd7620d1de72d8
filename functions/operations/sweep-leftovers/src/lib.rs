//! Removes expired stored answers and objects that no visit refers to, once an hour.

mod bundles;
mod deps;
mod handler;
mod objects;
mod store;

pub use deps::{Deps, Settings};
pub use handler::{sweep, sweep_one};
pub use objects::AGE_S_MIN;
