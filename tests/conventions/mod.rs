//! The rules of the house, read from the code, the template and the documents themselves.

mod controls;
mod data;
mod docs;
mod doors;
mod events;
mod layers;
mod names;
mod rights;
mod settings;
mod start_up;
mod template;
mod wiring;
