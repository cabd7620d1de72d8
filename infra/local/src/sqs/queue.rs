//! One queue and its messages.

use std::collections::VecDeque;

use serde_json::Value;
use uuid::Uuid;

use super::md5;

/// Where a queue sends messages that were received too often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redrive {
    /// The dead-letter queue's name.
    pub to: String,
    /// How often a message is delivered before it goes there.
    pub receives_max: u32,
}

/// One message.
#[derive(Clone, Debug)]
pub struct Message {
    /// Given at sending, the same for every delivery.
    pub id: Uuid,
    /// The text sent.
    pub body: String,
    /// `MessageAttributes` as they were sent.
    pub attributes: Value,
    /// When it was sent.
    pub sent_ms: u64,
    /// When it was delivered first.
    pub first_received_ms: Option<u64>,
    /// How often it was delivered.
    pub receives: u32,
    /// The proof of the last delivery, by which it is deleted.
    pub receipt: String,
    pub(super) visible_from_ms: u64,
}

impl Message {
    /// The checksum of the body, as SDKs compare it.
    #[must_use]
    pub fn body_md5(&self) -> String {
        md5::of_body(&self.body)
    }
}

/// A standard queue.
#[derive(Clone, Debug)]
pub struct Queue {
    /// Its name.
    pub name: String,
    /// How long a delivered message is hidden.
    pub visibility_ms: u64,
    /// How long a new message is hidden.
    pub delay_ms: u64,
    /// Where messages go that are not deleted.
    pub redrive: Option<Redrive>,
    pub(super) messages: VecDeque<Message>,
}

impl Queue {
    /// An empty queue with the defaults of SQS.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), visibility_ms: 30_000, delay_ms: 0, redrive: None, messages: VecDeque::new() }
    }

    pub(super) fn send(&mut self, body: &str, attributes: Value, delay_ms: Option<u64>, now_ms: u64) -> &Message {
        let message = Message {
            id: crate::machine::id(),
            body: body.to_owned(),
            attributes,
            sent_ms: now_ms,
            first_received_ms: None,
            receives: 0,
            receipt: String::new(),
            visible_from_ms: now_ms.saturating_add(delay_ms.unwrap_or(self.delay_ms)),
        };
        self.messages.push_back_mut(message)
    }

    pub(super) fn delete(&mut self, receipt: &str) {
        self.messages.retain(|message| message.receipt.is_empty() || message.receipt != receipt);
    }

    /// Hides a delivered message for so long from now; false where the receipt is not the last one.
    pub(super) fn change_visibility(&mut self, receipt: &str, visibility_ms: u64, now_ms: u64) -> bool {
        let found = self.messages.iter_mut().find(|message| !receipt.is_empty() && message.receipt == receipt);
        match found {
            Some(message) => {
                message.visible_from_ms = now_ms.saturating_add(visibility_ms);
                true
            }
            None => false,
        }
    }

    /// Visible messages, hidden ones that were delivered, and hidden ones that were only delayed.
    pub(super) fn counts(&self, now_ms: u64) -> (usize, usize, usize) {
        let visible = self.messages.iter().filter(|message| message.visible_from_ms <= now_ms).count();
        let in_flight =
            self.messages.iter().filter(|message| message.visible_from_ms > now_ms && message.receives > 0).count();
        (visible, in_flight, self.messages.len().saturating_sub(visible).saturating_sub(in_flight))
    }
}
