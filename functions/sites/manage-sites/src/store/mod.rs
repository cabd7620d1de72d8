//! Every SQL statement that `manage-sites` may run, by noun.

mod hosts;
mod notices;
mod sites;
mod visit_types;

pub(crate) use hosts::*;
pub(crate) use notices::*;
pub(crate) use sites::*;
pub(crate) use visit_types::*;
