//! The operator's staff, and what they may do for a customer.

mod appoint_staff;
mod begin_impersonation;
mod manage_impersonations;
mod request_impersonation;
