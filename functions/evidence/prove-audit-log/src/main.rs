//! The binary of `prove-audit-log`.

shared::main!(prove_audit_log);
