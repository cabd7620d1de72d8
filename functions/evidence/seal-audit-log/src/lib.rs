//! Signs the state of each log, each minute and on request, and anchors it in a bucket from which it cannot be removed.

mod deps;
mod handler;
mod log;
mod seal;
mod store;

pub use deps::{Deps, Settings};
pub use handler::{consume, sweep};
pub use seal::STEP;
