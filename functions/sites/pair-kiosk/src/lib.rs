//! A device asks to take a kiosk's place, shows a code, and fetches its credential when a member has confirmed it.

mod asking;
mod deps;
mod fetching;
mod handler;
mod store;

pub use asking::{Asking, BegunPairing};
pub use deps::{Deps, Settings};
pub use fetching::{DeviceCode, Fetching, PairingProgress};
pub use handler::handle;
