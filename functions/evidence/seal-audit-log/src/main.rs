//! The binary of `seal-audit-log`.

shared::main!(seal_audit_log);
