//! Tells owners of what is undecided, revokes it at the deadline, looks a second time, and revokes what is not used;
//! once a day.

mod deadline;
mod deps;
mod dormant;
mod handler;
mod reminders;
mod second_look;
mod store;
mod subject;

pub use deps::{Deps, Settings};
pub use handler::{sweep, sweep_one};
