//! The operations of SQS that the application uses.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::queue::{Message, Queue};
use super::{Queues, arn, md5};
use crate::aws_json::{Outcome, Refusal};
use crate::machine;

/// The largest message, and the largest batch.
const MESSAGE_BYTES_MAX: usize = 1024 * 1024;
const BATCH_ENTRIES_MAX: usize = 10;

/// Performs one operation; receiving may wait for a message.
pub(super) async fn call(queues: &Queues, operation: &str, input: &Value) -> Outcome {
    match operation {
        "SendMessage" => send(queues, &queue_name(queues, input)?, input),
        "SendMessageBatch" => batch(queues, input, send),
        "ReceiveMessage" => receive(queues, input).await,
        "DeleteMessage" => delete(queues, &queue_name(queues, input)?, input),
        "DeleteMessageBatch" => batch(queues, input, delete),
        "ChangeMessageVisibility" => change_visibility(queues, &queue_name(queues, input)?, input),
        "ChangeMessageVisibilityBatch" => batch(queues, input, change_visibility),
        "GetQueueAttributes" => attributes(queues, input),
        "GetQueueUrl" => {
            let name = text(input, "QueueName").unwrap_or_default();
            with_queue(queues, name, |_| Ok(()))?;
            Ok(json!({"QueueUrl": queues.url(name)}))
        }
        "PurgeQueue" => with_queue(queues, &queue_name(queues, input)?, |queue| {
            queue.messages.clear();
            Ok(json!({}))
        }),
        _ => Err(Refusal::new("UnsupportedOperation", format!("the local SQS does not know {operation}"))),
    }
}

fn send(queues: &Queues, name: &str, input: &Value) -> Outcome {
    let body = text(input, "MessageBody").filter(|body| !body.is_empty()).ok_or_else(|| missing("MessageBody"))?;
    if body.len() > MESSAGE_BYTES_MAX {
        return Err(invalid("the message is larger than 1 MiB"));
    }
    let given = input.get("MessageAttributes").cloned().unwrap_or_default();
    let delay_ms = seconds(input, "DelaySeconds", 900)?;
    let answer = with_queue(queues, name, |queue| {
        let message = queue.send(body, given, delay_ms, machine::now_ms());
        queues.note(name, message);
        let mut answer = json!({"MessageId": message.id, "MD5OfMessageBody": message.body_md5()});
        insert(&mut answer, "MD5OfMessageAttributes", md5::of_attributes(&message.attributes));
        Ok(answer)
    })?;
    queues.arrived.notify_waiters();
    Ok(answer)
}

async fn receive(queues: &Queues, input: &Value) -> Outcome {
    let name = queue_name(queues, input)?;
    let count = input.get("MaxNumberOfMessages").and_then(Value::as_u64).unwrap_or(1);
    let count = usize::try_from(count).ok().filter(|count| (1..=BATCH_ENTRIES_MAX).contains(count));
    let count = count.ok_or_else(|| invalid("MaxNumberOfMessages must be between 1 and 10"))?;
    let visibility = seconds(input, "VisibilityTimeout", 43_200)?.map(Duration::from_millis);
    let wait = Duration::from_millis(seconds(input, "WaitTimeSeconds", 20)?.unwrap_or_default());
    let taken = queues.receive(&name, count, visibility, wait).await;
    let messages: Vec<Value> = taken.iter().map(|message| delivered(message, input)).collect();
    Ok(if messages.is_empty() { json!({}) } else { json!({"Messages": messages}) })
}

fn delivered(message: &Message, input: &Value) -> Value {
    let mut answer = json!({"MessageId": message.id, "ReceiptHandle": message.receipt, "Body": message.body,
        "MD5OfBody": message.body_md5()});
    let asked = |field: &str| input.get(field).and_then(Value::as_array).filter(|names| !names.is_empty());
    if asked("MessageSystemAttributeNames").or(asked("AttributeNames")).is_some() {
        insert(&mut answer, "Attributes", Some(system_attributes(message)));
    }
    if asked("MessageAttributeNames").is_some() && message.attributes.is_object() {
        insert(&mut answer, "MD5OfMessageAttributes", md5::of_attributes(&message.attributes));
        insert(&mut answer, "MessageAttributes", Some(message.attributes.clone()));
    }
    answer
}

pub(super) fn system_attributes(message: &Message) -> Value {
    json!({"ApproximateReceiveCount": message.receives.to_string(), "SentTimestamp": message.sent_ms.to_string(),
        "SenderId": "AIDALOCAL",
        "ApproximateFirstReceiveTimestamp": message.first_received_ms.unwrap_or_default().to_string()})
}

fn delete(queues: &Queues, name: &str, input: &Value) -> Outcome {
    let receipt = text(input, "ReceiptHandle").ok_or_else(|| missing("ReceiptHandle"))?;
    with_queue(queues, name, |queue| {
        queue.delete(receipt);
        Ok(json!({}))
    })
}

