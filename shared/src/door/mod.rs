//! The door: who may pass, and what they then hold.
//!
//! An [`AdmittedRead`] is the proof of a valid credential, a permission and a taken rate token; a [`AdmittedWrite`] is also the
//! proof of an idempotency claim. Neither can be made but by [`ReadDoor::admit`] and [`WriteDoor::admit`], and nothing
//! reads or writes a tenant's rows without one.

mod admission;
#[cfg(feature = "kms")]
mod batch;
mod public;
mod read;
#[cfg(feature = "kms")]
mod write;

pub use admission::{Caller, Demand};
#[cfg(feature = "kms")]
pub use batch::{Batch, Record};
pub use public::PublicDoor;
pub use read::{AdmittedRead, ReadDoor};
#[cfg(feature = "kms")]
pub use write::{AdmittedWrite, WriteDoor};
