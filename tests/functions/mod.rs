//! One module for each function, under the same stem.

mod build_export;
mod check_in;
mod check_out;
mod create_organization;
mod describe_api;
mod download_export;
mod list_visits;
mod manage_api_tokens;
mod manage_log_streams;
mod manage_sites;
mod migrate;
mod pair_kiosk;
mod prove_audit_log;
mod publish_audit_keys;
mod read_audit_log;
mod read_export;
mod read_visit;
mod reconcile_records;
mod refuse_unknown_route;
mod relay_outbox;
mod request_export;
mod reveal_visit;
mod rotate_export_key;
mod seal_audit_log;
mod stream_audit_log;
mod sweep_leftovers;
