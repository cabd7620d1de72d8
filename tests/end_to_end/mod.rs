//! The real binaries under `doorbook-local run`, asked over HTTP.

mod attacks;
mod bytes;
mod canaries;
mod client;
mod clients;
mod demo;
mod door;
mod fuzz;
mod load;
mod matrix;
mod naughty_strings;
mod openapi;
mod running;
