//! The binary of `create-organization`.

shared::main!(create_organization);
