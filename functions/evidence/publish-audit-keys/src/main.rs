//! The binary of `publish-audit-keys`.

shared::main!(publish_audit_keys);
