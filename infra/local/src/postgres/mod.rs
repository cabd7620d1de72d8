//! A PostgreSQL of our own: Debian's server binaries, TLS, passwords only, one directory.

mod cluster;
mod connection;
mod home;
mod installed;
mod roles;
mod tls;

pub use cluster::{Cluster, Durability, Place};
pub use connection::{Connection, connect};
pub use installed::Installation;
pub use roles::{MIGRATOR, bootstrap, function_roles, migrate, set_password};
