//! `$default`: answers every route and method that nobody else does.

mod handler;
mod routes;

pub use handler::handle;
pub use routes::methods_of;
