//! The binary of `migrate`.

shared::main!(migrate);
