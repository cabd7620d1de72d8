//! `$default`: answers every route and method that no other function answers.

mod handler;
mod routes;

pub use handler::handle;
pub use routes::methods_of;
