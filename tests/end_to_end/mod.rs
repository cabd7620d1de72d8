//! The real binaries under `doorbook-local run`, asked over HTTP.

mod attacks;
mod canaries;
mod client;
mod demo;
mod load;
mod matrix;
mod naughty_strings;
mod openapi;
mod running;
