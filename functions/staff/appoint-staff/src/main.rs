//! The binary of `appoint-staff`.

shared::main!(appoint_staff);
