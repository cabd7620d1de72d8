//! The binary of `decide-visit`.

shared::main!(decide_visit);
