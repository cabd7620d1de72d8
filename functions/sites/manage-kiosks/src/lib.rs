//! Kiosks of a site: which devices may take their places, and until when.

mod deps;
mod handler;
mod kiosk;
mod kiosks;
mod new;
mod store;

pub use deps::{Deps, Settings};
pub use handler::handle;
pub use kiosk::{Kiosk, KioskState};
pub use kiosks::KioskChange;
pub use new::NewKiosk;
