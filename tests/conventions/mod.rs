//! The rules of the house, read from the code, the template and the documents themselves.

mod alarms;
mod calls;
mod circles;
mod compile_fail;
mod conflicts;
mod constraints;
mod controls;
mod data;
mod docs;
mod doors;
mod events;
mod functions;
mod layers;
mod lockfile;
mod names;
mod rights;
mod roles;
mod settings;
mod start_up;
mod template;
mod wiring;
