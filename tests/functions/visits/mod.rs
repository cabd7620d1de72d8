//! Arrivals, departures, and what is known of them.

mod bounds;
mod check_in;
mod check_out;
mod decide_visit;
mod id_checks;
mod image_services;
mod list_visits;
mod manage_retention;
mod manage_watchlist;
mod read_visit;
mod reveal_visit;
mod review_watchlist;
mod scan_id;
mod scans_of_visits;
mod watchlist_holds;
