//! The binary of `read-audit-log`.

shared::main!(read_audit_log);
