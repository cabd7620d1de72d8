//! The audit log, proofs of it, and bundles to take away.

mod build_export;
mod download_export;
mod manage_log_streams;
mod prove_audit_log;
mod publish_audit_keys;
mod read_audit_log;
mod read_export;
mod reconcile_records;
mod recover_log;
mod request_export;
mod rotate_export_key;
mod seal_audit_log;
mod stream_audit_log;
