//! `POST /v1/session` and its second step: a member proves to be themselves.

mod deps;
mod handler;
pub mod opened;
mod password;
mod refusal;
mod second_factor;
mod store;

pub use deps::{Deps, Settings};
pub use handler::handle;
pub use opened::OpenedSession;
pub use password::SignIn;
pub use second_factor::Proof;
