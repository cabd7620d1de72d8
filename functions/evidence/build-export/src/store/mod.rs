//! Every SQL statement that `build-export` may run, by noun.

mod exports;
mod keys;
mod log;
mod tables;
mod visit;

pub(crate) use exports::*;
pub(crate) use keys::*;
pub(crate) use log::*;
pub(crate) use tables::*;
pub(crate) use visit::*;
