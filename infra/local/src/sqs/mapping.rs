//! The event source mapping: polls a queue, invokes a function with a batch, deletes what succeeded.

use std::collections::BTreeSet;
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use super::operations::system_attributes;
use super::queue::Message;
use super::{Queues, arn};
use crate::machine::REGION;

/// How long one poll waits for a message, as Lambda's pollers do.
const POLL: Duration = Duration::from_secs(20);

/// Which queue feeds a function, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// The queue's name.
    pub queue: String,
    /// The largest batch of one invocation.
    pub batch_max: usize,
    /// How long a batch that is not full waits for more messages.
    pub window: Duration,
    /// True where the function names the messages that failed; otherwise an error fails the whole batch.
    pub reports_failures: bool,
}

/// Polls for ever, one batch at a time. `invoke` answers None where the function failed.
pub async fn poll<F, Fut>(queues: Arc<Queues>, mapping: Mapping, invoke: F)
where
    F: Fn(Value) -> Fut + Send,
    Fut: Future<Output = Option<Value>> + Send,
{
    loop {
        let batch = gather(&queues, &mapping).await;
        if batch.is_empty() {
            continue;
        }
        let answer = invoke(event(&mapping.queue, &batch)).await;
        for message in done(&mapping, &batch, answer.as_ref()) {
            queues.delete(&mapping.queue, &message.receipt);
        }
    }
}

/// One batch: the first messages, and what comes within the window after them.
async fn gather(queues: &Queues, mapping: &Mapping) -> Vec<Message> {
    let mut batch = queues.receive(&mapping.queue, mapping.batch_max, None, POLL).await;
    let ends = Instant::now() + mapping.window;
    while !batch.is_empty() && batch.len() < mapping.batch_max {
        let left = ends.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        batch.extend(queues.receive(&mapping.queue, mapping.batch_max - batch.len(), None, left).await);
    }
    batch
}

/// The messages of a batch that need not come back. The others do once their invisibility runs out.
fn done<'batch>(mapping: &Mapping, batch: &'batch [Message], answer: Option<&Value>) -> Vec<&'batch Message> {
    let Some(answer) = answer else { return Vec::new() };
    if !mapping.reports_failures {
        return batch.iter().collect();
    }
    let Some(failures) = answer.get("batchItemFailures").filter(|failures| !failures.is_null()) else {
        return batch.iter().collect();
    };
    // An answer that names no message of this batch, or is no list, fails the whole batch.
    let named: Option<BTreeSet<&str>> = failures
        .as_array()
        .and_then(|failures| failures.iter().map(|failure| failure.get("itemIdentifier")?.as_str()).collect());
    let ids: BTreeSet<String> = batch.iter().map(|message| message.id.to_string()).collect();
    match named {
        Some(named) if named.iter().all(|name| ids.contains(*name)) => {
            batch.iter().filter(|message| !named.contains(message.id.to_string().as_str())).collect()
        }
        _ => Vec::new(),
    }
}

fn event(queue: &str, batch: &[Message]) -> Value {
    let records: Vec<Value> = batch.iter().map(|message| record(queue, message)).collect();
    json!({"Records": records})
}

fn record(queue: &str, message: &Message) -> Value {
    json!({"messageId": message.id, "receiptHandle": message.receipt, "body": message.body,
        "attributes": system_attributes(message), "messageAttributes": attributes(&message.attributes),
        "md5OfBody": message.body_md5(), "eventSource": "aws:sqs", "eventSourceARN": arn(queue), "awsRegion": REGION})
}

fn attributes(sent: &Value) -> Map<String, Value> {
    let sent = sent.as_object().into_iter().flatten();
    let renamed = sent.map(|(name, attribute)| {
        let mut record = json!({"stringListValues": [], "binaryListValues": [], "dataType": attribute.get("DataType")});
        if let Some(fields) = record.as_object_mut() {
            for (from, to) in [("StringValue", "stringValue"), ("BinaryValue", "binaryValue")] {
                if let Some(value) = attribute.get(from) {
                    fields.insert(to.to_owned(), value.clone());
                }
            }
        }
        (name.clone(), record)
    });
    renamed.collect()
}

#[cfg(test)]
mod tests {
    use super::super::queue::Queue;
    use super::*;
    use crate::machine;

    fn batch() -> Vec<Message> {
        let mut queue = Queue::new("outbox");
        ["a", "b"].map(|body| queue.send(body, Value::Null, None, 0).clone()).to_vec()
    }

    fn bodies(reports_failures: bool, batch: &[Message], answer: Option<Value>) -> Vec<String> {
        let mapping = Mapping { queue: "outbox".to_owned(), batch_max: 10, window: Duration::ZERO, reports_failures };
        done(&mapping, batch, answer.as_ref()).iter().map(|message| message.body.clone()).collect()
    }

    #[tokio::test]
    async fn a_batch_that_is_not_full_waits_for_its_window() {
        let log = std::env::temp_dir().join(format!("doorbook-window-{}", std::process::id()));
        let sqs = super::super::Sqs::start(&log).await.unwrap();
        let queues = sqs.queues();
        queues.add(Queue::new("outbox"));
        let send = |body: &str| {
            queues.lock().get_mut("outbox").unwrap().send(body, Value::Null, None, machine::now_ms());
            queues.arrived.notify_waiters();
        };
        let mapping = |batch_max| Mapping {
            queue: "outbox".to_owned(),
            batch_max,
            window: Duration::from_millis(300),
            reports_failures: true,
        };
        let later = async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            send("second");
            send("third");
        };

        send("first");
        let patient = mapping(10);
        let (whole, ()) = tokio::join!(gather(&queues, &patient), later);
        for _ in 0..3 {
            send("again");
        }
        let full = gather(&queues, &mapping(2)).await;

        std::fs::remove_file(&log).unwrap();
        let bodies: Vec<&str> = whole.iter().map(|message| message.body.as_str()).collect();
        assert_eq!((bodies, full.len()), (vec!["first", "second", "third"], 2));
    }

    #[test]
    fn only_the_messages_named_come_back() {
        let batch = batch();
        let answer = json!({"batchItemFailures": [{"itemIdentifier": batch[0].id}]});
        assert_eq!(bodies(true, &batch, Some(answer)), ["b"]);
    }

    #[test]
    fn a_failed_function_returns_the_whole_batch() {
        assert!(bodies(true, &batch(), None).is_empty());
    }

    #[test]
    fn an_answer_that_names_a_stranger_fails_the_whole_batch() {
        let answer = json!({"batchItemFailures": [{"itemIdentifier": "unknown"}]});
        assert!(bodies(true, &batch(), Some(answer)).is_empty());
    }

    #[test]
    fn no_failures_mean_that_all_is_done() {
        assert_eq!(bodies(true, &batch(), Some(json!({"batchItemFailures": []}))), ["a", "b"]);
        assert_eq!(bodies(true, &batch(), Some(Value::Null)), ["a", "b"]);
        assert_eq!(bodies(false, &batch(), Some(json!("anything"))), ["a", "b"]);
    }
}
