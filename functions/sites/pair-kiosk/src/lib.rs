//! A device asks to take a kiosk's place, shows a code, and fetches its credential when a member has confirmed it.

mod asking;
mod fetching;
mod handler;
mod store;

pub use asking::{Asking, BegunPairing};
pub use fetching::{DeviceCode, Fetching, PairingProgress};
pub use handler::handle;

use shared::{door::PublicDoor, runtime::Function};

/// Everything this function may touch.
pub struct Deps {
    /// Finds organizations by their handle, and by what a device keeps.
    pub door: PublicDoor,
}

shared::wire!(Deps { door });

/// This function: what makes it run, what it holds, and what answers.
#[must_use]
pub fn function() -> Function {
    Function::http("pair-kiosk", handle)
}
