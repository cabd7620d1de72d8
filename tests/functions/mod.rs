//! One folder for each area, in it one module for each function, under the same stem.

mod access;
mod evidence;
mod messages;
mod operations;
mod sites;
mod staff;
mod visits;
