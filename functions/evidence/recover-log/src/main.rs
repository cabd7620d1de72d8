//! The binary of `recover-log`.

shared::main!(recover_log);
