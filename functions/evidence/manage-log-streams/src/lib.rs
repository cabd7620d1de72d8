//! `/v1/audit-log/streams`: where an organization has its log streamed to.

mod changes;
mod deps;
mod handler;
mod new;
mod store;
pub mod stream;
mod streams;

pub use changes::Rewinding;
pub use deps::{Deps, Settings};
pub use handler::handle;
pub use new::{CreatedStream, NewStreamBody};
