//! The binary of `manage-log-streams`.

shared::main!(manage_log_streams);
