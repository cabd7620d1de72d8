//! Kiosks of a site: which devices may take their places, and until when.

mod handler;
mod kiosk;
mod kiosks;
mod new;
mod store;

pub use handler::handle;
pub use kiosk::{Kiosk, KioskState};
pub use kiosks::KioskChange;
pub use new::NewKiosk;

use shared::{
    door::{ReadDoor, WriteDoor},
    runtime::Function,
};

/// Everything this function may touch.
pub struct Deps {
    /// Admits callers who change something.
    pub door: WriteDoor,
    /// Admits callers who read.
    pub reads: ReadDoor,
}

shared::wire!(Deps { door, reads });

/// This function: what makes it run, what it holds, and what answers.
#[must_use]
pub fn function() -> Function {
    Function::http("manage-kiosks", handle)
}
