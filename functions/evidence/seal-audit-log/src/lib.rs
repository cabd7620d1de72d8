//! Signs what each log has become, each minute and on request, and anchors it where nobody can take it back.

mod deps;
mod handler;
mod log;
mod seal;
mod store;

pub use deps::{Deps, Settings};
pub use handler::{consume, sweep};
pub use seal::STEP;
