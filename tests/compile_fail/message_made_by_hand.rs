//! E0451: A message, which opens its organization, comes through a queue alone.

use shared::queue::{Envelope, Message};

fn forge(envelope: Envelope) -> Message {
    Message { envelope }
}

fn main() {}