fn change_visibility(queues: &Queues, name: &str, input: &Value) -> Outcome {
    let receipt = text(input, "ReceiptHandle").ok_or_else(|| missing("ReceiptHandle"))?;
    let hidden_ms = seconds(input, "VisibilityTimeout", 43_200)?.ok_or_else(|| missing("VisibilityTimeout"))?;
    let outcome =
        with_queue(queues, name, |queue| match queue.change_visibility(receipt, hidden_ms, machine::now_ms()) {
            true => Ok(json!({})),
            false => Err(Refusal::new("ReceiptHandleIsInvalid", "no message has this receipt")),
        });
    queues.arrived.notify_waiters();
    outcome
}

fn batch(queues: &Queues, input: &Value, each: fn(&Queues, &str, &Value) -> Outcome) -> Outcome {
    let name = queue_name(queues, input)?;
    let entries = input.get("Entries").and_then(Value::as_array).ok_or_else(|| missing("Entries"))?;
    if entries.is_empty() {
        return Err(Refusal::new("EmptyBatchRequest", "the batch has no entries"));
    }
    if entries.len() > BATCH_ENTRIES_MAX {
        return Err(Refusal::new("TooManyEntriesInBatchRequest", "the batch has more than 10 entries"));
    }
    let (mut successful, mut failed) = (Vec::new(), Vec::new());
    for entry in entries {
        let id = entry.get("Id").cloned().unwrap_or_default();
        match each(queues, &name, entry) {
            Ok(mut answer) => {
                insert(&mut answer, "Id", Some(id));
                successful.push(answer);
            }
            Err(refusal) => {
                failed.push(json!({"Id": id, "SenderFault": true, "Code": refusal.code, "Message": refusal.message}));
            }
        }
    }
    Ok(json!({"Successful": successful, "Failed": failed}))
}

fn attributes(queues: &Queues, input: &Value) -> Outcome {
    with_queue(queues, &queue_name(queues, input)?, |queue| {
        let (visible, in_flight, delayed) = queue.counts(machine::now_ms());
        let mut all = Map::from_iter([
            ("QueueArn".to_owned(), json!(arn(&queue.name))),
            ("ApproximateNumberOfMessages".to_owned(), json!(visible.to_string())),
            ("ApproximateNumberOfMessagesNotVisible".to_owned(), json!(in_flight.to_string())),
            ("ApproximateNumberOfMessagesDelayed".to_owned(), json!(delayed.to_string())),
            ("VisibilityTimeout".to_owned(), json!((queue.visibility_ms / 1000).to_string())),
            ("DelaySeconds".to_owned(), json!((queue.delay_ms / 1000).to_string())),
        ]);
        if let Some(redrive) = &queue.redrive {
            let policy = json!({"deadLetterTargetArn": arn(&redrive.to), "maxReceiveCount": redrive.receives_max});
            all.insert("RedrivePolicy".to_owned(), json!(policy.to_string()));
        }
        let asked = input.get("AttributeNames").and_then(Value::as_array).cloned().unwrap_or_default();
        let is_asked = |name: &str| asked.iter().any(|one| one == "All" || one == name);
        all.retain(|name, _| is_asked(name));
        Ok(json!({"Attributes": all}))
    })
}

fn with_queue<T>(
    queues: &Queues,
    name: &str,
    act: impl FnOnce(&mut Queue) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    match queues.lock().get_mut(name) {
        Some(queue) => act(queue),
        None => Err(Refusal::new("QueueDoesNotExist", format!("the queue {name} does not exist"))),
    }
}

fn queue_name(queues: &Queues, input: &Value) -> Result<String, Refusal> {
    let url = text(input, "QueueUrl").ok_or_else(|| missing("QueueUrl"))?;
    let name = url.rsplit('/').next().unwrap_or_default();
    with_queue(queues, name, |queue| Ok(queue.name.clone()))
}

/// A duration that callers give in seconds, in milliseconds.
fn seconds(input: &Value, field: &str, seconds_max: u64) -> Result<Option<u64>, Refusal> {
    match input.get(field).filter(|value| !value.is_null()) {
        None => Ok(None),
        Some(value) => match value.as_u64().filter(|seconds| *seconds <= seconds_max) {
            Some(seconds) => Ok(Some(seconds.saturating_mul(1000))),
            None => Err(invalid(&format!("{field} must be between 0 and {seconds_max}"))),
        },
    }
}

fn insert(answer: &mut Value, field: &str, value: Option<impl Into<Value>>) {
    if let (Some(fields), Some(value)) = (answer.as_object_mut(), value) {
        fields.insert(field.to_owned(), value.into());
    }
}

fn text<'input>(input: &'input Value, name: &str) -> Option<&'input str> {
    input.get(name).and_then(Value::as_str)
}

fn missing(field: &str) -> Refusal {
    Refusal::new("MissingRequiredParameterException", format!("{field} is missing"))
}

fn invalid(message: &str) -> Refusal {
    Refusal::new("InvalidParameterValueException", message)
}
