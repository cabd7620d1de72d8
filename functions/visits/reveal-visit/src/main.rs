//! The binary of `reveal-visit`.

shared::main!(reveal_visit);
