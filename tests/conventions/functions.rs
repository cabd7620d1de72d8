//! Every function as its crate declares it, found in the folders and listed nowhere.

use shared::runtime::Function;

include!(concat!(env!("OUT_DIR"), "/functions.rs"));
