//! The operations of the API, in files that are found and listed nowhere: each has `all`.

use super::{arrivals, document};

include!(concat!(env!("OUT_DIR"), "/operations.rs"));
