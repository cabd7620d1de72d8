//! The operator says who of its own organization may help others.

mod appointment;
mod deps;
mod handler;
mod store;

pub use appointment::{Appointed, Appointment};
pub use deps::{Deps, Settings};
pub use handler::handle;
