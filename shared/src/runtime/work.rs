//! Functions that no HTTP request calls: queues, schedules, the operator.

use std::{
    collections::{HashMap, hash_map::Entry},
    time::Duration,
};

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent};
use lambda_runtime::{LambdaEvent, service_fn};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::{Fatal, answer::cause};
use crate::{
    clock::Clock,
    error::{Error, Result, Retry},
    id::OrganizationId,
    queue::Message,
    schedule::{Outcome, Tick},
    tenant::Db,
    work::SystemWork,
};

/// Taken off the time that a sweep has: the longest that the last piece of work may take.
const SWEEP_MARGIN: Duration = Duration::from_secs(10);

/// What Lambda hands to a function that no request calls.
#[derive(Debug)]
pub struct Fired {
    /// A batch of a queue, or anything else for a tick.
    pub event: Value,
    /// Ties the work to the log.
    pub request_id: String,
    /// How long the work may take.
    pub remaining: Duration,
}

impl Fired {
    fn of(event: LambdaEvent<Value>) -> Self {
        let remaining = super::remaining(event.context.deadline, SWEEP_MARGIN);
        Self { event: event.payload, request_id: event.context.request_id, remaining }
    }
}

/// Serves a schedule.
///
/// # Errors
/// [`Fatal`] when the Lambda runtime ends.
pub async fn serve_schedule<D>(
    clock: Clock,
    deps: D,
    tick: impl AsyncFn(&D, &Tick) -> Result<Outcome>,
) -> Result<(), Fatal> {
    let (deps, tick) = (&deps, &tick);
    let service = service_fn(|event| async move {
        let outcome = sweep(clock, deps, tick, Fired::of(event)).await?;
        Ok::<_, lambda_runtime::Error>(serde_json::to_value(outcome)?)
    });
    lambda_runtime::run(service).await.map_err(Fatal::from)
}

/// Serves a queue and a schedule with one function: the queue says at once what the schedule would find later.
///
/// # Errors
/// [`Fatal`] when the Lambda runtime ends.
pub async fn serve_work<D>(
    clock: Clock,
    deps: D,
    consume: impl AsyncFn(&D, &Message) -> Result<()>,
    tick: impl AsyncFn(&D, &Tick) -> Result<Outcome>,
) -> Result<(), Fatal> {
    let (deps, consume, tick) = (&deps, &consume, &tick);
    let service = service_fn(|event| async move {
        Ok::<_, lambda_runtime::Error>(work(clock, deps, consume, tick, Fired::of(event)).await?)
    });
    lambda_runtime::run(service).await.map_err(Fatal::from)
}

/// Consumes a batch of messages, or sweeps when there is none, and gives what Lambda is answered.
///
/// # Errors
/// When the batch is none, or the sweep fails as a whole. A message that fails is part of the answer.
pub async fn work<D>(
    clock: Clock,
    deps: &D,
    consume: &impl AsyncFn(&D, &Message) -> Result<()>,
    tick: &impl AsyncFn(&D, &Tick) -> Result<Outcome>,
    fired: Fired,
) -> Result<Value> {
    if fired.event.get("Records").is_none() {
        let outcome = sweep(clock, deps, tick, fired).await?;
        return serde_json::to_value(outcome).map_err(Error::internal);
    }
    let batch: SqsEvent = serde_json::from_value(fired.event).map_err(Error::internal)?;
    let mut response = SqsBatchResponse::default();
    let ends = tokio::time::Instant::now() + fired.remaining;
    // What was asked for in this batch, and whether it was done: messages that ask for the same are worked off once.
    let mut asked = HashMap::new();
    for record in batch.records {
        let is_done = match Message::parse(record.body.as_deref().unwrap_or_default(), ends) {
            Ok(message) => match asked.entry(message.request()) {
                Entry::Occupied(earlier) => *earlier.get(),
                Entry::Vacant(first) => *first.insert(is_ok(consume(deps, &message).await)),
            },
            Err(error) => is_ok(Err(error)),
        };
        // Only this message is given back; after too many times the queue puts it aside.
        if !is_done {
            let mut failure = BatchItemFailure::default();
            failure.item_identifier = record.message_id.unwrap_or_default();
            response.batch_item_failures.push(failure);
        }
    }
    serde_json::to_value(response).map_err(Error::internal)
}

/// False for a message that failed, which is logged here.
fn is_ok(consumed: Result<()>) -> bool {
    consumed
        .inspect_err(|error| {
            tracing::error!(error.code = error.code().name(), error.message = %cause(error), "message failed");
        })
        .is_ok()
}

/// Runs one tick and logs what it did.
///
/// # Errors
/// When the sweep fails as a whole.
pub async fn sweep<D>(
    clock: Clock,
    deps: &D,
    tick: &impl AsyncFn(&D, &Tick) -> Result<Outcome>,
    fired: Fired,
) -> Result<Outcome> {
    let request_id = fired.request_id;
    let outcome = tick(deps, &Tick::new(request_id.clone(), clock, fired.remaining)).await?;
    tracing::info!(request_id, outcome.organizations, outcome.done, outcome.failed, "swept");
    Ok(outcome)
}

/// A direct invocation by the operator, whose right to invoke is an IAM right. Only the runtime makes one.
#[derive(Debug)]
pub struct Invocation {
    request_id: String,
}

impl Invocation {
    /// An invocation as a test makes it.
    #[must_use]
    pub const fn new(request_id: String) -> Self {
        Self { request_id }
    }

    /// Ties the invocation to the log.
    #[must_use]
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    /// Work in one organization.
    #[must_use]
    pub fn work(&self, db: &Db, organization: OrganizationId) -> SystemWork {
        SystemWork::new(db, organization, &self.request_id)
    }
}

/// Serves direct invocations. A refusal is an answer too: `{"error": {"code": …, "errors": […]}}`. A fault of ours is
/// the same document as the message of a failed invocation, which Lambda counts and an alarm sees.
///
/// # Errors
/// [`Fatal`] when the Lambda runtime ends.
pub async fn serve_invocation<D, Q: DeserializeOwned, A: Serialize>(
    deps: D,
    handler: impl AsyncFn(&D, &Invocation, Q) -> Result<A>,
) -> Result<(), Fatal> {
    let (deps, handler) = (&deps, &handler);
    let service = service_fn(|event: LambdaEvent<Box<serde_json::value::RawValue>>| async move {
        let invocation = Invocation { request_id: event.context.request_id };
        let answered = match crate::http::read_json(event.payload.get().as_bytes()) {
            Ok(question) => handler(deps, &invocation, question).await,
            Err(error) => Err(error),
        };
        match answered {
            Ok(answer) => Ok::<_, lambda_runtime::Error>(serde_json::to_value(answer)?),
            Err(error) if error.code().retry() == Retry::Later => Err(refusal(&error, &invocation).to_string().into()),
            Err(error) => Ok(refusal(&error, &invocation)),
        }
    });
    lambda_runtime::run(service).await.map_err(Fatal::from)
}

fn refusal(error: &Error, invocation: &Invocation) -> Value {
    tracing::error!(request_id = invocation.request_id, error.code = error.code().name(), error.message = %cause(error), "invocation failed");
    serde_json::json!({
        "error": { "code": error.code(), "errors": error.fields(), "request_id": invocation.request_id },
    })
}
