//! The binary of `@name@`.

shared::main!(@snake@);
