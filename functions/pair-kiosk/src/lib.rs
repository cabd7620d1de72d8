//! `POST /v1/kiosk-pairings`: a device takes the place of a kiosk.

mod deps;
mod handler;
mod pairing;
mod store;

pub use deps::{Deps, Settings};
pub use handler::handle;
pub use pairing::{PairedKiosk, Pairing};
