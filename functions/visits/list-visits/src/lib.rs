//! `GET /v1/visits` and `GET /v1/sites/{site_id}/on-site`: an organization's visits, and who is on site now.

pub mod filters;
mod handler;
pub mod listing;
mod store;

pub use filters::Filters;
pub use handler::handle;
pub use listing::{ListedVisit, OnSite};

use shared::{door::ReadDoor, runtime::Function};

/// Everything this function may touch.
pub struct Deps {
    /// Admits callers.
    pub door: ReadDoor,
}

shared::wire!(Deps { door });

/// This function: what makes it run, what it holds, and what answers.
#[must_use]
pub fn function() -> Function {
    Function::http("list-visits", handle)
}
