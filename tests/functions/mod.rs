//! One module for each function, under the same stem.

mod check_in;
mod check_out;
mod create_organization;
mod describe_api;
mod list_visits;
mod manage_sites;
mod migrate;
mod pair_kiosk;
mod prove_audit_log;
mod publish_audit_keys;
mod read_audit_log;
mod read_visit;
mod reconcile_records;
mod refuse_unknown_route;
mod relay_outbox;
mod reveal_visit;
mod seal_audit_log;
mod sweep_leftovers;
