//! The HTTP edge: what a request is before a handler sees it, and what leaves in answer.

mod admission;
mod event;
mod json;
mod query;
mod reply;
mod request;

pub(crate) use admission::Admission;
pub(crate) use event::refuse_unreadable;
pub use json::{BODY_BYTES_MAX, read as read_json};
pub use query::{LIMIT_DEFAULT, LIMIT_MAX, List, PAGE_BYTES_MAX, Page, Position, Query};
pub use reply::{Caching, Problem, Reply};
pub use request::{Method, Nothing, Request};
