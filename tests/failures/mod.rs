//! Every external effect × {failed, failed but happened}: what the caller sees, what is left, who repairs it.

mod check_in;
mod claims;
mod held_lock;
mod image_services;
mod round_trips;
