//! The audit log at the database: its hashes, what may be written, what may not be changed, and one unbroken chain.
//!
//! Promises E1, T7. Format and hashes as the audit log's contract says.

mod append_only;
mod chain;
mod drafts;
mod log;
mod random_drafts;
mod vectors;
