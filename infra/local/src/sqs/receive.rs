//! Delivery: who gets which message, and which ones have been delivered too often.

use std::collections::BTreeMap;
use std::time::Duration;

use super::queue::{Message, Queue};

/// Takes up to so many visible messages, moving exhausted ones to the dead-letter queue on the way.
pub(super) fn take(
    queues: &mut BTreeMap<String, Queue>,
    name: &str,
    count_max: usize,
    visibility: Option<Duration>,
    now_ms: u64,
) -> Vec<Message> {
    move_exhausted(queues, name, now_ms);
    let Some(queue) = queues.get_mut(name) else { return Vec::new() };
    let hidden_ms = match visibility {
        Some(asked) => u64::try_from(asked.as_millis()).unwrap_or(u64::MAX),
        None => queue.visibility_ms,
    };
    let visible = queue.messages.iter_mut().filter(|message| message.visible_from_ms <= now_ms);
    visible
        .take(count_max)
        .map(|message| {
            message.receives = message.receives.saturating_add(1);
            message.first_received_ms.get_or_insert(now_ms);
            message.receipt = crate::machine::id().to_string();
            message.visible_from_ms = now_ms.saturating_add(hidden_ms);
            message.clone()
        })
        .collect()
}

fn move_exhausted(queues: &mut BTreeMap<String, Queue>, name: &str, now_ms: u64) {
    let Some(queue) = queues.get_mut(name) else { return };
    let Some(redrive) = queue.redrive.clone() else { return };
    let is_exhausted =
        |message: &Message| message.visible_from_ms <= now_ms && message.receives >= redrive.receives_max;
    let (dead, alive) = std::mem::take(&mut queue.messages).into_iter().partition(is_exhausted);
    queue.messages = alive;
    let Some(target) = queues.get_mut(&redrive.to) else { return };
    for mut message in Vec::from(dead) {
        message.receives = 0;
        message.receipt.clear();
        target.messages.push_back(message);
    }
}

#[cfg(test)]
mod tests {
    use super::super::queue::Redrive;
    use super::*;

    const NAME: &str = "outbox";
    const DEAD: &str = "outbox-dead";

    fn queues() -> BTreeMap<String, Queue> {
        let mut queue = Queue::new(NAME);
        queue.redrive = Some(Redrive { to: DEAD.to_owned(), receives_max: 2 });
        queue.send("hello", serde_json::Value::Null, None, 0);
        BTreeMap::from([(NAME.to_owned(), queue), (DEAD.to_owned(), Queue::new(DEAD))])
    }

    fn bodies(queues: &mut BTreeMap<String, Queue>, name: &str, now_ms: u64) -> Vec<String> {
        take(queues, name, 10, None, now_ms).into_iter().map(|message| message.body).collect()
    }

    #[test]
    fn a_delivered_message_is_hidden_until_its_time_runs_out() {
        let mut queues = queues();
        assert_eq!(bodies(&mut queues, NAME, 0), ["hello"]);
        assert!(bodies(&mut queues, NAME, 29_999).is_empty());
        assert_eq!(bodies(&mut queues, NAME, 30_000), ["hello"]);
    }

    #[test]
    fn a_message_received_too_often_goes_to_the_dead_letter_queue() {
        let mut queues = queues();
        bodies(&mut queues, NAME, 0);
        bodies(&mut queues, NAME, 30_000);

        assert!(bodies(&mut queues, NAME, 60_000).is_empty());
        assert_eq!(bodies(&mut queues, DEAD, 60_000), ["hello"]);
    }

    #[test]
    fn a_deleted_message_does_not_come_back() {
        let mut queues = queues();
        let taken = take(&mut queues, NAME, 10, None, 0);
        queues.get_mut(NAME).unwrap().delete(&taken[0].receipt);
        assert!(bodies(&mut queues, NAME, 60_000).is_empty());
    }

    #[test]
    fn the_receipt_of_an_earlier_delivery_deletes_nothing() {
        let mut queues = queues();
        let first = take(&mut queues, NAME, 10, None, 0);
        take(&mut queues, NAME, 10, None, 30_000);
        queues.get_mut(NAME).unwrap().delete(&first[0].receipt);
        assert_eq!(queues[NAME].messages.len(), 1);
    }

    #[test]
    fn visibility_of_zero_returns_a_message_at_once() {
        let mut queues = queues();
        let taken = take(&mut queues, NAME, 10, None, 0);
        assert!(queues.get_mut(NAME).unwrap().change_visibility(&taken[0].receipt, 0, 5));
        assert_eq!(bodies(&mut queues, NAME, 5), ["hello"]);
    }
}
