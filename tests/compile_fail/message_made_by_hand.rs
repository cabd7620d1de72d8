//! E0451: A message, which opens its organization, comes through a queue alone.

use std::time::Instant;

use shared::queue::{Envelope, Message};

fn forge(envelope: Envelope, ends: Instant) -> Message {
    Message { envelope, ends }
}

fn main() {}
