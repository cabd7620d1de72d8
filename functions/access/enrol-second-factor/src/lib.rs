//! `/v1/session/totp` and `/v1/session/recovery-codes`: a member gets a second factor, another one, or new recovery codes.

mod codes;
mod deps;
mod handler;
mod recovery;
mod standing;
mod store;
pub mod totp;

pub use deps::{Deps, Settings};
pub use handler::handle;
pub use recovery::RecoveryCodes;
pub use totp::{BegunTotp, ConfirmedTotp, FirstCode};
