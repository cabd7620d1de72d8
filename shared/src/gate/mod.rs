//! The door: who may pass, and what they then hold.
//!
//! A [`Gate`] is the proof of a valid credential, a permission and a taken rate token; a [`WriteGate`] is also the
//! proof of an idempotency claim. Neither can be made but by [`Door::admit`] and [`WriteDoor::admit`], and nothing
//! reads or writes a tenant's rows without one.

mod admission;
mod public;
mod read;
#[cfg(feature = "kms")]
mod write;

pub use admission::{Caller, Demand};
pub use public::{LogKey, PublicDoor};
pub use read::{Door, Gate};
#[cfg(feature = "kms")]
pub use write::{Batch, WriteDoor, WriteGate};
