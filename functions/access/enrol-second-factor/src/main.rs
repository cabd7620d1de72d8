//! The binary of `enrol-second-factor`.

shared::main!(enrol_second_factor);
