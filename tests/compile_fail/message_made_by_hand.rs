//! E0624: A message, which opens its organization, comes through a queue alone.

use shared::queue::Message;

fn forge() {
    let _read = Message::parse;
}

fn main() {
    forge();
}
