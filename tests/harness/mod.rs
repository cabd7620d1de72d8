//! What tests stand on: the stack that `doorbook-local with-stack` started, and a fresh organization each.

pub(crate) mod arrivals;
pub(crate) mod buckets;
pub(crate) mod chain;
pub(crate) mod collector;
pub(crate) mod counting_proxy;
pub(crate) mod desk;
pub(crate) mod entrance;
pub(crate) mod event;
pub(crate) mod exports;
pub(crate) mod foreign_bucket;
pub(crate) mod leftovers;
pub(crate) mod listed;
pub(crate) mod log;
pub(crate) mod loopback;
pub(crate) mod mails;
pub(crate) mod members;
pub(crate) mod pictures;
pub(crate) mod postgres;
pub(crate) mod refusals;
pub(crate) mod reviews;
pub(crate) mod secrets;
pub(crate) mod stack;
pub(crate) mod staff;
pub(crate) mod streams;
pub(crate) mod tap;
pub(crate) mod world;

pub(crate) use event::Event;
pub(crate) use world::World;
