//! No organization reaches another's rows: from the catalogue, by every verb, and by taking each protection away.
//!
//! Promises T1, T2. The numbers in the tests' comments are the rows of the pitfalls that they stand for.

mod calls;
mod claims;
pub(crate) mod database;
mod definer_attacks;
mod definer_calls;
mod definers;
mod door;
mod findings;
mod mutations;
mod pending_work;
mod plans;
mod tables;
mod texts;
