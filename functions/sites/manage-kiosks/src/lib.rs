//! Kiosks of a site: which devices may take their places, and until when.

mod deps;
mod handler;
mod kiosks;
mod new;
mod store;

pub use deps::{Deps, Settings};
pub use handler::handle;
pub use kiosks::{Kiosk, KioskChange, KioskState};
pub use new::NewKiosk;
