//! The binary of `stream-audit-log`.

shared::main!(stream_audit_log);
