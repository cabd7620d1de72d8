//! `GET /v1/visits` and `GET /v1/sites/{site_id}/on-site`: an organization's visits, and who is on site now.

mod deps;
pub mod filters;
mod handler;
pub mod listing;
mod store;

pub use deps::{Deps, Settings};
pub use filters::Filters;
pub use handler::handle;
pub use listing::{ListedVisit, OnSite};
