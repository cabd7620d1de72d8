//! The real binaries under `doorbook-local run`, asked over HTTP.

mod canaries;
mod client;
mod demo;
mod load;
mod naughty_strings;
mod openapi;
mod running;
