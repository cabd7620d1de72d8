//! Arrivals, departures, and what is known of them.

mod bounds;
mod check_in;
mod check_out;
mod list_visits;
mod read_visit;
mod reveal_visit;
