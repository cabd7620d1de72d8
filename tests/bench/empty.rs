//! Does nothing: what it costs to start any program here.
fn main() {}
