//! One module for each function, under the same stem.

mod check_in;
